/**
 * What a plan asks of the thing it measures: each call is one run, or one look. The embedded engine with real
 * threads is one form, a simulation with known truth another; the session that drives them is the same.
 *
 * Rates are bytes per second of records (key and value). Saturation: as fast as it goes.
 */
import type { Plan } from '../../planner/plan.ts'
import type { Machine, PartitionOverhead } from '../../planner/verifiability.ts'
import type { AuditResult } from '../audit.ts'
import type { LoaderTrial } from './measure-producer.ts'
import type { BenchRun } from './measured-point.ts'
import type { VerifiedPlan } from './verify-plan.ts'

/** What one handler took for its records. */
export interface ServiceTimes {
  /** Records handled. */
  readonly records: number
  /** Mean milliseconds a record, and the variance of one record's time in square milliseconds. */
  readonly meanMs: number
  readonly varianceMs2: number
  /** Milliseconds at which 0.5, 0.9 and 0.99 of the records were handled. */
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

/** A run of a consumer with its handler. */
export interface HandlerBenchRun extends BenchRun {
  /** Null where the handler's own time was not taken. */
  readonly service: ServiceTimes | null
}

/** What so many partitions hold, each written and read once, beyond the engine without any. */
export interface CountCost {
  readonly partitions: number
  /** Resident memory of the process. */
  readonly memoryBytes: number
  readonly fileHandles: number
  readonly threads: number
  /** From their creation until each had taken a record. */
  readonly startMs: number
  /** Sizes of their files. */
  readonly diskBytes: number
  /** Median time from one record to its answer, one at a time, acks=1. */
  readonly roundTripMs: number
}

export interface PlanBench {
  readonly kind: 'embedded' | 'sim'
  /** What figures hold for, beside every one of them. */
  readonly label: string
  readonly machine: Machine
  /** What one more partition of a planned load takes here, its consumer included. */
  readonly overhead: PartitionOverhead
  /**
   * Starts and warms all that runs with so many partitions take; says what each number of producers reached.
   */
  prepare(counts: readonly number[]): Promise<readonly LoaderTrial[]>
  /** How many producers the runs have. */
  readonly loaders: number
  /** Producers at saturation, evenly over so many partitions: their total. */
  produce(partitions: number, seconds: number): Promise<BenchRun>
  /** One consumer on one partition that only fetches and decodes. After the first `produce(1, ...)`. */
  fetchOnly(seconds: number): Promise<BenchRun>
  /** The same with the handler of the settings. */
  withHandler(seconds: number): Promise<HandlerBenchRun>
  /** What partitions cost at each of these counts, which ascend: an engine of its own grows by them. */
  countCosts(counts: readonly number[]): Promise<readonly CountCost[]>
  /** Reads every record of all runs so far back. @throws HighwaterError HIGHWATER_AUDIT */
  audit(): Promise<AuditResult>
  /**
   * The recommended count under the offered rate, or why it cannot be tried.
   * @param onAudit called when it is read back
   * @param shares of each partition in the load; null: all get the same
   */
  verify(plan: Plan, onAudit: () => void, shares: readonly number[] | null): Promise<VerifiedPlan>
  /** What to know of the runs so far beside their figures. */
  notices(): readonly string[]
  close(): Promise<void>
}
