/**
 * One run as a series of windows: sampled while it lasts, cut to its steady part afterwards.
 */
import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { findSteadyState } from '../planner/steady-state.ts'

/** Records counted up to a moment. */
export interface Sample {
  /** Monotonic milliseconds. */
  readonly atMs: number
  readonly records: number
}

export interface RunSeries {
  /** Intended length of a window. */
  readonly windowMs: number
  /** Bytes per second of each window, those of the warm-up too. */
  readonly windows: readonly number[]
  /** Index of the first window that counts. */
  readonly from: number
  readonly steady: boolean
  /** Why the cut is where it is, one sentence. */
  readonly reason: string
  /** Over all windows that count. */
  readonly bytesPerSecond: number
}

interface SampleTask {
  readonly clock: Clock
  readonly windowMs: number
  readonly signal: AbortSignal
  /** Records so far; read at the end of each window. */
  readonly read: () => number
  /** Whether the run is over, asked after each window. */
  readonly isOver: (elapsedMs: number, records: number) => boolean
}

/**
 * Samples until the run is over: the first sample at once, then one a window.
 * @throws HighwaterError HIGHWATER_INTERRUPTED
 */
export async function sampleRun(task: SampleTask): Promise<Sample[]> {
  const { clock, windowMs, read, signal } = task
  const first: Sample = { atMs: clock.monotonic(), records: read() }
  const samples = [first]
  for (;;) {
    await pause(clock, Math.max(1, first.atMs + samples.length * windowMs - clock.monotonic()), signal)
    const sample = { atMs: clock.monotonic(), records: read() }
    samples.push(sample)
    if (task.isOver(sample.atMs - first.atMs, sample.records - first.records)) return samples
  }
}

export function interrupted(): HighwaterError {
  return new HighwaterError('HIGHWATER_INTERRUPTED', 'The measurement was interrupted.')
}

/** Waits, unless interrupted. @throws HighwaterError HIGHWATER_INTERRUPTED */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => {
      cancel()
      reject(interrupted())
    }
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', interrupt)
      resolve()
    })
    if (signal.aborted) interrupt()
    else signal.addEventListener('abort', interrupt, { once: true })
  })
}

/** Bytes per second between two samples. */
export function rateBetween(from: Sample, to: Sample, recordBytes: number): number {
  invariant(to.atMs > from.atMs, 'samples are apart', { from: from.atMs, to: to.atMs })
  return ((to.records - from.records) * recordBytes * 1000) / (to.atMs - from.atMs)
}

/** The series of at least two samples, cut. */
export function cutRun(samples: readonly Sample[], windowMs: number, recordBytes: number): RunSeries {
  invariant(samples.length >= 2, 'a run has at least one window', { samples: samples.length })
  const windows: number[] = []
  for (let i = 1; i < samples.length; i++)
    windows.push(rateBetween(samples[i - 1]!, samples[i]!, recordBytes))
  const { from, steady, reason } = findSteadyState(windows)
  const last = samples[samples.length - 1]!
  return {
    windowMs,
    windows,
    from,
    steady,
    reason,
    bytesPerSecond: rateBetween(samples[from]!, last, recordBytes)
  }
}
