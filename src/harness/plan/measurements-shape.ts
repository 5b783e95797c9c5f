/**
 * What `measurements.json` may hold: every field with its range, wide enough for whatever a session can have
 * measured and narrow enough that nothing made of it is infinite, endless or no number.
 */
import { isProfileQuantity, PROFILE_QUANTITIES } from '../../planner/profile-quantities.ts'
import type { Profile, ProfileValue } from '../../planner/profiles.ts'
import type { Machine, PartitionOverhead } from '../../planner/verifiability.ts'
import type { VerificationRun } from '../../planner/verification.ts'
import type { AuditResult } from '../audit.ts'
import type { Environment } from '../environment.ts'
import type { RunSeries } from '../run-series.ts'
import type { LoaderTrial } from './measure-producer.ts'
import type { BenchRun } from './measured-point.ts'
import type { Measurements } from './measurements.ts'
import type { CountCost, HandlerBenchRun, ServiceTimes } from './plan-bench.ts'
import type { CountRuns, SessionFindings } from './plan-session.ts'
import type { PlanSettings } from './plan-settings.ts'
import {
  entries,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  positive,
  type Shape,
  text,
  textLike,
  whole
} from './shape.ts'
import type { VerifiedPlan } from './verify-plan.ts'

/** Of bytes, rates and milliseconds: a petabyte, and 30,000 years. */
const AMOUNT_MAX = 1e15
const SECONDS_MAX = 1e9
const TEXT_MAX = 20_000
const COMMAND_MAX = 100_000
const LINES_MAX = 10_000
const PARTITIONS_MAX = 1_000_000
const RUNS_MAX = 1000
/** A run has some 20 of them. */
const WINDOWS_MAX = 10_000
/** Each window is a row of the page, each run a mark. */
const ALL_WINDOWS_MAX = 200_000
const ALL_RUNS_MAX = 20_000
const KEYS_MAX = 100_000
const COUNT_MAX = 1_000_000_000
const INT32 = 2 ** 31

const amount = number(0, AMOUNT_MAX)
/** Of a time: threads that are counted at their own times may have a little more than all of it. */
const share = nullable(number(0, 100))
const partitions = whole(1, PARTITIONS_MAX)
const line = text(TEXT_MAX)

const series: Shape = object<RunSeries>({
  windowMs: positive(AMOUNT_MAX),
  windows: list(amount, 1, WINDOWS_MAX),
  from: whole(0, WINDOWS_MAX),
  steady: flag,
  reason: line,
  bytesPerSecond: number(1e-6, AMOUNT_MAX)
})

const benchRun = {
  series,
  bytes: amount,
  processCpuSeconds: number(0, SECONDS_MAX),
  coresBusy: share,
  loaderBusy: share,
  partitionBusy: share,
  diskWait: share,
  consumerBusy: share,
  bytesPerCpuSecond: nullable(positive(AMOUNT_MAX))
} as const satisfies Record<keyof BenchRun, Shape>

const service: Shape = object<ServiceTimes>({
  records: whole(0, Number.MAX_SAFE_INTEGER),
  meanMs: amount,
  varianceMs2: amount,
  p50Ms: amount,
  p90Ms: amount,
  p99Ms: amount
})

const run: Shape = object<BenchRun>(benchRun)
const handlerRun: Shape = object<HandlerBenchRun>({ ...benchRun, service: nullable(service) })
/** The same without a handler, whose service some benches leave out. */
const fetchRun: Shape = object<HandlerBenchRun>({ ...benchRun, service: optional(nullable(service)) })

const countRuns: Shape = object<CountRuns>({ partitions, runs: list(run, 2, RUNS_MAX) })

const countCost: Shape = object<CountCost>({
  partitions,
  // What the process holds may shrink meanwhile.
  memoryBytes: number(-AMOUNT_MAX, AMOUNT_MAX),
  fileHandles: number(-COUNT_MAX, COUNT_MAX),
  threads: number(-COUNT_MAX, COUNT_MAX),
  startMs: amount,
  diskBytes: number(-AMOUNT_MAX, AMOUNT_MAX),
  roundTripMs: amount
})

const audit: Shape = object<AuditResult>({
  records: whole(0, Number.MAX_SAFE_INTEGER),
  bytes: number(0, Number.MAX_SAFE_INTEGER)
})

