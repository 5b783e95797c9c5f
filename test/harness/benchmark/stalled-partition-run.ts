/**
 * A partition that withholds its answers for 200 ms of each second, as a broker in a long pause does: latency
 * from the time records were due must show it, and latency from their sending must hide it.
 *
 *   node dist/test/harness/benchmark/stalled-partition-run.js
 *
 * Exit code 1 unless one record of 100 takes 190 ms or more from its due time, and less from its sending.
 * The buffer holds a third of a millisecond of the load: only what fills it leaves before the silence.
 */
import { parseStall, runBench } from '../../../src/index.ts'

const SHOWN_MS = 190
const SECONDS = 5

const { report } = await runBench({
  workload: 'produce',
  rate: { unit: 'records', perSecond: 100_000 },
  sizes: [{ bytes: 100, share: 1 }],
  config: { 'buffer.memory': '32768' },
  stall: parseStall('200ms/1s'),
  seconds: SECONDS,
  runs: 1,
  command: 'stalled partition',
  out: null,
  onProgress: text => console.log(text)
})
const { scheduled, sent } = report.result
const dueMs = (scheduled?.p99 ?? 0) / 1000
const sentMs = (sent?.p99 ?? Number.POSITIVE_INFINITY) / 1000
console.log(
  `99th percentile from the due time: ${dueMs.toFixed(1)} ms; from the sending: ${sentMs.toFixed(1)} ms`
)
for (const warning of report.warnings) console.log(warning)
process.exitCode = dueMs >= SHOWN_MS && sentMs < SHOWN_MS ? 0 : 1
