/**
 * Predicts throughput at counts that took no part in the fit, on the embedded engine and this machine,
 * and holds the predictions against what is measured there afterwards.
 *
 *   node dist/test/harness/plan/held-out-run.js        half an hour; --plans N, --seconds S, --out DIR
 *
 * Nothing else is to run on the machine. Exit code 1 unless eight of ten predictions hold what was
 * measured in their interval, and the median error is at most 10 %, or one and a half times the median
 * spread of the runs where the machine is more restless.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { runPlan } from '../../../src/index.ts'
import { median } from '../../../src/planner/statistics.ts'

const INSIDE_SHARE = 0.8
const ERROR_MAX = 0.1
const SPREADS = 1.5
/** Counts that are fitted, four of them as in any plan; 8 and 4 partitions are left out. */
const POINTS = [
  [1, 2, 4, 16],
  [1, 2, 3, 8]
]

interface Prediction {
  readonly error: number
  /** Median over all counts. */
  readonly spread: number
  readonly isInside: boolean
  readonly line: string
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

function predictionOf({ heldOut, counts }: PlanReport): Prediction {
  if (heldOut === null) throw new Error('nothing was left out')
  const { predicted, measured, partitions, error, inside } = heldOut
  const spread = median([...counts, heldOut].map(({ measurement }) => measurement.spread))
  const interval = `[${megabytes(predicted.low)}, ${megabytes(predicted.high)}]`
  const points = counts.map(point => `${point.partitions}: ${megabytes(point.measurement.bytesPerSecond)}`)
  const parts = [
    `N = ${partitions}: foretold ${megabytes(predicted.median)} MB/s ${interval}`,
    `measured ${megabytes(measured)}, off by ${percent(error)}, ${inside ? 'inside' : 'OUTSIDE'}`,
    `spread of the runs ${percent(spread)}`,
    points.join(', ')
  ]
  return { error: Math.abs(error), spread, isInside: inside, line: parts.join('; ') }
}

const { values } = parseArgs({
  options: {
    plans: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '2' },
    out: { type: 'string' }
  }
})
const predictions: Prediction[] = []
for (let plan = 0; plan < Number(values.plans); plan++) {
  const { report } = await runPlan({
    command: 'held-out predictions',
    targetThroughput: 3e6,
    points: POINTS[plan % POINTS.length],
    runs: 5,
    seconds: Number(values.seconds),
    seed: plan + 1,
    out: values.out === undefined ? null : join(values.out, String(plan + 1))
  })
  const prediction = predictionOf(report)
  predictions.push(prediction)
  console.log(prediction.line)
}
const inside = predictions.filter(({ isInside }) => isInside).length
const needed = Math.ceil(INSIDE_SHARE * predictions.length)
const error = median(predictions.map(prediction => prediction.error))
const limit = Math.max(ERROR_MAX, SPREADS * median(predictions.map(({ spread }) => spread)))
console.log(
  `${inside} of ${predictions.length} inside, ${needed} needed; ` +
    `median error ${percent(error)}, ${percent(limit)} permitted`
)
process.exitCode = inside >= needed && error <= limit ? 0 : 1
