/**
 * The lock-free protocols on real threads, many times over.
 *
 *   node dist/test/threads/stress-run.js --batches 10000000 --recycles 1000000
 *   node dist/test/threads/stress-run.js --short       a fifth of both, ten seconds
 *
 * `batches` go through a ring between two threads, each payload checked by both. `recycles` is how often a
 * tail block is taken again beside two readers that hold leases for random times.
 */
import { parseArgs } from 'node:util'
import { Arena } from '../../src/threads/arena.ts'
import { TailWriter } from '../../src/threads/tail-blocks.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread } from '../../src/threads/worker-pool.ts'
import { RingBench } from '../support/ring-bench.ts'
import { HOST_ROW } from '../support/ring-thread.ts'
import { BATCH_BYTES, startTailStress, tailPlace, VIEW_WORD, writeBatch } from '../support/tail-stress.ts'
import type { TailStressReport } from '../support/tail-stress-thread.ts'

const READERS = 2
const BATCHES = 1e7
const RECYCLES = 1e6
const SHORT_SHARE = 0.2
const TAIL_THREAD = threadEntry(import.meta.url, '../support/tail-stress-thread.ts')
/** Positions go round, as Int32. */
const LOG_BYTES_MAX = 2 ** 30

async function stressRing(batches: number): Promise<{ batches: number; errors: number }> {
  const bench = new RingBench()
  const host = bench.startHost()
  // A thread starts with the help of its parent's event loop.
  await bench.run(1000)
  bench.runBlocking(batches)
  const answer = host.port.call('count torn payloads', {})
  bench.bells.ring(HOST_ROW)
  const torn = (await answer).body['torn']
  bench.sender.close()
  bench.bells.ring(HOST_ROW)
  await host.ended
  return { batches: bench.reaped, errors: bench.wrong + Number(torn) }
}

async function stressTail(recycles: number): Promise<TailStressReport & { readonly recycles: number }> {
  const start = startTailStress(READERS)
  const place = tailPlace(start)
  const arena = new Arena(start.arena)
  const ready: Promise<void>[] = []
  const reports: Promise<TailStressReport>[] = []
  for (let row = 0; row < READERS; row++) {
    const thread = startThread(TAIL_THREAD, { start, row })
    const report = new Promise<TailStressReport>(hear => {
      const started = new Promise<void>(begin => {
        thread.port.onCommand(({ name, body }) => {
          if (name === 'ready') begin()
          else hear(body as unknown as TailStressReport)
        })
      })
      ready.push(started)
    })
    reports.push(report)
  }
  await Promise.all(ready)
  const writer = new TailWriter(place)
  let taken = 0
  let lastBlockAddress = 0
  for (let position = 0; taken < recycles && position < LOG_BYTES_MAX; position += BATCH_BYTES) {
    const address = writer.addressFor(0, position, BATCH_BYTES)
    if (address >= 0) {
      if (address !== lastBlockAddress + BATCH_BYTES) taken++
      lastBlockAddress = address
      writeBatch(arena, address, position)
      writer.filled(BATCH_BYTES)
    }
    place.words.store(VIEW_WORD, position + BATCH_BYTES)
  }
  place.words.store(VIEW_WORD, -1)
  const heard = await Promise.all(reports)
  const leases = heard.reduce((sum, report) => sum + report.leases, 0)
  const errors = heard.reduce((sum, report) => sum + report.errors, 0)
  return { recycles: taken, leases, errors }
}

const { values } = parseArgs({
  options: {
    batches: { type: 'string' },
    recycles: { type: 'string' },
    short: { type: 'boolean', default: false }
  }
})
const share = values.short ? SHORT_SHARE : 1
const ring = await stressRing(Number(values.batches ?? BATCHES * share))
console.log('ring:', ring)
const tail = await stressTail(Number(values.recycles ?? RECYCLES * share))
console.log('tail blocks:', tail)
const isBusy = tail.leases > tail.recycles / 1000
if (!isBusy) console.log('the readers hardly read: expected a lease for every 1000 recycled blocks')
process.exitCode = ring.errors === 0 && tail.errors === 0 && isBusy ? 0 : 1
