import { describe, expect, test } from 'vitest'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../src/threads/lease-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { lendTailBlocks, TailReader, TailWriter } from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'

const REGION = 65536
const BLOCK = 100

/** A table of blocks with one writer and two readers. */
function tail(blocks: number) {
  const words = new AtomicWords(allocateWords(4096))
  const leases = new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES)))
  if (blocks > 0) lendTailBlocks(words, 0, { region: REGION, blocks, blockBytes: BLOCK })
  leases.open(0, 0)
  leases.open(1, 1)
  const place = { words, tableWord: 0, leases, partitionId: 7 }
  return {
    leases,
    writer: new TailWriter(place),
    nextWriter: () => new TailWriter(place),
    reader: new TailReader(place, 0),
    other: new TailReader(place, 1)
  }
}

function append(writer: TailWriter, segment: number, position: number, sizeBytes: number): number {
  const address = writer.addressFor(segment, position, sizeBytes)
  if (address >= 0) writer.filled(sizeBytes)
  return address
}

describe('the writer', () => {
  test('puts consecutive batches side by side, and takes the next block when one does not fit', () => {
    const { writer } = tail(2)
    expect([0, 40, 80].map(position => append(writer, 0, position, 40))).toEqual([
      REGION,
      REGION + 40,
      REGION + BLOCK
    ])
  })

  test('begins a block at a roll, and behind a batch that is in none', () => {
    const { writer } = tail(4)
    append(writer, 0, 0, 10)
    expect(append(writer, 1, 0, 10)).toBe(REGION + BLOCK)
    expect(append(writer, 1, 10, BLOCK + 1)).toBe(-1)
    expect(append(writer, 1, 10 + BLOCK + 1, 10)).toBe(REGION + 2 * BLOCK)
  })

  test('passes a leased block over, and writes to none while all are leased', () => {
    const { writer, reader, other } = tail(2)
    append(writer, 0, 0, BLOCK)
    expect(reader.find(0, 0, { hwSegment: 0, hwPosition: BLOCK })).toBe(true)
    expect(append(writer, 0, 100, BLOCK)).toBe(REGION + BLOCK)
    expect(append(writer, 0, 200, BLOCK)).toBe(REGION + BLOCK)
    expect(other.find(0, 200, { hwSegment: 0, hwPosition: 300 })).toBe(true)
    expect(append(writer, 0, 300, BLOCK)).toBe(-1)
    reader.release()
    expect(append(writer, 0, 400, BLOCK)).toBe(REGION)
  })

  test('has nothing to do without blocks or without readers', () => {
    expect(tail(0).writer.hasReaders).toBe(false)
    expect(append(tail(0).writer, 0, 0, 10)).toBe(-1)
    const { writer, leases } = tail(1)
    expect(writer.hasReaders).toBe(true)
    leases.close(0)
    leases.close(1)
    expect(writer.hasReaders).toBe(false)
  })
})

describe('a reader', () => {
  test('finds published bytes from any batch on, and no others', () => {
    const { writer, reader } = tail(2)
    for (const position of [50, 60, 70]) append(writer, 3, position, 10)
    const limit = { hwSegment: 3, hwPosition: 70 }
    expect(reader.find(3, 60, limit)).toBe(true)
    expect([reader.address, reader.length]).toEqual([REGION + 10, 10])
    expect(reader.find(3, 70, limit)).toBe(false)
    expect(reader.find(3, 40, limit)).toBe(false)
    expect(reader.find(2, 60, limit)).toBe(false)
    expect(reader.find(3, 50, { hwSegment: 4, hwPosition: 5 })).toBe(true)
    expect(reader.length).toBe(30)
  })

  test('finds nothing behind the end of the log that a new host took over', () => {
    const { writer, nextWriter, reader } = tail(3)
    append(writer, 0, 0, 10)
    append(writer, 0, 10, 10)
    append(writer, 1, 0, 10)
    nextWriter().cutTo(0, 10)
    const limit = { hwSegment: 1, hwPosition: 10 }
    expect(reader.find(0, 0, limit)).toBe(true)
    expect(reader.length).toBe(10)
    expect(reader.find(0, 10, limit)).toBe(false)
    expect(reader.find(1, 0, limit)).toBe(false)
  })
})
