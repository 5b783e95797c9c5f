/**
 * Predicts throughput at counts that took no part in the fit, on the embedded engine and this machine, and
 * holds the predictions against what is measured there afterwards.
 *
 *   node dist/test/harness/held-out-run.js        about eight minutes; --plans N, --seconds S
 *
 * Exit code 1 unless eight of ten predictions hold what was measured in their interval, and the median error
 * is at most 10 %, or one and a half times the median spread of the runs where the machine is more restless.
 */
import { parseArgs } from 'node:util'
import { runPlan } from '../../../src/index.ts'
import { median } from '../../../src/planner/statistics.ts'

const INSIDE_SHARE = 0.8
const ERROR_MAX = 0.1
const SPREADS = 1.5
/** Counts that are fitted; 8 and 4 partitions are left out. */
const POINTS = [
  [1, 2, 4, 16],
  [1, 2, 8]
]

const { values } = parseArgs({
  options: { plans: { type: 'string', default: '10' }, seconds: { type: 'string', default: '1' } }
})

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const errors: number[] = []
const spreads: number[] = []
let inside = 0
for (let plan = 0; plan < Number(values.plans); plan++) {
  const { report } = await runPlan({
    command: 'held-out predictions',
    targetThroughput: 3e6,
    points: POINTS[plan % POINTS.length],
    runs: 5,
    seconds: Number(values.seconds),
    seed: plan + 1,
    out: null
  })
  const { heldOut, counts } = report
  if (heldOut === null) throw new Error('nothing was left out')
  const spread = median([...counts, heldOut].map(({ measurement }) => measurement.spread))
  errors.push(Math.abs(heldOut.error))
  spreads.push(spread)
  if (heldOut.inside) inside += 1
  const { predicted, measured, partitions, error } = heldOut
  const [low, middle, high, found] = [predicted.low, predicted.median, predicted.high, measured].map(rate =>
    (rate / 1e6).toFixed(0)
  )
  console.log(
    `N = ${partitions}: foretold ${middle} MB/s [${low}, ${high}], measured ${found}, off by ` +
      `${percent(error)}, ` +
      `${heldOut.inside ? 'inside' : 'OUTSIDE'}; spread of the runs ${percent(spread)}; ` +
      counts
        .map(point => `${point.partitions}: ${(point.measurement.bytesPerSecond / 1e6).toFixed(0)}`)
        .join(', ')
  )
}
const error = median(errors)
const limit = Math.max(ERROR_MAX, SPREADS * median(spreads))
console.log(
  `${inside} of ${errors.length} inside, ${Math.ceil(INSIDE_SHARE * errors.length)} needed; median error ` +
    `${percent(error)}, ${percent(limit)} permitted`
)
process.exitCode = inside >= INSIDE_SHARE * errors.length && error <= limit ? 0 : 1
