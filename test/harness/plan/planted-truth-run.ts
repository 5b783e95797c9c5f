/**
 * Plans against planted truth on the embedded engine: `engine.partition.pace` fixes Tp, a handler that
 * computes so long by the clock fixes Tc, keys of a known distribution fix h(N). The true count follows
 * by the same formulas from what was planted, never from what was measured. It must lie in the interval
 * of the plan; where no count works, one key being too hot, the plan must refuse; and what bound each
 * side must be named rightly.
 *
 *   node dist/test/harness/plan/planted-truth-run.js        about twelve minutes; --seeds N, --from S
 *
 * A handler that waits would be no truth: timers overshoot, by 0.1 ms to 0.3 ms, and more on a busy
 * machine. One that computes is right as long as it has a core: nothing else is to run on the machine.
 *
 * Exit code 1 unless 17 of 20 counts lie in their interval, and every refusal and every verdict is
 * right.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../../../src/base/clock.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { expectedKeys, sharesOfKeys } from '../../../src/harness/inputs/key-counts.ts'
import type { PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { runPlan } from '../../../src/index.ts'
import { planDemand } from '../../../src/planner/demand.ts'
import { givenCost } from '../../../src/planner/handler-cost.ts'
import type { KeyShares } from '../../../src/planner/key-skew.ts'
import { partitionsFor } from '../../../src/planner/partition-count.ts'
import type { ProcessCost } from '../../../src/planner/units.ts'

const INSIDE_SHARE = 17 / 20
const RECORD_BYTES = 10_000
/** A batch of one such record: 61 bytes of the batch, and about 12 of the record. */
const BATCH_BYTES = RECORD_BYTES + 73
const KEYS = 10_000
/** Faster than anything planted: fetching takes no time beside a handler of milliseconds. */
const FETCH_RATE = 1e12
/** The fastest load over the slowest partition asks for eight: the law is measured as far as it is asked. */
const POINTS = [1, 2, 4, 8]

interface Planted {
  readonly rate: number
  readonly producerThroughput: number
  readonly handlerMs: number
  /** Zipf's exponent; null without keys. */
  readonly exponent: number | null
}

function plantedBy(seed: number): Planted {
  const random = seededRandom(seed)
  const between = (low: number, high: number): number => low + (high - low) * random.next()
  const exponent = [null, 0, 0.6, 1.2][seed % 4] ?? null
  return {
    rate: between(6e6, 16e6),
    producerThroughput: between(2e6, 5e6),
    handlerMs: Math.round(between(2, 6) * 10) / 10,
    exponent
  }
}

function handlerOf({ handlerMs }: Planted): ProcessCost {
  return { kind: 'cpu', micros: handlerMs * 1000 }
}

function keysOf(exponent: number | null): KeyShares | null {
  if (exponent === null) return null
  return sharesOfKeys(expectedKeys({ kind: 'zipf', exponent, keys: KEYS }))
}

interface Truth {
  /** Infinity where no count works. */
  readonly count: number
  /** What decides it. */
  readonly binds: string
}

function truthOf(planted: Planted): Truth {
  const { rate, producerThroughput, exponent } = planted
  const demand = planDemand({
    targetThroughput: rate,
    recordBytes: RECORD_BYTES,
    headroom: { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 },
    producerThroughput,
    fetchOnlyThroughput: FETCH_RATE,
    handler: givenCost(handlerOf(planted)),
    consumerThroughput: null,
    lanes: 1,
    arrivalBatch: 1,
    lagSloMs: null,
    outage: null,
    consumerUtilisation: null,
    keys: keysOf(exponent),
    otherPartitions: partitionsFor(rate, producerThroughput)
  })
  return { count: demand.partitions, binds: demand.binding.name }
}

async function plan(planted: Planted, seed: number): Promise<PlanReport> {
  const { rate, producerThroughput, exponent } = planted
  const { report } = await runPlan({
    command: 'planted truth',
    targetThroughput: rate,
    recordBytes: RECORD_BYTES,
    process: handlerOf(planted),
    keys: exponent === null ? undefined : { kind: 'zipf', exponent, keys: KEYS },
    engine: { 'engine.partition.pace': Math.round((producerThroughput * BATCH_BYTES) / RECORD_BYTES) },
    points: POINTS,
    runs: 3,
    seconds: 1,
    seed,
    out: null
  })
  return report
}

interface Judged {
  /** Null where there is no true count, or none was planned. */
  readonly isInside: boolean | null
  readonly isRefusalRight: boolean
  readonly isVerdictRight: boolean
}

function judged({ outcome, producer, consumerWithHandler }: PlanReport, { count }: Truth): Judged {
  const isRefused = outcome.kind === 'refused'
  const interval = isRefused || !Number.isFinite(count) ? null : outcome.partitionsInterval
  return {
    isInside: interval === null ? null : interval[0] <= count && count <= interval[1],
    isRefusalRight: isRefused === !Number.isFinite(count),
    isVerdictRight:
      producer.verdict.bottleneck === 'broker-bound' &&
      consumerWithHandler?.verdict.bottleneck === 'consumer-bound'
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2)

/** How far what was measured is off what was planted. */
function offBy(measured: number, planted: number): string {
  return `${(100 * (measured / planted - 1)).toFixed(1)} %`
}

function lineOf(planted: Planted, truth: Truth, report: PlanReport): string {
  const { rate, producerThroughput, handlerMs, exponent } = planted
  const { outcome, producer, consumerWithHandler } = report
  const consumed = consumerWithHandler?.measurement.bytesPerSecond ?? 0
  const parts = [
    `${megabytes(rate)} MB/s, Tp ${megabytes(producerThroughput)}, handler ${handlerMs} ms, ` +
      `keys ${exponent ?? 'even'}`,
    `true ${truth.count} (${truth.binds})`,
    outcome.kind === 'refused'
      ? `refused: ${outcome.reason}`
      : `planned [${outcome.partitionsInterval.join(', ')}]`,
    `Tp off ${offBy(producer.measurement.bytesPerSecond, producerThroughput)}, ` +
      `Tc ${offBy(consumed, (RECORD_BYTES * 1000) / handlerMs)}`,
    `${producer.verdict.bottleneck}, ${consumerWithHandler?.verdict.bottleneck}`
  ]
  return parts.join('; ')
}

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '20' }, from: { type: 'string', default: '1' } }
})
const from = Number(values.from)
const all: Judged[] = []
for (let seed = from; seed < from + Number(values.seeds); seed++) {
  const startedMs = systemClock.monotonic()
  const planted = plantedBy(seed)
  const truth = truthOf(planted)
  const report = await plan(planted, seed)
  all.push(judged(report, truth))
  const seconds = ((systemClock.monotonic() - startedMs) / 1000).toFixed(0)
  console.log(`seed ${seed}, ${seconds} s: ${lineOf(planted, truth, report)}`)
}
const counts = all.filter(({ isInside }) => isInside !== null)
const inside = counts.filter(({ isInside }) => isInside === true).length
const refusals = all.filter(({ isRefusalRight }) => isRefusalRight).length
const verdicts = all.filter(({ isVerdictRight }) => isVerdictRight).length
console.log(
  `${inside} of ${counts.length} counts inside, ${Math.ceil(INSIDE_SHARE * counts.length)} needed; ` +
    `refusals right in ${refusals} of ${all.length}; verdicts right in ${verdicts} of ${all.length}`
)
const holds = inside >= INSIDE_SHARE * counts.length && refusals === all.length && verdicts === all.length
process.exitCode = holds ? 0 : 1
