import { describe, expect, test } from 'vitest'
import {
  SEGMENT_ENTRY_BYTES,
  SEGMENT_TABLE_BYTES_MAX,
  SegmentTable
} from '../../src/threads/segment-table.ts'
import { growableWords, growWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

function freshTable(): { table: SegmentTable; buffer: SharedArrayBuffer; reader: SegmentTable } {
  const buffer = growableWords(SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX)
  const table = new SegmentTable(new AtomicWords(buffer), bytes => growWords(buffer, bytes))
  return { table, buffer, reader: new SegmentTable(new AtomicWords(buffer)) }
}

describe('a segment table', () => {
  test('keeps an entry where the layout puts it', () => {
    const { table, buffer } = freshTable()
    table.append(1, 2 ** 33 + 7, 2 ** 40 + 1, 0)
    const words = new Int32Array(buffer)
    expect(words.length).toBe(32)
    expect([...words.subarray(16)]).toEqual([7, 2, 0, -1, 1, 256, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('is read by others as far as it was written', () => {
    const { table, reader } = freshTable()
    table.append(0, 100, -1, 0)
    table.seal(0, 1_048_576, 1_700_000_000_000)
    table.append(1, 2_000, -1, 0)
    expect([reader.baseOffset(0), reader.baseOffset(1)]).toEqual([100, 2_000])
    expect([reader.sealedBytes(0), reader.sealedBytes(1)]).toEqual([1_048_576, -1])
    expect([reader.maxTimestamp(0), reader.maxTimestamp(1)]).toEqual([1_700_000_000_000, -1])
    expect(reader.fileGeneration(1)).toBe(0)
  })

  test('takes a seal back when its segment becomes active again', () => {
    const { table, reader } = freshTable()
    table.append(0, 0, 5, 0)
    table.seal(0, 77, 9)
    table.reopen(0)
    expect([reader.sealedBytes(0), reader.maxTimestamp(0)]).toEqual([-1, 9])
  })

  test('grows under its readers', () => {
    const { table, buffer, reader } = freshTable()
    expect(reader.baseOffset(0)).toBe(0)
    for (let ordinal = 0; ordinal < 5_000; ordinal++) table.append(ordinal, ordinal * 3, -1, 0)
    expect(buffer.byteLength).toBe(5_000 * SEGMENT_ENTRY_BYTES)
    expect(reader.baseOffset(4_999)).toBe(14_997)
  })

  test('uses an entry again for the segment that recovery puts in its place', () => {
    const { table, reader } = freshTable()
    table.append(0, 10, 4, 0)
    table.seal(0, 50, 6)
    table.append(0, 30, -1, 6)
    expect([reader.baseOffset(0), reader.sealedBytes(0), reader.fileGeneration(0)]).toEqual([30, -1, 6])
  })
})
