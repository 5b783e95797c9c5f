/** What each folder of `src/` may import besides itself, lowest first; printed in ARCHITECTURE.md. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'native-free': [],
  base: ['native-free'],
  config: ['base'],
  threads: ['base', 'native-free'],
  wire: ['base', 'config', 'native-free'],
  'data-plane': ['base', 'config', 'threads', 'wire'],
  'control-plane': ['base', 'config', 'wire'],
  clients: ['base', 'config', 'threads', 'wire'],
  broker: ['base', 'config', 'threads', 'wire', 'data-plane', 'control-plane'],
  cluster: ['base', 'config', 'threads', 'wire', 'broker', 'clients'],
  planner: ['base'],
  harness: ['base', 'config', 'threads', 'clients', 'cluster', 'planner', 'wire (types)'],
  'index.ts': ['base', 'config', 'wire (types)', 'clients', 'cluster', 'planner', 'harness'],
  cli: ['base', 'config', 'index.ts'],
  bench: ['base', 'index.ts']
}

/** A micro benchmark looks past the door: it may import what it measures. */
export const MICRO_BENCHMARKS = 'bench/micro/'

/** The layer a path belongs to: a folder of `src/`, or a file or folder beside it. */
export function layerOf(path: string): string {
  const [first, second] = path.split('/')
  return (first === 'src' ? second : first) ?? ''
}
