import { describe, expect, test } from 'vitest'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import {
  SLOT_ENTRY_BYTES,
  SLOT_IDEMPOTENT,
  type SlotDescription,
  SlotTable
} from '../../src/threads/slot-table.ts'
import { AtomicWords } from '../../src/threads/words.ts'

const BATCH: SlotDescription = {
  submission: 7,
  hostPartition: 1,
  byteLength: 16_384,
  recordCount: 140,
  flags: SLOT_IDEMPOTENT,
  slotRun: 2,
  baseSequence: 1_000,
  producerEpoch: 3,
  producerId: 2 ** 40 + 5,
  leaderEpoch: -1
}

function fresh(): { table: SlotTable; words: Int32Array } {
  const buffer = allocateWords(3 * SLOT_ENTRY_BYTES)
  return { table: new SlotTable(new AtomicWords(buffer)), words: new Int32Array(buffer) }
}

describe('a slot table', () => {
  test('keeps the two lines where the layout puts them', () => {
    const { table, words } = fresh()
    table.describe(1, BATCH)
    table.assign(1, 2 ** 33 + 9)
    table.answer(1, 5, 2 ** 34 + 1, -1)
    table.answerLogStart(1, 2 ** 32)
    const sender = [7, 1, 16_384, 140, 4, 2, 1_000, 3, 5, 256, -1, 0, 0, 0, 0, 0]
    const host = [7, 9, 2, 5, 1, 4, -1, -1, 0, 1, 0, 0, 0, 0, 0, 0]
    const entry = [...words.subarray(32, 64)]
    expect(entry).toEqual([...sender, ...host])
    expect(words.subarray(0, 32).every(word => word === 0)).toBe(true)
    expect(words.subarray(64).every(word => word === 0)).toBe(true)
  })

  test('reads back what the sender described', () => {
    const { table } = fresh()
    table.describe(2, BATCH)
    expect({
      submission: table.submission(2),
      hostPartition: table.hostPartition(2),
      byteLength: table.byteLength(2),
      recordCount: table.recordCount(2),
      flags: table.flags(2),
      slotRun: table.slotRun(2),
      baseSequence: table.baseSequence(2),
      producerEpoch: table.producerEpoch(2),
      producerId: table.producerId(2),
      leaderEpoch: table.leaderEpoch(2)
    }).toEqual(BATCH)
  })

  test('reads back what the host answered', () => {
    const { table } = fresh()
    table.answer(0, 0, 2 ** 52, 1_700_000_000_123)
    table.answerLogStart(0, 2 ** 51 + 1)
    expect([
      table.errorCode(0),
      table.baseOffset(0),
      table.logAppendTime(0),
      table.logStartOffset(0)
    ]).toEqual([0, 2 ** 52, 1_700_000_000_123, 2 ** 51 + 1])
  })

  test('an assignment counts for its own submission only', () => {
    const { table } = fresh()
    table.describe(0, BATCH)
    expect(table.assignedBase(0)).toBeNull()
    table.assign(0, 90)
    expect(table.assignedBase(0)).toBe(90)
    table.describe(0, { ...BATCH, submission: 8 })
    expect(table.assignedBase(0)).toBeNull()
  })

  test('an assignment that was taken back is none', () => {
    const { table } = fresh()
    table.describe(0, BATCH)
    table.assign(0, 90)
    table.unassign(0)
    expect(table.assignedBase(0)).toBeNull()
  })

  test('a slot that was never described has no assignment, though both words are 0', () => {
    expect(fresh().table.assignedBase(0)).toBeNull()
  })
})