const verificationRun: Shape = object<VerificationRun>({
  partitions,
  targetThroughput: positive(AMOUNT_MAX),
  offeredRate: number(1e-6, AMOUNT_MAX),
  achievedRate: amount,
  lagSlope: number(-AMOUNT_MAX, AMOUNT_MAX),
  verdict: object<VerificationRun['verdict']>({
    bottleneck: oneOf(
      'client-bound',
      'broker-bound',
      'disk-bound',
      'consumer-bound',
      'machine-bound',
      'none'
    ),
    evidence: line
  })
})

const verified: Shape = object<VerifiedPlan>({
  verification: object<VerifiedPlan['verification']>({ verified: flag, held: flag, sentence: line }),
  run: nullable(verificationRun),
  seconds: nullable(number(0, SECONDS_MAX)),
  audit: nullable(audit)
})

const loaderTrial: Shape = object<LoaderTrial>({
  partitions,
  loaders: whole(1, COUNT_MAX),
  bytesPerSecond: amount
})

const findings: Shape = object<SessionFindings>({
  loaderTrials: list(loaderTrial, 0, LINES_MAX),
  loaders: whole(0, COUNT_MAX),
  produce: list(countRuns, 1, RUNS_MAX),
  heldOut: nullable(countRuns),
  fetchOnly: list(fetchRun, 2, RUNS_MAX),
  withHandler: list(handlerRun, 0, RUNS_MAX),
  costs: list(countCost, 0, RUNS_MAX),
  repeats: list(line, 0, LINES_MAX),
  notices: list(line, 0, LINES_MAX),
  order: list(line, 0, LINES_MAX),
  verified: nullable(verified),
  audit,
  interrupted: flag
})

/** A value of this quantity, as `own-profile.ts` would take it. */
function profileValue(name: string): Shape | null {
  if (!isProfileQuantity(name)) return null
  const { min, whole: isWhole } = PROFILE_QUANTITIES[name]
  const value = isWhole ? whole(min, AMOUNT_MAX) : number(min, AMOUNT_MAX)
  return object<ProfileValue>({ value, source: line, date: line, assumed: flag })
}

const profile: Shape = object<Profile>({ name: line, text: line, values: entries(profileValue) })

const milliseconds = positive(AMOUNT_MAX)

const settings: Shape = object<PlanSettings>({
  targetThroughput: positive(AMOUNT_MAX),
  offeredThroughput: positive(AMOUNT_MAX),
  peakFactor: number(1, 1000),
  growth: nullable(
    object<NonNullable<PlanSettings['growth']>>({ share: number(-1, 100), years: number(0, 100) })
  ),
  utilisation: optional(positive(1)),
  lagSloMs: nullable(milliseconds),
  outage: nullable(
    object<NonNullable<PlanSettings['outage']>>({ lengthMs: milliseconds, recoverMs: milliseconds })
  ),
  retentionMs: nullable(milliseconds),
  replicationFactor: whole(1, 100),
  brokers: whole(1, 10_000),
  groups: optional(whole(1, 10_000)),
  profile,
  handlerModule: nullable(line),
  seed: whole(0, INT32 - 1),
  budgetSeconds: nullable(number(0, SECONDS_MAX)),
  counts: list(partitions, 1, RUNS_MAX),
  heldOutCount: nullable(partitions),
  costCounts: list(partitions, 0, RUNS_MAX),
  recordBytes: number(1, INT32),
  process: nullable(
    object<NonNullable<PlanSettings['process']>>({ kind: oneOf('wait', 'cpu'), micros: positive(1e12) })
  ),
  topic: line,
  short: flag,
  runs: whole(2, RUNS_MAX),
  secondsPerRun: positive(SECONDS_MAX),
  patienceSeconds: nullable(number(0, SECONDS_MAX)),
  verifySeconds: positive(SECONDS_MAX),
  bytesPerRunMax: positive(AMOUNT_MAX),
  batchBytes: whole(1, INT32),
  bufferBytes: whole(1, AMOUNT_MAX),
  lingerMs: amount
})

const environment: Shape = object<Environment>({
  cpuModel: line,
  cores: whole(1, COUNT_MAX),
  memoryBytes: amount,
  platform: line,
  nodeVersion: line,
  engineVersion: line,
  commit: nullable(line),
  busyBefore: nullable(number(0, 1))
})

