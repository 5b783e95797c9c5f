import { expect, test } from 'vitest'
import { LEASE_TABLE_BYTES, LeaseTable, leaseOf, READER_ROWS } from '../../src/threads/lease-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

const table = (): LeaseTable => new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES)))

test('a lease is seen until it is cleared, and in no other row or block', () => {
  const leases = table()
  leases.open(5, 9)
  leases.take(5, leaseOf(3, 2))
  expect(leases.isLeased(leaseOf(3, 2))).toBe(true)
  expect(leases.isLeased(leaseOf(3, 1))).toBe(false)
  expect(leases.isLeased(leaseOf(2, 2))).toBe(false)
  leases.clear(5)
  expect(leases.isLeased(leaseOf(3, 2))).toBe(false)
})

test('no block of any partition has the name of another, or of none', () => {
  const names = new Set([0])
  for (let partition = 0; partition < 100; partition++) {
    for (let block = 0; block < 16; block++) names.add(leaseOf(partition, block))
  }
  expect(names.size).toBe(1601)
})

test('rows in use end behind the last open row', () => {
  const leases = table()
  leases.open(0, 4)
  leases.open(READER_ROWS - 1, 7)
  expect(leases.rowsInUse).toBe(READER_ROWS)
  expect(leases.bellRowOf(READER_ROWS - 1)).toBe(7)
  leases.close(READER_ROWS - 1)
  expect(leases.rowsInUse).toBe(1)
  expect(leases.bellRowOf(READER_ROWS - 1)).toBe(-1)
  leases.close(0)
  expect(leases.rowsInUse).toBe(0)
})

test('what a dead reader had leased is free once its row is closed', () => {
  const leases = table()
  leases.open(0, 1)
  leases.open(1, 2)
  leases.take(0, leaseOf(1, 0))
  leases.close(0)
  expect(leases.isLeased(leaseOf(1, 0))).toBe(false)
})
