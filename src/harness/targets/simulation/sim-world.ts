/**
 * The simulated machine between its runs: its truth, its virtual time, and how fast it is just now.
 */
import type { Random } from '../../../base/random.ts'
import type { ProcessCost } from '../../../planner/units.ts'
import type { PlanSettings } from '../../plan/plan-settings.ts'
import { interrupted } from '../../run-series.ts'
import { drawNormal } from './sim-draws.ts'
import { SimPace } from './sim-pace.ts'
import type { SimBound, SimTruth } from './sim-truth.ts'

/** Between two runs, in virtual time. */
const PAUSE_MS = 500
/** After so long only 1/e of what made the machine slow or fast is left, in the mean. */
const DRIFT_MS = 120e3
/** Kafka: DefaultRecordBatch.RECORD_BATCH_OVERHEAD, and what a record has around its value, without a key. */
const BATCH_OVERHEAD = 61
const RECORD_OVERHEAD = 10

/** How a partition that is at something spends the time. */
const SHARES: Readonly<Record<SimBound, { readonly cpu: number; readonly disk: number }>> = {
  broker: { cpu: 0.97, disk: 0.01 },
  disk: { cpu: 0.2, disk: 0.77 },
  machine: { cpu: 0.6, disk: 0.02 }
}
/** Of all cores, where they are what a full partition waits for. */
const CORES_FULL = 0.97

export interface SimWorldParts {
  readonly truth: SimTruth
  readonly settings: PlanSettings
  readonly random: Random
  /** Ends the session of the user. */
  readonly signal: AbortSignal
}

export class SimWorld {
  readonly truth: SimTruth
  readonly settings: PlanSettings
  readonly random: Random
  readonly #signal: AbortSignal
  #nowMs = 0
  /** Logarithm of the slow part of the speed, as a share of its usual size; null before the first run. */
  #drift: number | null = null

  constructor({ truth, settings, random, signal }: SimWorldParts) {
    this.truth = truth
    this.settings = settings
    this.random = random
    this.#signal = signal
  }

  /**
   * One turn of the event loop: who works in virtual time alone would never hear that its user ends it.
   * @throws HighwaterError HIGHWATER_INTERRUPTED
   */
  async turn(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    if (this.#signal.aborted) throw interrupted()
  }

  /** The pace of a run that begins now; time goes on by its length. */
  nextPace(lengthMs: number): SimPace {
    const { noise, drift, jitter, warmUpMs, stall } = this.truth
    this.#drift ??= drawNormal(this.random)
    const level = Math.exp(noise * drawNormal(this.random) + drift * this.#drift)
    const startMs = this.#nowMs
    const passedMs = Math.ceil(lengthMs + PAUSE_MS)
    const kept = Math.exp(-passedMs / DRIFT_MS)
    this.#drift = kept * this.#drift + Math.sqrt(1 - kept ** 2) * drawNormal(this.random)
    this.#nowMs += passedMs
    return new SimPace({ level, jitter, warmUpMs, stall, startMs }, this.random)
  }

  /** Milliseconds of the handler for one record; 0 without one. */
  get handlerMs(): number {
    const { process, handlerModule } = this.settings
    if (process === null && handlerModule === null) return 0
    return this.truth.handlerMs ?? (process === null ? 0 : process.micros / 1000)
  }

  get handlerKind(): ProcessCost['kind'] {
    return this.settings.process?.kind ?? 'wait'
  }

  get recordsPerBatchMax(): number {
    const { batchBytes, recordBytes } = this.settings
    return Math.max(1, Math.floor((batchBytes - BATCH_OVERHEAD) / (recordBytes + RECORD_OVERHEAD)))
  }

  /** CPU and disk of a partition that was at something for a share of the time. */
  partitionUse(busy: number): { readonly cpu: number; readonly disk: number } {
    const { cpu, disk } = SHARES[this.truth.bound]
    return { cpu: Math.min(1, cpu * busy), disk: Math.min(1, disk * busy) }
  }

  /**
   * CPU seconds of partitions that took so many bytes: a partition that the others hold back has no time left
   * either, but waits for them.
   */
  partitionCpuSeconds(bytes: number): number {
    return (bytes / this.truth.law.lambda) * SHARES[this.truth.bound].cpu
  }

  /** Share of all cores that was busy while the busiest partition was at something for such a share. */
  coresBusy(cpuSeconds: number, elapsedSeconds: number, partitionBusy: number): number {
    const busy = Math.min(1, cpuSeconds / elapsedSeconds / this.truth.cores)
    return this.truth.bound === 'machine' ? Math.max(busy, CORES_FULL * partitionBusy) : busy
  }
}
