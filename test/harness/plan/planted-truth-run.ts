/**
 * Plans against planted truth on the embedded engine: `engine.partition.pace` fixes Tp, a handler that
 * computes so long by the clock fixes Tc, keys of a known distribution fix h(N). The true count is found
 * from what was planted by trying one count after another, without the planner. It must lie in the
 * interval of the plan; where no count works, one key being too hot, the plan must refuse; and what bound
 * each side must be named rightly.
 *
 *   node dist/test/harness/plan/planted-truth-run.js        fifteen minutes; --seeds N, --from S
 *
 * A handler that waits would be no truth: timers overshoot, by 0.1 ms to 0.3 ms, and more on a busy
 * machine. One that computes is right as long as it has a core: nothing else is to run on the machine.
 *
 * Exit code 1 unless 17 of 20 counts lie in their interval, and every refusal and every verdict is
 * right.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../../../src/base/clock.ts'
import { partitionForKey } from '../../../src/base/key-partition.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { runPlan } from '../../../src/index.ts'
import type { ProcessCost } from '../../../src/planner/units.ts'

const INSIDE_SHARE = 17 / 20
const RECORD_BYTES = 10_000
/** A batch of one such record: 61 bytes of the batch, and about 12 of the record. */
const BATCH_BYTES = RECORD_BYTES + 73
const KEYS = 10_000
/** A plan leaves consumers a fifth of their time. */
const CONSUMER_BUSY = 0.8
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

interface Truth {
  /** Infinity where no count works. */
  readonly count: number
  /** What decides it. */
  readonly binds: 'producer' | 'consumer' | 'hottest key'
}

/** What each key gets of the records, the first the most: weights of Zipf's law. */
function sharesOf(exponent: number): number[] {
  const weights = Array.from({ length: KEYS }, (_, index) => (index + 1) ** -exponent)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map(weight => weight / total)
}

/** What the fullest of so many partitions gets, by the partition Kafka gives each key of the load. */
function fullestOf(exponent: number | null, partitions: number): number {
  if (exponent === null) return 1 / partitions
  const digits = String(KEYS - 1).length
  const loads = new Array<number>(partitions).fill(0)
  for (const [index, share] of sharesOf(exponent).entries()) {
    const key = new TextEncoder().encode(`k${String(index).padStart(digits, '0')}`)
    const partition = partitionForKey(key, partitions)
    loads[partition] = (loads[partition] ?? 0) + share
  }
  return Math.max(...loads)
}

/**
 * The fewest partitions of which the fullest is neither beyond Tp nor beyond what its consumer does in 80 %
 * of its time: counted one by one, not by the planner.
 */
function truthOf({ rate, producerThroughput, handlerMs, exponent }: Planted): Truth {
  const consumed = (CONSUMER_BUSY * RECORD_BYTES * 1000) / handlerMs
  const limit = Math.min(producerThroughput, consumed)
  const hottest = exponent === null ? 0 : (sharesOf(exponent)[0] ?? 0)
  if (hottest * rate > limit) return { count: Number.POSITIVE_INFINITY, binds: 'hottest key' }
  let count = 1
  while (fullestOf(exponent, count) * rate > limit) count++
  return { count, binds: consumed < producerThroughput ? 'consumer' : 'producer' }
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
