/**
 * Tunes three loads and holds what the batch model predicts of each cell, from the other cells, against what
 * was measured there: records a batch within 15 %, mean latency from the sending within 20 %.
 *
 *   node dist/test/harness/benchmark/tune-bands-run.js     about two minutes; --seconds S, --runs N
 *
 * Exit code 1 unless each band holds in four fifths of the cells that carried their rate and that the model
 * says are busy for less than 90 % of the time; also 1 where there are too few such cells to tell.
 */
import { parseArgs } from 'node:util'
import { runTune, type TuneCell, type TuneReport } from '../../../src/index.ts'

const BATCH_ERROR_MAX = 0.15
const MEAN_ERROR_MAX = 0.2
const UTILISATION_MAX = 0.9
const SHARE_MIN = 0.8
/** Of 27: fewer are no sample of three loads. */
const JUDGED_MIN = 18

const LOADS = [
  {
    name: '20,000/s of 100 B, one partition',
    perSecond: 20_000,
    sizes: [{ bytes: 100, share: 1 }],
    partitions: 1,
    keys: { kind: 'none' }
  },
  {
    name: '5,000/s of 1 KB with keys, four partitions',
    perSecond: 5000,
    sizes: [{ bytes: 1000, share: 1 }],
    partitions: 4,
    keys: { kind: 'uniform', keys: 10_000 }
  },
  {
    name: '50,000/s of 100 B, one partition',
    perSecond: 50_000,
    sizes: [{ bytes: 100, share: 1 }],
    partitions: 1,
    keys: { kind: 'none' }
  }
] as const

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '1' }, runs: { type: 'string', default: '3' } }
})

async function tuned({ name, perSecond, ...load }: (typeof LOADS)[number]): Promise<TuneReport> {
  console.log(`\n${name}`)
  const { report } = await runTune({
    ...load,
    rate: { unit: 'records', perSecond },
    seconds: Number(values.seconds),
    runs: Number(values.runs),
    command: 'bands of the batch model',
    out: null
  })
  return report
}

const percent = (share: number): string => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`

function printed({ batchSize, lingerMs, batches, sentMean, predicted, carried }: TuneCell): string {
  const cell = `batch.size ${batchSize} linger.ms ${lingerMs}`.padEnd(32)
  if (!carried || batches === null || predicted === null) return `${cell} the rate was not carried`
  const { recordsPerBatch, recordsPerBatchError, meanMs, meanError, utilisation, endedBy } = predicted
  const found = batches.recordsPerBatch.toFixed(1)
  const batch = `${found} records a batch, predicted ${recordsPerBatch.toFixed(1)}`
  const mean = `mean ${(sentMean / 1000).toFixed(2)} ms, predicted ${meanMs.toFixed(2)}`
  return (
    `${cell} ${batch} (${percent(recordsPerBatchError)}); ${mean} (${percent(meanError)}); ` +
    `busy ${percent(utilisation).slice(1)}, ended by ${endedBy}`
  )
}

let judged = 0
let batchesWithin = 0
let meansWithin = 0
for (const load of LOADS) {
  const { cells, model, warnings } = await tuned(load)
  for (const cell of cells) console.log(printed(cell))
  for (const warning of warnings) console.log(warning)
  if (model !== null) {
    const { c0Ms, c1MsPerBatch, c2MsPerRecord, timerLatenessMs } = model
    const costs = [c0Ms, c1MsPerBatch, c2MsPerRecord].map(cost => cost.toPrecision(3)).join(' + ')
    console.log(
      `a request, a batch, a record: ${costs} ms; a linger is ${timerLatenessMs.toFixed(2)} ms late`
    )
  }
  for (const { carried, predicted } of cells) {
    if (!carried || predicted === null || predicted.utilisation >= UTILISATION_MAX) continue
    judged += 1
    if (Math.abs(predicted.recordsPerBatchError) <= BATCH_ERROR_MAX) batchesWithin += 1
    if (Math.abs(predicted.meanError) <= MEAN_ERROR_MAX) meansWithin += 1
  }
}
console.log(
  `\nof ${judged} cells busy below 90 %: records a batch within 15 % in ${batchesWithin}, ` +
    `mean latency within 20 % in ${meansWithin}; ${Math.ceil(SHARE_MIN * judged)} of each are needed`
)
const hold = Math.min(batchesWithin, meansWithin) >= SHARE_MIN * judged
process.exitCode = judged >= JUDGED_MIN && hold ? 0 : 1
