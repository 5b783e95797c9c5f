/**
 * Leaves the loader of a benchmark a fifth of a core, and looks whether the verdict says so: it shares one
 * core with four processes that do nothing but compute, everything else has the other cores. Before, the same
 * load with the loader left alone, which must keep its schedule.
 *
 *   node dist/test/harness/benchmark/starved-loader-run.js
 *
 * Exit code 1 unless the starved run is client-bound and the other one is not.
 * Linux with `taskset` and two cores or more. The loader is the thread that computes most in a run.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { runBench } from '../../../src/index.ts'

const ALONE_ATTEMPTS = 5
const RIVALS = 4
const CORE = '1'
const TASKS = '/proc/self/task'
/** Behind the lead of a run, whose records do not count; then how long threads are watched. */
const LEAD_MS = 700
const WATCH_MS = 300
const RECORDS_PER_SECOND = 100_000
const SECONDS = 3

/** Nanoseconds each thread of this process has computed. */
function computed(): Map<string, number> {
  return new Map(
    readdirSync(TASKS).map(thread => {
      const [nanoseconds = '0'] = readFileSync(`${TASKS}/${thread}/schedstat`, 'utf8').split(' ')
      return [thread, Number(nanoseconds)]
    })
  )
}

async function busiestThread(): Promise<string> {
  const before = computed()
  await pause(WATCH_MS)
  const spent = [...computed()].map(([thread, now]) => ({ thread, spent: now - (before.get(thread) ?? 0) }))
  return spent.reduce((most, other) => (other.spent > most.spent ? other : most)).thread
}

const rivals: ChildProcess[] = []

async function starveLoader(): Promise<void> {
  await pause(LEAD_MS)
  execFileSync('taskset', ['-pc', CORE, await busiestThread()], { stdio: 'ignore' })
  for (let i = 0; i < RIVALS; i++) {
    rivals.push(spawn('taskset', ['-c', CORE, process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }))
  }
}

function endRivals(): void {
  for (const rival of rivals.splice(0)) rival.kill('SIGKILL')
}

/** @returns what bound the load, with the loader starved or left alone */
async function boundBy(isStarved: boolean): Promise<string> {
  let starving = Promise.resolve()
  const { report } = await runBench({
    workload: 'produce',
    sizes: [{ bytes: 100, share: 1 }],
    rate: { unit: 'records', perSecond: RECORDS_PER_SECOND },
    seconds: SECONDS,
    runs: 1,
    command: 'starved loader',
    out: null,
    onProgress: text => {
      if (isStarved && text.endsWith('run 1 of 1')) starving = starveLoader()
      else endRivals()
    }
  })
  await starving
  const { verdict, rate, slip } = report.result
  console.log(isStarved ? 'on a fifth of a core:' : 'left alone:')
  console.log(`  ${Math.round(rate.recordsPerSecond)} of ${RECORDS_PER_SECOND} records/s`)
  console.log(
    `  one record of 100 left ${((slip?.p99 ?? 0) / 1000).toFixed(1)} ms late by the loader's own fault`
  )
  console.log(`  ${verdict.bottleneck}: ${verdict.evidence}`)
  return verdict.bottleneck
}

try {
  // One run left alone that keeps its schedule shows that the rate can be kept; a host that takes its cores
  // back for some milliseconds makes others late.
  let alone = 'client-bound'
  for (let attempt = 0; attempt < ALONE_ATTEMPTS && alone === 'client-bound'; attempt++) {
    alone = await boundBy(false)
  }
  const starved = await boundBy(true)
  process.exitCode = alone !== 'client-bound' && starved === 'client-bound' ? 0 : 1
} finally {
  endRivals()
}
