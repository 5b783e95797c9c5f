import { expect, test } from 'vitest'
import { hostRing } from '../../../src/data-plane/partition/host-ring.ts'
import type { PartitionStart } from '../../../src/data-plane/partition/partition-start.ts'
import { ServedPartition, type ServingThread } from '../../../src/data-plane/partition/served-partition.ts'
import { Arena } from '../../../src/threads/arena.ts'
import { BELLS_BYTES, Bells } from '../../../src/threads/bells.ts'
import {
  CONTROL_BLOCK_BYTES,
  ControlBlock,
  RUN_STATE_ONLINE,
  RUN_STATE_POISONED,
  RUN_STATE_STOPPED
} from '../../../src/threads/control-block.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../../src/threads/lease-table.ts'
import { SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX } from '../../../src/threads/segment-table.ts'
import { allocateWords, growableWords } from '../../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../../src/threads/words.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { DEFAULT_SETTINGS, DIRECTORY, syntheticBatch } from '../log/batches.ts'
import { RigSender } from './rig.ts'

const MIB = 2 ** 20
const BATCH_BYTES = 200

/** A disk that runs `look` whenever a file is opened or written. */
class WatchedStorage extends MemoryStorage {
  look: (action: string) => void = () => {}

  override open(path: string, mode: 'read' | 'write') {
    this.look('open')
    const file = super.open(path, mode)
    const { write } = file
    return Object.assign(file, {
      write: (parts: readonly Uint8Array[], position: number): void => {
        this.look('write')
        write.call(file, parts, position)
      }
    })
  }
}

function bench(paceBytesPerSecond = 0) {
  const storage = new WatchedStorage()
  const clock = new ManualClock()
  const memory = Arena.create(2 * MIB)
  const controlWords = allocateWords(CONTROL_BLOCK_BYTES)
  const control = new ControlBlock(new AtomicWords(controlWords))
  control.initialise(1)
  const thread: ServingThread = {
    memory,
    bells: new Bells(new AtomicWords(allocateWords(BELLS_BYTES))),
    leases: new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES))),
    storage,
    clock
  }
  const start: PartitionStart = {
    id: 1,
    directory: DIRECTORY,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    leaderEpoch: 0,
    settings: {
      log: DEFAULT_SETTINGS,
      maxMessageBytes: 1048588,
      appendTime: false,
      timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
      paceBytesPerSecond
    },
    sharesThread: true,
    control: controlWords,
    segments: growableWords(SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX),
    rings: []
  }
  const sender = new RigSender(memory, 1, 65536, { slotBytes: 1024, slotCount: 16 })
  const submit = (): number => sender.submit(syntheticBatch({ baseOffset: 0, sizeBytes: BATCH_BYTES }))
  const serve = (): ServedPartition => {
    const partition = new ServedPartition(start, thread)
    partition.attachRing(hostRing(sender.description()))
    return partition
  }
  return { storage, clock, control, sender, submit, serve }
}

test('while it is opened, and in its turn, its heart says so; between them it does not', () => {
  const { storage, control, submit, serve } = bench()
  const seen: boolean[] = []
  storage.look = () => seen.push(control.isInTurn)
  const partition = serve()
  expect(new Set(seen.splice(0))).toEqual(new Set([true]))
  expect(control.isInTurn).toBe(false)
  submit()
  expect(partition.turn()).toBe(1)
  expect(new Set(seen.splice(0))).toEqual(new Set([true]))
  partition.truncate(0)
  expect(new Set(seen.splice(0))).toEqual(new Set([true]))
  expect(control.isInTurn).toBe(false)
})

test('what is thrown in its turn leaves the sign that it was its turn; the broker takes it away', () => {
  const { storage, control, submit, serve } = bench()
  const partition = serve()
  submit()
  storage.look = () => {
    throw new Error('a broken invariant')
  }
  expect(() => partition.turn()).toThrow('a broken invariant')
  expect(control.isInTurn).toBe(true)
  control.endTurn()
  expect(control.isInTurn).toBe(false)
})

test('without work a turn costs nothing, and its heart stands', () => {
  const { control, serve } = bench()
  const partition = serve()
  const { heartbeat } = control
  expect(partition.turn()).toBe(0)
  expect(control.heartbeat).toBe(heartbeat)
  expect(partition.sleepMs()).toBe(Number.POSITIVE_INFINITY)
})

test('what waits for its pace is alive, may sleep so long, and counts it', () => {
  const { clock, control, submit, serve } = bench(10 * BATCH_BYTES)
  const partition = serve()
  submit()
  submit()
  expect(partition.sleepMs()).toBe(0)
  expect(partition.turn()).toBe(1)
  const { heartbeat } = control
  expect(partition.turn()).toBe(0)
  expect(control.heartbeat).toBe(heartbeat + 2)
  expect(partition.sleepMs()).toBe(100)
  clock.advance(30)
  partition.slept(30)
  expect(partition.usage()).toMatchObject({ pacedMs: 30, passes: 1, bytes: BATCH_BYTES })
  expect(partition.sleepMs()).toBe(70)
  clock.advance(70)
  expect(partition.turn()).toBe(1)
  partition.sleepMs()
  partition.slept(50)
  expect(partition.usage().pacedMs).toBe(30)
})

test('what stops does not wait for its pace', () => {
  const { submit, serve } = bench(1)
  const partition = serve()
  for (let i = 0; i < 4; i++) submit()
  partition.turn()
  partition.isStopping = true
  expect(partition.sleepMs()).toBe(0)
  expect([partition.turn(), partition.turn(), partition.turn()]).toEqual([1, 1, 1])
})

test('it is closed with what it had, and abandoned without a word to the disk', () => {
  const closed = bench()
  const partition = closed.serve()
  closed.submit()
  partition.turn()
  expect(closed.control.runState).toBe(RUN_STATE_ONLINE)
  partition.close()
  expect(closed.control.runState).toBe(RUN_STATE_STOPPED)
  expect(closed.storage.list(DIRECTORY)).toContain('00000000000000000001.snapshot')
  const abandoned = bench()
  const other = abandoned.serve()
  abandoned.submit()
  other.turn()
  const seen: string[] = []
  abandoned.storage.look = action => seen.push(action)
  other.abandon()
  expect(seen).toEqual([])
  expect(abandoned.control.runState).toBe(RUN_STATE_POISONED)
})
