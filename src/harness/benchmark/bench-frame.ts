/**
 * What `bench` and `tune` have around their sessions: the engine, the threads, and the facts of the run.
 *
 * Thread: the caller's; load runs in threads of its own, which have ended when this returns.
 */
import { processClock } from '../../base/clock.ts'
import { type Environment, freeDiskBytes, readEnvironment } from '../environment.ts'
import { startEmbeddedTarget } from '../targets/embedded-target.ts'
import { startCrew } from './bench-crew.ts'
import type { BenchContext } from './bench-session.ts'
import type { BenchSettings } from './bench-settings.ts'
import type { LoadWithSamples } from './load-settings.ts'

/** How a run is called, whatever it measures. */
export interface FramedRun {
  /** The command as typed. */
  readonly command: string
  /** Directory of the report; made anew under `reports` by default, null for no report. */
  readonly out?: string | null | undefined
  readonly signal?: AbortSignal | undefined
  /** What is going on, for people who wait. */
  readonly onProgress?: ((text: string) => void) | undefined
}

export interface FrameFacts {
  readonly createdAtMs: number
  readonly durationSeconds: number
  readonly command: string
  readonly label: string
  readonly environment: Environment
}

/** The threads a session needs, and the session. */
interface FramedWork<Found> {
  readonly load: LoadWithSamples
  readonly readers: number
  readonly stall: BenchSettings['stall']
  readonly consumerConfig: BenchSettings['consumerConfig']
  session(context: BenchContext): Promise<Found>
}

/**
 * Runs a session on the embedded engine.
 * @param prepare what to do, by the free bytes of the disk, null if there is none to fill
 * @throws HighwaterError HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_INTERRUPTED, and what the session
 *   throws
 */
export async function runFramed<Found extends object>(
  { command, signal = new AbortController().signal, onProgress }: FramedRun,
  prepare: (freeBytes: number | null) => FramedWork<Found>
): Promise<Found & FrameFacts> {
  const clock = processClock
  const createdAtMs = clock.now()
  const startedMs = clock.monotonic()
  const onStep = (text: string): void => onProgress?.(text)
  onStep('looking at the machine, starting the engine')
  const environment = await readEnvironment(clock, signal)
  const target = await startEmbeddedTarget()
  try {
    const free = target.logDirectory === null ? null : freeDiskBytes(target.logDirectory)
    const { load, readers, stall, consumerConfig, session } = prepare(free)
    const { seed, sizes, distribution: keys, recordSample, keySample } = load
    const loaderStart = { seed, sizes, keys, recordSample, keySample, stall }
    const parts = { target, clock, signal, loaders: load.loaders, readers, loaderStart, consumerConfig }
    const crew = await startCrew(parts)
    try {
      const found = await session({ crew, clock, signal, onStep })
      const durationSeconds = (clock.monotonic() - startedMs) / 1000
      return { ...found, createdAtMs, durationSeconds, command, label: target.label, environment }
    } finally {
      await crew.close()
    }
  } finally {
    await target.close()
  }
}