const shape: Shape = object<Measurements>({
  schemaVersion: oneOf(1),
  kind: oneOf('measurements'),
  createdAt: textLike(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/,
    'a time such as 2026-01-02T03:04:05.000Z'
  ),
  durationSeconds: number(0, SECONDS_MAX),
  command: text(COMMAND_MAX),
  bareCommand: text(COMMAND_MAX),
  target: oneOf('embedded', 'sim'),
  label: line,
  settings,
  environment,
  machine: object<Machine>({
    cores: whole(1, COUNT_MAX),
    freeMemoryBytes: amount,
    freeFileHandles: nullable(amount)
  }),
  overhead: object<PartitionOverhead>({ memoryBytes: amount, fileHandles: amount }),
  keys: nullable(
    object<NonNullable<Measurements['keys']>>({
      records: nullable(whole(1, Number.MAX_SAFE_INTEGER)),
      keys: whole(1, Number.MAX_SAFE_INTEGER),
      hashes: list(whole(-INT32, INT32 - 1), 0, KEYS_MAX),
      counts: list(number(0, Number.MAX_SAFE_INTEGER), 0, KEYS_MAX),
      tailKeys: whole(0, Number.MAX_SAFE_INTEGER),
      tailCount: number(0, Number.MAX_SAFE_INTEGER)
    })
  ),
  notices: list(line, 0, LINES_MAX),
  findings
})

/** What is wrong with a value that is to be measurements, the first of it; null where they are some. */
export function measurementsFault(value: unknown): string | null {
  return shape(value, '') ?? contradiction(value as Measurements)
}

/** Fields that are right each by itself, and not beside each other. */
function contradiction({ settings: asked, findings: found, keys }: Measurements): string | null {
  const { produce, heldOut, fetchOnly, withHandler, costs } = found
  const { targetThroughput, offeredThroughput, peakFactor, growth } = asked
  const grown = growth === null ? 1 : (1 + growth.share) ** growth.years
  const offered = targetThroughput * peakFactor * grown
  if (Math.abs(offeredThroughput / offered - 1) > 1e-9) {
    return 'settings.offeredThroughput is not the target with its peak and growth'
  }
  if (asked.replicationFactor > asked.brokers) return 'settings.brokers are fewer than replicationFactor'
  if (keys !== null && keys.hashes.length !== keys.counts.length) {
    return 'keys.counts has not as many entries as keys.hashes'
  }
  if (keys !== null && !(keys.counts.reduce((sum, count) => sum + count, keys.tailCount) > 0)) {
    return 'keys.counts add up to nothing'
  }
  if (produce[0]?.partitions !== 1) return 'findings.produce does not begin with one partition'
  if (!isAscending(produce)) return 'findings.produce does not ascend'
  if (!isAscending(costs)) return 'findings.costs does not ascend'
  if (withHandler.some(({ service: times }) => times !== null && isImpossible(times))) {
    return 'findings.withHandler has a service that scatters more than its records can'
  }
  const measured = [...produce.map(({ runs }) => runs), heldOut?.runs ?? [], fetchOnly, withHandler]
  return contradictingRuns(measured)
}

/** So many times of this mean cannot have this variance; twice as much is left for how it was estimated. */
function isImpossible({ records, meanMs, varianceMs2 }: ServiceTimes): boolean {
  return records > 0 && !(meanMs > 0 && varianceMs2 <= 2 * records * meanMs ** 2)
}

function isAscending(counts: readonly { readonly partitions: number }[]): boolean {
  return counts.every((count, index) => count.partitions > (counts[index - 1]?.partitions ?? 0))
}

function contradictingRuns(measured: readonly (readonly BenchRun[])[]): string | null {
  let windows = 0
  let count = 0
  for (const runs of measured) {
    if (runs.length > 0 && runs.every(({ bytes }) => bytes === 0)) return 'a run moved no bytes'
    count += runs.length
    for (const { series: own } of runs) {
      windows += own.windows.length
      if (own.from >= own.windows.length) return 'a run begins to count after its last window'
    }
  }
  if (count > ALL_RUNS_MAX) return `there are ${count} runs, not at most ${ALL_RUNS_MAX}`
  return windows > ALL_WINDOWS_MAX ? `the runs have ${windows} windows, not at most ${ALL_WINDOWS_MAX}` : null
}
