/**
 * Plans against planted truth on the embedded engine: `engine.partition.pace` fixes Tp, a handler that waits
 * fixes Tc, keys of a known distribution fix h(N). The true count, by the same formulas from what was
 * planted, must lie in the interval of the plan; where no count works, or one key is too hot, the plan must
 * refuse; and what bound each side must be named rightly.
 *
 *   node dist/test/harness/planted-truth-run.js        about ten minutes; --seeds N, --from S
 *
 * Exit code 1 unless at least 17 of 20 counts lie in their interval, every refusal is right and every verdict
 * is.
 */
import { parseArgs } from 'node:util'
import { seededRandom } from '../../../src/base/random.ts'
import { expectedKeys, sharesOfKeys } from '../../../src/harness/inputs/key-counts.ts'
import { runPlan } from '../../../src/index.ts'
import { planDemand } from '../../../src/planner/demand.ts'
import { givenCost } from '../../../src/planner/handler-cost.ts'
import type { KeyShares } from '../../../src/planner/key-skew.ts'
import { partitionsFor } from '../../../src/planner/partition-count.ts'

const INSIDE_SHARE = 17 / 20
const RECORD_BYTES = 10_000
/** A batch of one such record: 61 bytes of the batch, and about 12 of the record. */
const BATCH_BYTES = RECORD_BYTES + 73
const KEYS = 10_000
/** Faster than anything planted: fetching takes no time beside a handler of milliseconds. */
const FETCH_RATE = 1e12

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '20' }, from: { type: 'string', default: '1' } }
})

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

function keysOf(exponent: number | null): KeyShares | null {
  if (exponent === null) return null
  return sharesOfKeys(expectedKeys({ kind: 'zipf', exponent, keys: KEYS }))
}

/** Infinity where no count works. */
function truth({ rate, producerThroughput, handlerMs, exponent }: Planted): { count: number; binds: string } {
  const demand = planDemand({
    targetThroughput: rate,
    recordBytes: RECORD_BYTES,
    headroom: { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 },
    producerThroughput,
    fetchOnlyThroughput: FETCH_RATE,
    handler: givenCost({ kind: 'wait', micros: handlerMs * 1000 }),
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

interface Judged {
  readonly isRefusalRight: boolean
  /** Null where there is no count. */
  readonly inside: boolean | null
  readonly isVerdictRight: boolean
}

async function judge(seed: number): Promise<Judged> {
  const planted = plantedBy(seed)
  const { rate, producerThroughput, handlerMs, exponent } = planted
  const { count, binds } = truth(planted)
  const { report } = await runPlan({
    command: 'planted truth',
    targetThroughput: rate,
    recordBytes: RECORD_BYTES,
    process: { kind: 'wait', micros: handlerMs * 1000 },
    keys: exponent === null ? undefined : { kind: 'zipf', exponent, keys: KEYS },
    engine: { 'engine.partition.pace': Math.round((producerThroughput * BATCH_BYTES) / RECORD_BYTES) },
    points: [1, 2, 4],
    runs: 3,
    seconds: 1.2,
    seed,
    out: null
  })
  const { outcome, producer, consumerWithHandler } = report
  const isVerdictRight =
    producer.verdict.bottleneck === 'broker-bound' &&
    consumerWithHandler?.verdict.bottleneck === 'consumer-bound'
  const isRefused = outcome.kind === 'refused'
  const inside =
    isRefused || !Number.isFinite(count)
      ? null
      : outcome.partitionsInterval[0] <= count && count <= outcome.partitionsInterval[1]
  const plannedText = isRefused
    ? `refused: ${outcome.reason}`
    : `planned [${outcome.partitionsInterval.join(', ')}]`
  const tp = producer.measurement.bytesPerSecond / producerThroughput - 1
  const tc = (consumerWithHandler?.measurement.bytesPerSecond ?? 0) / (RECORD_BYTES / handlerMs / 1e-3) - 1
  console.log(
    `seed ${seed}: ${(rate / 1e6).toFixed(2)} MB/s, Tp ${(producerThroughput / 1e6).toFixed(2)}, ` +
      `handler ${handlerMs} ms, ` +
      `keys ${exponent ?? 'even'}; true ${count} (${binds}), ${plannedText}; Tp off ` +
      `${(100 * tp).toFixed(1)} %, ` +
      `Tc ${(100 * tc).toFixed(1)} %; ${producer.verdict.bottleneck}, ` +
      `${consumerWithHandler?.verdict.bottleneck}; ` +
      `${report.verification?.sentence ?? ''}`
  )
  return { isRefusalRight: isRefused === !Number.isFinite(count), inside, isVerdictRight }
}

const from = Number(values.from)
const judged: Judged[] = []
for (let seed = from; seed < from + Number(values.seeds); seed++) judged.push(await judge(seed))
const counts = judged.filter(({ inside }) => inside !== null)
const inside = counts.filter(({ inside: isInside }) => isInside === true).length
const refusals = judged.filter(({ isRefusalRight }) => isRefusalRight).length
const verdicts = judged.filter(({ isVerdictRight }) => isVerdictRight).length
console.log(
  `${inside} of ${counts.length} counts inside, ${Math.ceil(INSIDE_SHARE * counts.length)} needed; ` +
    `refusals right in ` +
    `${refusals} of ${judged.length}; verdicts right in ${verdicts} of ${judged.length}`
)
const hold =
  inside >= INSIDE_SHARE * counts.length && refusals === judged.length && verdicts === judged.length
process.exitCode = hold ? 0 : 1
