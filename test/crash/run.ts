/**
 * Kills threads from the command line, and says what it cost.
 *
 *   node dist/test/crash/run.js --kills 100      --seed 1 --partitions 16
 *   node dist/test/crash/run.js --kills 200 --bars   also fails when a time is missed: on a quiet machine
 *   node dist/test/crash/run.js --bars --slack 4     the times may be four times as long: on a busy one
 *   node dist/test/crash/run.js --unflushed-mib 64   what a log has grown by when it is killed; or 512
 */
import { parseArgs } from 'node:util'
import { runCrashes } from './crash-run.ts'
import { runFullDisk } from './full-disk-run.ts'
import { runUnflushed } from './unflushed-run.ts'

/** Longest gap of a partition that was not killed, and longest time until a killed one is back. */
const GAP_MS_MAX = 500
const RETURN_MS_MAX = 2000

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    partitions: { type: 'string', default: '16' },
    'unflushed-mib': { type: 'string', default: '512' },
    bars: { type: 'boolean', default: false },
    slack: { type: 'string', default: '1' }
  }
})

const kills = Number(values.kills)
const report = await runCrashes({
  kills,
  seed: Number(values.seed),
  partitions: Number(values.partitions),
  killsPerPassPoint: 5,
  killsPerRecoveryPoint: kills >= 100 ? 5 : 1
})
console.log(report)
const unflushed = await runUnflushed(Number(values['unflushed-mib']))
console.log(unflushed)
const fullDisk = await runFullDisk()
console.log('full disk:', fullDisk ?? 'not run: this user may not mount a file system')
const longestReturnMs = Math.max(report.longestReturnMs, unflushed.returnMs)
const gapMsMax = GAP_MS_MAX * Number(values.slack)
const returnMsMax = RETURN_MS_MAX * Number(values.slack)
const isQuick = report.longestGapMs <= gapMsMax && longestReturnMs <= returnMsMax
if (!isQuick) console.log(`expected gaps <= ${gapMsMax} ms and returns <= ${returnMsMax} ms`)
const faults = [...report.faults, ...unflushed.faults, ...(fullDisk?.faults ?? [])]
process.exitCode = faults.length === 0 && (isQuick || !values.bars) ? 0 : 1
