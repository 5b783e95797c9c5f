/**
 * A simulation with known truth as a plan measures it: runs in virtual time, through the same windows, cut
 * and verdicts as real ones. The same seed gives the same numbers.
 *
 * Thread: the harness's, whose event loop gets a turn with every window of a run: so it can be interrupted.
 */
import type { Machine, PartitionOverhead } from '../../../planner/verifiability.ts'
import type { AuditResult } from '../../audit.ts'
import { AuditFindings } from '../../audit-findings.ts'
import { chosenTrial, type LoaderTrial, nextTrial } from '../../plan/measure-producer.ts'
import type { BenchRun } from '../../plan/measured-point.ts'
import type { CountCost, HandlerBenchRun, PlanBench } from '../../plan/plan-bench.ts'
import type { VerifiedPlan } from '../../plan/verify-plan.ts'
import { consumeAll } from './sim-consume.ts'
import { drawNormal } from './sim-draws.ts'
import { saturate } from './sim-produce.ts'
import type { LinearCost } from './sim-truth.ts'
import { checkTruth } from './sim-truth-check.ts'
import { type PlannedCount, verifySimulated } from './sim-verify.ts'
import { SimWorld, type SimWorldParts } from './sim-world.ts'

const MEMORY_BYTES = 512e9
const FILE_HANDLES = 1e6
const LOADERS_MAX = 8
const TRIAL_SECONDS_MAX = 1
/** As the engine's hosts: so many threads a core at most. */
const THREADS_PER_CORE = 32
/** Of a partition's files with one record. */
const DISK_BYTES_EACH = 1200

export class SimulatedBench implements PlanBench {
  readonly kind = 'sim'
  readonly label = 'simulation with a known truth, not a machine'
  readonly machine: Machine
  readonly overhead: PartitionOverhead
  readonly #world: SimWorld
  #loaders = 1
  /** Acknowledged in all runs so far. */
  #records = 0

  /** @throws HighwaterError HIGHWATER_CONFIG for a truth that this plan cannot be measured on */
  constructor(parts: SimWorldParts) {
    const { truth, settings } = parts
    checkTruth(truth, settings)
    const { cores, memoryBytes, fileHandlesEach } = truth
    this.#world = new SimWorld(parts)
    this.machine = { cores, freeMemoryBytes: MEMORY_BYTES, freeFileHandles: FILE_HANDLES }
    this.overhead = { memoryBytes: memoryBytes.each, fileHandles: fileHandlesEach }
  }

  get loaders(): number {
    return this.#loaders
  }

  async prepare(counts: readonly number[]): Promise<readonly LoaderTrial[]> {
    const all: LoaderTrial[] = []
    const seconds = Math.min(TRIAL_SECONDS_MAX, this.#world.settings.secondsPerRun)
    // One partition, and the most of them: what lies between needs no more producers.
    for (const partitions of new Set([1, Math.max(...counts)])) {
      const trial = async (loaders: number): Promise<LoaderTrial> => {
        const { series } = await this.#saturate(partitions, loaders, seconds)
        return { partitions, loaders, bytesPerSecond: series.bytesPerSecond }
      }
      const trials: [LoaderTrial, ...LoaderTrial[]] = [await trial(this.#loaders)]
      for (let next = nextTrial(trials, LOADERS_MAX); next !== null; next = nextTrial(trials, LOADERS_MAX)) {
        trials.push(await trial(next))
      }
      this.#loaders = chosenTrial(trials).loaders
      all.push(...trials)
    }
    return all
  }

  async produce(partitions: number, seconds: number): Promise<BenchRun> {
    return this.#saturate(partitions, this.#loaders, seconds)
  }

  async fetchOnly(seconds: number): Promise<BenchRun> {
    return consumeAll(this.#world, null, seconds)
  }

  async withHandler(seconds: number): Promise<HandlerBenchRun> {
    const { handlerMs, truth } = this.#world
    return consumeAll(this.#world, { meanMs: handlerMs, variation: truth.handlerVariation }, seconds)
  }

  async countCosts(counts: readonly number[]): Promise<readonly CountCost[]> {
    await this.#world.turn()
    const { memoryBytes, startMs, fileHandlesEach, cores } = this.#world.truth
    return counts.map(partitions => ({
      partitions,
      memoryBytes: Math.round(this.#costOf(memoryBytes, partitions)),
      fileHandles: fileHandlesEach * partitions,
      threads: Math.min(partitions, THREADS_PER_CORE * cores),
      startMs: this.#costOf(startMs, partitions),
      diskBytes: DISK_BYTES_EACH * partitions,
      roundTripMs: this.#world.truth.request.c0Ms
    }))
  }

  /** @throws HighwaterError HIGHWATER_AUDIT if the truth has records lost */
  async audit(): Promise<AuditResult> {
    await this.#world.turn()
    const { truth, settings } = this.#world
    const records = this.#records - Math.min(truth.lostRecords, this.#records)
    if (records < this.#records) {
      const findings = new AuditFindings()
      findings.lost = this.#records - records
      findings.fault(`the loaders had ${this.#records} acknowledged and ${records} are there`)
      findings.throwIfAny(settings.topic, records)
    }
    return { records, bytes: records * settings.recordBytes }
  }

  notices(): readonly string[] {
    return []
  }

  async verify(plan: PlannedCount, onAudit: () => void): Promise<VerifiedPlan> {
    return verifySimulated(this.#world, plan, this.#loaders, onAudit)
  }

  async close(): Promise<void> {
    // Nothing outlives a run.
  }

  async #saturate(partitions: number, loaders: number, seconds: number): Promise<BenchRun> {
    const { bench, records } = await saturate(this.#world, { partitions, loaders, seconds })
    this.#records += records
    return bench
  }

  #costOf({ fixed, each }: LinearCost, partitions: number): number {
    const { truth, random } = this.#world
    return (fixed + each * partitions) * Math.exp(truth.noise * drawNormal(random))
  }
}
