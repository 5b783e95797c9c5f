/**
 * How busy the machine and this process were over a stretch of time, from what the system counts.
 *
 * Thread: the harness's; `readThreadCpuMs` any, for the thread that calls it.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Clock } from '../base/clock.ts'

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
