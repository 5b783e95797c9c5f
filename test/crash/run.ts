/**
 * Kills threads from the command line, and says what it cost.
 *
 *   node dist/test/crash/run.js --kills 100      --seed 1 --partitions 16
 *   node dist/test/crash/run.js --kills 200 --bars   also fails when a time is missed: on a quiet machine
 */
import { parseArgs } from 'node:util'
import { runCrashes } from './crash-run.ts'

/** Longest gap of a partition that was not killed, and longest time until a killed one is back. */
const GAP_MS_MAX = 500
const RETURN_MS_MAX = 2000

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    partitions: { type: 'string', default: '16' },
    bars: { type: 'boolean', default: false }
  }
})

const kills = Number(values.kills)
const report = await runCrashes({
  kills,
  seed: Number(values.seed),
  partitions: Number(values.partitions),
  killsPerPassPoint: 5,
  killsPerRecoveryPoint: kills >= 200 ? 5 : 1
})
console.log(report)
const isQuick = report.longestGapMs <= GAP_MS_MAX && report.longestReturnMs <= RETURN_MS_MAX
if (!isQuick) console.log(`expected gaps <= ${GAP_MS_MAX} ms and returns <= ${RETURN_MS_MAX} ms`)
process.exitCode = report.faults.length === 0 && (isQuick || !values.bars) ? 0 : 1
