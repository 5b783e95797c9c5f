import { expect, test } from 'vitest'
import { ReaderRows } from '../../src/broker/reader-rows.ts'
import { LEASE_TABLE_BYTES, LeaseTable, READER_ROWS } from '../../src/threads/lease-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

test('readers get the lowest free row, and none when all are taken', () => {
  const leases = new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES)))
  const rows = new ReaderRows(leases)
  for (let row = 0; row < READER_ROWS; row++) expect(rows.take(100 + row)).toBe(row)
  expect(rows.take(9)).toBe(-1)
  rows.giveBack(7)
  expect(rows.take(42)).toBe(7)
  expect(leases.bellRowOf(7)).toBe(42)
  expect(leases.bellRowOf(8)).toBe(108)
})
