/** A fetch beside which something happens: what the reader's own thread cannot see coming. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { KeepAlive } from '../../src/broker/keep-alive.ts'
import { LocalFetchLane } from '../../src/broker/local-fetch-lane.ts'
import { Arena } from '../../src/threads/arena.ts'
import { BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import { CommandPort, SharedReply } from '../../src/threads/command-port.ts'
import { CONTROL_BLOCK_BYTES, ControlBlock, TAIL_TABLE_WORD } from '../../src/threads/control-block.ts'
import { LEASE_TABLE_BYTES, LeaseTable, leaseOf } from '../../src/threads/lease-table.ts'
import { emptyLogView, type LogView } from '../../src/threads/log-view.ts'
import { SEGMENT_ENTRY_BYTES, SegmentTable } from '../../src/threads/segment-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { lendTailBlocks, TailWriter } from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { syntheticBatch } from '../data-plane/log/batches.ts'

const PLACE = { topic: 'orders', partition: 0 }
const REGION = 65536
const BLOCKS = { region: REGION, blocks: 1, blockBytes: 4096 }

/** A partition of one batch in a tail block, and a lane whose look into the block runs `onLook` first. */
async function laneOver(onLook: (control: ControlBlock, view: LogView) => void) {
  const shared = {
    control: allocateWords(CONTROL_BLOCK_BYTES),
    segments: allocateWords(SEGMENT_ENTRY_BYTES),
    leases: allocateWords(LEASE_TABLE_BYTES)
  }
  const words = new AtomicWords(shared.control)
  const control = new ControlBlock(words)
  const leases = new LeaseTable(new AtomicWords(shared.leases))
  const arena = Arena.create(4 * 65536)
  control.initialise(1)
  lendTailBlocks(words, TAIL_TABLE_WORD, BLOCKS)
  leases.open(0, 0)
  new SegmentTable(new AtomicWords(shared.segments)).append(0, 0, -1, 0)
  const batch = syntheticBatch({ baseOffset: 0 })
  const writer = new TailWriter({ words, tableWord: TAIL_TABLE_WORD, leases, partitionId: 1 })
  arena.bytes.set(batch, writer.addressFor(0, 0, batch.length))
  writer.filled(batch.length)
  const end = { logEndOffset: 1, highWatermark: 1, leoPosition: batch.length, hwPosition: batch.length }
  const view = { ...emptyLogView(), ...end, segmentCount: 1 }
  control.publish(view)

  const directory = mkdtempSync(join(tmpdir(), 'highwater-test-'))
  writeFileSync(join(directory, '00000000000000000000.log'), batch)
  const { local, remote } = CommandPort.pair()
  const broker = new CommandPort(remote)
  broker.onCommand(({ name }) =>
    name === 'openFetchLane'
      ? new SharedReply({ lane: 1, bellRow: 0, readerRow: 0 }, { leases: shared.leases })
      : new SharedReply({ directory }, { control: shared.control, segments: shared.segments })
  )
  const watched = new Proxy(arena, {
    get(target, name) {
      if (name === 'view') onLook(control, view)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
  const bells = new Bells(new AtomicWords(allocateWords(BELLS_BYTES)))
  const parts = { port: local, arena: watched, bells, keepAlive: new KeepAlive(local), clock: systemClock }
  const lane = await LocalFetchLane.open(parts, { chunkBytes: 4096 })
  await lane.openPartition(PLACE)
  const fetch = (): Uint8Array => lane.fetch({ ...PLACE, fetchOffset: 0, maxBytes: 4096 }).bytes
  const close = (): void => {
    broker.close()
    rmSync(directory, { recursive: true })
  }
  const isLeased = (): boolean => leases.isLeased(leaseOf(1, 0))
  return { fetch, batch, isLeased, close }
}

test.each([
  ['was announced', 1, false],
  ['was announced and done', 2, false],
  ['is none of this time', 0, true]
])('what was read while a truncation %s counts: generation + %i, %s', async (_what, steps, counts) => {
  let left = steps
  const { fetch, batch, isLeased, close } = await laneOver((control, view) => {
    for (; left > 0; left--) {
      view.truncationGeneration += 1
      control.publish(view)
    }
  })
  expect(fetch().length).toBe(counts ? batch.length : 0)
  expect(isLeased()).toBe(counts)
  close()
})

test('an error while a block is read leaves no lease on it', async () => {
  let seen = 0
  const { fetch, isLeased, close } = await laneOver(() => {
    if (seen++ === 0) throw new RangeError('no such byte')
  })
  expect(fetch).toThrow('no such byte')
  expect(isLeased()).toBe(false)
  expect(fetch().length).toBeGreaterThan(0)
  expect(isLeased()).toBe(true)
  close()
})
