/**
 * Where figures were measured: machine, runtime, version, and whether other work was going on.
 *
 * Thread: the harness's.
 */
import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../base/clock.ts'
import { formatBytes, formatCount, formatDuration, formatShare } from '../planner/units.ts'
import type { Machine } from '../planner/verifiability.ts'
import { UsageMeter } from './machine-usage.ts'
import { pause } from './run-series.ts'

export interface Environment {
  readonly cpuModel: string
  /** Cores this process may use. */
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  readonly nodeVersion: string
  readonly engineVersion: string
  /** Commit of the engine's working tree; null where it has none. */
  readonly commit: string | null
  /** Share of all cores that other work took just before, 0 to 1; null where the system does not tell. */
  readonly busyBefore: number | null
}

const LOOK_MS = 400
/** Other work above this makes figures low. */
const BUSY_MAX = 0.15

/** Looks at the machine for a moment while this process does nothing. */
export async function readEnvironment(clock: Clock, signal: AbortSignal): Promise<Environment> {
  const meter = new UsageMeter(clock)
  await pause(clock, LOOK_MS, signal)
  const { coresBusy } = meter.read()
  const root = packageRoot()
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch} ${release()}`,
    nodeVersion: process.version,
    engineVersion: versionOf(root),
    commit: root === null ? null : commitOf(root),
    busyBefore: coresBusy
  }
}

const NO_MACHINE = 'none, a simulation'

/** Of a simulation: what its numbers depend on, which is this code and nothing of the machine. */
export function simulatedEnvironment(cores: number): Environment {
  const root = packageRoot()
  return {
    cpuModel: NO_MACHINE,
    cores,
    memoryBytes: 0,
    platform: NO_MACHINE,
    nodeVersion: NO_MACHINE,
    engineVersion: versionOf(root),
    commit: root === null ? null : commitOf(root),
    busyBefore: null
  }
}

/** Whether other work was going on, as a warning; null if not. */
export function busyWarning({ busyBefore }: Environment): string | null {
  if (busyBefore === null || busyBefore <= BUSY_MAX) return null
  const share = `${Math.round(busyBefore * 100)} %`
  return `Other work took ${share} of all cores just before the measurement: figures may be too low.`
}

/** The same for people, with how long the measurement took; of a simulation nothing but its code. */
export function environmentFacts(
  environment: Environment,
  durationSeconds: number
): [term: string, value: string][] {
  const { cpuModel, cores, memoryBytes, platform, nodeVersion, busyBefore } = environment
  const ends: [string, string][] = [
    ['highwater', versionText(environment)],
    ['Took', formatDuration(durationSeconds * 1000)]
  ]
  if (cpuModel === NO_MACHINE) return [['Machine', NO_MACHINE], ...ends]
  return [
    ['Processor', cpuModel],
    ['Cores', formatCount(cores)],
    ['Memory', formatBytes(memoryBytes)],
    ['System', platform],
    ['Node', nodeVersion],
    ['Other work before', busyBefore === null ? 'unknown' : formatShare(busyBefore)],
    ...ends
  ]
}

/** Where it was measured, in one line. */
export function machineLine(environment: Environment): string {
  const { cpuModel, cores, nodeVersion } = environment
  const version = `highwater ${versionText(environment)}`
  if (cpuModel === NO_MACHINE) return `${NO_MACHINE}; ${version}`
  return `${cpuModel}, ${formatCount(cores)} cores, Node ${nodeVersion}, ${version}`
}

function versionText({ engineVersion, commit }: Environment): string {
  return `${engineVersion}${commit === null ? '' : ` (${commit.slice(0, 10)})`}`
}

/** What a verification may take here. */
export function readMachine(): Machine {
  return {
    cores: availableParallelism(),
    freeMemoryBytes: freemem(),
    freeFileHandles: freeFileHandles()
  }
}

/** Bytes free for this user on the disk of a directory; null where the system does not tell. */
export function freeDiskBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    // A file system that does not count.
    return null
  }
}

/** What is left of the limit of open files; all of it where the system does not tell what is open. */
function freeFileHandles(): number | null {
  const limit = fileHandleLimit()
  return limit === null ? null : Math.max(0, limit - openFileHandles())
}

function openFileHandles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    // Another system than Linux.
    return 0
  }
}

/** Soft limit of open files, from the runtime's own report; null where there is none. */
function fileHandleLimit(): number | null {
  if (process.platform === 'win32') return null
  const report: object = process.report.getReport()
  const limits = (report as { userLimits?: { open_files?: { soft?: number | string } } }).userLimits
  const soft = limits?.open_files?.soft
  return typeof soft === 'number' ? soft : null
}

/** Directory of the package this file belongs to; null if it was bundled into another. */
function packageRoot(): string | null {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (let depth = 0; depth < 5; depth++) {
    if (readText(join(directory, 'package.json'))?.includes('"name": "highwater"')) return directory
    directory = dirname(directory)
  }
  return null
}

function versionOf(root: string | null): string {
  const text = root === null ? null : readText(join(root, 'package.json'))
  return /"version": "([^"]+)"/.exec(text ?? '')?.[1] ?? 'unknown'
}

function commitOf(root: string): string | null {
  const head = readText(join(root, '.git', 'HEAD'))?.trim()
  if (head === undefined) return null
  if (!head.startsWith('ref: ')) return head
  const name = head.slice('ref: '.length)
  const loose = readText(join(root, '.git', name))?.trim()
  if (loose !== undefined) return loose
  const packed = readText(join(root, '.git', 'packed-refs')) ?? ''
  const line = packed.split('\n').find(entry => entry.endsWith(` ${name}`))
  return line?.split(' ')[0] ?? null
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there: nothing is known.
    return undefined
  }
}
