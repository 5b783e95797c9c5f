/**
 * Who may touch what. A place is a path, or the beginning of paths if it ends with a slash.
 *
 * PACKAGES is closed: a module that is not listed may not be imported. WORDS are sought in the code alone, so
 * a comment or a text may say them.
 */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@bokuweb/zstd-wasm': ['native-free/zstd-writer.ts'],
  piscina: ['src/threads/worker-pool.ts'],
  'msgpackr/pack': [
    'src/threads/command-codec.ts',
    'src/clients/serializers.ts',
    'src/clients/consumer/deserializers.ts'
  ],
  commander: ['src/cli/'],
  tinybench: ['bench/'],
  'node:worker_threads': ['src/threads/'],
  'node:fs': [
    'src/data-plane/log/file-storage.ts',
    'src/data-plane/log/lock-file.ts',
    'src/harness/regular-file.ts',
    'src/harness/report-writer.ts',
    'src/harness/benchmark/lines.ts',
    // What a user names: records, keys, profiles, a handler, a report to be made again.
    'src/harness/inputs/',
    'src/harness/handler/handler-module.ts',
    'src/harness/plan/replay-plan.ts',
    // Sizes of the files that partitions have.
    'src/harness/targets/embedded-costs.ts',
    // They read what the system says of itself below /proc and /sys.
    'src/harness/environment.ts',
    'src/harness/machine-usage.ts',
    // Its report goes to a directory that is gone with the check.
    'native-free/check.ts',
    'src/cli/',
    'bench/'
  ],
  'node:fs/promises': ['src/harness/inputs/key-file.ts'],
  // A heap that is collected on demand tells what a handler keeps.
  'node:inspector': ['src/harness/handler/retained-heap.ts'],
  'node:zlib': ['native-free/gzip.ts', 'native-free/deflate.ts', 'native-free/zstd-writer.ts'],
  'node:child_process': ['native-free/check.ts', 'bench/peers/'],
  'node:net': ['bench/peers/'],
  'node:util': ['bench/'],
  'node:os': [
    'native-free/check.ts',
    'src/data-plane/log/file-storage.ts',
    'src/harness/environment.ts',
    'src/harness/machine-usage.ts',
    'src/cluster/run-handlers.ts',
    'src/cli/',
    'bench/'
  ],
  'node:url': [
    'native-free/check.ts',
    'src/cluster/run-handlers.ts',
    'src/harness/environment.ts',
    'src/harness/handler/handler-module.ts',
    'src/cli/',
    'bench/'
  ],
  'node:path': ['src/data-plane/', 'src/broker/', 'src/cluster/', 'src/harness/', 'src/cli/', 'bench/'],
  'node:crypto': ['src/broker/topic-id.ts'],
  'node:buffer': ['src/wire/', 'src/clients/', 'src/harness/inputs/record-sample.ts']
}

interface WordRule {
  readonly word: string
  readonly pattern: RegExp
  readonly places: readonly string[]
}

const THREADS = 'src/threads/'
const CLOCK = 'src/base/clock.ts'
const RANDOM = 'src/base/random.ts'
const COMMAND_LINE = 'src/cli/'
const CHECK = 'native-free/check.ts'
const BENCH = 'bench/'

export const WORDS: readonly WordRule[] = [
  { word: 'Atomics', pattern: /\bAtomics\b/, places: [THREADS] },
  { word: 'new SharedArrayBuffer', pattern: /\bnew SharedArrayBuffer\b/, places: [THREADS] },
  {
    word: 'new WebAssembly.Memory',
    pattern: /\bnew WebAssembly\.Memory\b/,
    places: [THREADS, 'bench/micro/crc32c.ts']
  },
  {
    word: 'new WebAssembly.Module',
    pattern: /\bnew WebAssembly\.(?:Module|Instance)\b/,
    places: ['native-free/crc32c.ts']
  },
  {
    word: 'MessageChannel',
    pattern: /\bnew (?:MessageChannel|Worker|BroadcastChannel)\b/,
    places: [THREADS]
  },
  { word: 'Date.now', pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/, places: [CLOCK] },
  { word: 'performance', pattern: /\bperformance\b(?=\.)|\bprocess\.hrtime\b/, places: [CLOCK] },
  { word: 'setTimeout', pattern: /\b(?:set|clear)(?:Timeout|Interval)\b/, places: [CLOCK] },
  { word: 'Math.random', pattern: /\bMath\.random\b|\bcrypto\.getRandomValues\b/, places: [RANDOM] },
  {
    word: 'process.env',
    pattern: /\bprocess\.env\b/,
    places: [COMMAND_LINE, CHECK, 'bench/peers/kafka-jars.ts']
  },
  { word: 'process.exit', pattern: /\bprocess\.exit(?:Code)?\b/, places: [COMMAND_LINE, CHECK, BENCH] },
  {
    word: 'process.on',
    pattern: /\bprocess\.(?:on|once)\b/,
    // A reader of a benchmark hears the warnings of its own thread.
    places: [COMMAND_LINE, 'bench/peers/run.ts', 'src/harness/benchmark/bench-read-thread.ts']
  },
  {
    word: 'process.stdout',
    pattern: /\bprocess\.std(?:out|err|in)\b/,
    places: [COMMAND_LINE, CHECK, BENCH]
  },
  { word: 'console', pattern: /\bconsole\./, places: [COMMAND_LINE] },
  { word: 'eval', pattern: /\beval\(|\bnew Function\(/, places: [] },
  { word: 'require', pattern: /\brequire\(|\bcreateRequire\b/, places: [] }
]

export const isPlace = (path: string, places: readonly string[]): boolean =>
  places.some(place => (place.endsWith('/') ? path.startsWith(place) : path === place))
