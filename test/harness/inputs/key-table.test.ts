import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeyClass, KeyTable } from '../../../src/harness/inputs/key-table.ts'

const ALL: KeyClass = { bits: 0, residue: 0 }

function entries(table: KeyTable): Map<string, number> {
  const found = new Map<string, number>()
  table.forEach((hash, print, count) => {
    found.set(`${hash}:${print}`, count)
  })
  return found
}

describe('a table of keys', () => {
  test('counts each key by both hashes, negative ones too', () => {
    const table = new KeyTable(ALL, 1024)
    for (const [hash, print] of [
      [-1, 7],
      [-1, -7],
      [-1, 7],
      [0, 0],
      [2 ** 31 - 1, -(2 ** 31)]
    ] as const) {
      table.add(hash, print)
    }
    expect(entries(table)).toEqual(
      new Map([
        ['-1:7', 2],
        ['-1:-7', 1],
        ['0:0', 1],
        ['2147483647:-2147483648', 1]
      ])
    )
    expect([table.keys, table.records, table.splits]).toEqual([4, 5, []])
  })

  test('grows to the slots it may have, and loses nothing', () => {
    const table = new KeyTable(ALL, 8192)
    for (let round = 0; round < 2; round++) for (let key = 0; key < 6000; key++) table.add(key * 7919, key)
    expect(table.keys).toBe(6000)
    expect(table.splits).toEqual([])
    expect([...entries(table).values()].every(count => count === 2)).toBe(true)
  })

  test('puts half of its keys aside when it is full, which tables of their own then count', () => {
    const keys = Array.from(
      { length: 5000 },
      (_, key) => [Math.imul(key, 31), Math.imul(key, 0x9e3779b1)] as const
    )
    const open: KeyClass[] = [ALL]
    const found = new Map<string, number>()
    let tables = 0
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const table = new KeyTable(next, 1024)
      for (const [hash, print] of keys) table.add(hash, print)
      for (const [key, count] of entries(table)) {
        expect(found.has(key)).toBe(false)
        found.set(key, count)
      }
      expect(table.records).toBe(5000)
      open.push(...table.splits)
      tables += 1
    }
    expect(tables).toBeGreaterThan(6)
    expect(found.size).toBe(5000)
    expect([...found.values()].every(count => count === 1)).toBe(true)
  })

  test('counts as a map does', () => {
    const key = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), keys => {
        const table = new KeyTable(ALL, 1024)
        const expected = new Map<string, number>()
        for (const [hash, print] of keys) {
          table.add(hash, print)
          expected.set(`${hash}:${print}`, (expected.get(`${hash}:${print}`) ?? 0) + 1)
        }
        expect(entries(table)).toEqual(expected)
      })
    )
  })
})
