/**
 * How busy the machine and this process were over a stretch of time, from what the system counts.
 *
 * Thread: the harness's; `readThreadCpuMs` any, for the thread that calls it.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Clock } from '../base/clock.ts'
import type { PartitionUsage } from './target.ts'

export interface Usage {
  readonly elapsedSeconds: number
  /** CPU seconds of this process, all its threads. */
  readonly processCpuSeconds: number
  /** Share of all cores that was busy, with whatever, 0 to 1; null where the system does not tell. */
  readonly coresBusy: number | null
}

interface CoreTimes {
  readonly busyMs: number
  readonly totalMs: number
}

function readCores(): CoreTimes {
  let busyMs = 0
  let totalMs = 0
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq
    busyMs += working
    totalMs += working + times.idle
  }
  return { busyMs, totalMs }
}

export class UsageMeter {
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #process: NodeJS.CpuUsage
  readonly #cores: CoreTimes

  /** Begins to measure. */
  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedMs = clock.monotonic()
    this.#process = process.cpuUsage()
    this.#cores = readCores()
  }

  /** What was used since the meter was made. */
  read(): Usage {
    const { user, system } = process.cpuUsage(this.#process)
    const now = readCores()
    const totalMs = now.totalMs - this.#cores.totalMs
    return {
      elapsedSeconds: (this.#clock.monotonic() - this.#startedMs) / 1000,
      processCpuSeconds: (user + system) / 1e6,
      coresBusy: totalMs > 0 ? Math.min(1, (now.busyMs - this.#cores.busyMs) / totalMs) : null
    }
  }
}

/** How a partition's thread spent a stretch of time, as shares of it; null where the system does not tell. */
export interface PartitionShares {
  /** Milliseconds. */
  readonly cpuMs: number | null
  /** It computed, or kept to its pace with work waiting: it had no time left. */
  readonly busy: number | null
  /** It stood inside a call to the disk. */
  readonly diskWait: number | null
}

const UNKNOWN: PartitionShares = { cpuMs: null, busy: null, diskWait: null }

/**
 * Between two looks at the same thread. It waited for the disk as long as it stood, but no longer than it was
 * inside calls to the disk: computing there is not waiting, and standing elsewhere is not the disk's doing.
 */
export function partitionShares(
  before: PartitionUsage,
  after: PartitionUsage,
  elapsedSeconds: number
): PartitionShares {
  const cpuMs = difference(before.cpuMs, after.cpuMs)
  const blockedMs = difference(before.blockedMs, after.blockedMs)
  // The counts begin again with a thread that took over from a dead one.
  if (cpuMs === null || cpuMs < 0) return UNKNOWN
  const share = (ms: number): number => Math.min(1, Math.max(0, ms) / 1000 / elapsedSeconds)
  const diskWait = blockedMs === null ? null : share(Math.min(blockedMs, after.diskMs - before.diskMs))
  return { cpuMs, busy: share(cpuMs + after.pacedMs - before.pacedMs), diskWait }
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before
}

/** The shares of the thread that had the least time left; unknown if those of one thread are. */
export function busiestShares(threads: readonly PartitionShares[]): PartitionShares {
  const taken = ({ busy, diskWait }: PartitionShares): number => (busy ?? 0) + (diskWait ?? 0)
  const [first, ...others] = threads
  if (first === undefined || threads.some(({ busy }) => busy === null)) return UNKNOWN
  return others.reduce((most, shares) => (taken(shares) > taken(most) ? shares : most), first)
}

/**
 * CPU milliseconds of the calling thread since its start; null where the system does not tell. Linux:
 * schedstat.
 */
export function readThreadCpuMs(): number | null {
  try {
    const nanoseconds = Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0])
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : null
  } catch {
    // Another system than Linux, or one without the counter.
    return null
  }
}
