import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { murmur2 } from '../../../native-free/murmur2.ts'
import {
  countKeys,
  expectedKeys,
  type KeyCounts,
  keysNotice,
  sharesOfKeys
} from '../../../src/harness/inputs/key-counts.ts'
import { fullestShare } from '../../../src/planner/key-skew.ts'

function countTexts(keys: readonly string[], limits = {}): Promise<KeyCounts> {
  return countKeys(async each => {
    // A key lies somewhere in the bytes that are read.
    for (const key of keys) each(Buffer.from(`<${key}>`), 1, 1 + Buffer.byteLength(key))
  }, limits)
}

const hashOf = (key: string): number => murmur2(Buffer.from(key))

/** h(N) of these keys, by hand. */
function fullest(keys: readonly string[], partitions: number): number {
  const loads = new Map<number, number>()
  for (const key of keys) {
    const partition = (hashOf(key) & 0x7fffffff) % partitions
    loads.set(partition, (loads.get(partition) ?? 0) + 1)
  }
  return Math.max(...loads.values()) / keys.length
}

function plannedFullest(counts: KeyCounts, partitions: number): number {
  return fullestShare(sharesOfKeys(counts), partitions)
}

describe('counted keys', () => {
  test('are the murmur2 hashes of the keys, the heaviest first', async () => {
    const counts = await countTexts(['a', 'b', 'b', 'ключ', 'b', 'ключ'])
    expect([...counts.hashes]).toEqual([hashOf('b'), hashOf('ключ'), hashOf('a')])
    expect([...counts.counts]).toEqual([3, 2, 1])
    expect(counts).toMatchObject({ records: 6, keys: 3, tailKeys: 0, tailCount: 0 })
  })

  test('hold no text of any key', async () => {
    const counts = await countTexts(['john.doe@example.com', 'john.doe@example.com', 'x'])
    expect(JSON.stringify(counts)).not.toContain('john')
  })

  test('behind the heaviest are one even tail', async () => {
    const keys = Array.from({ length: 40 }, (_, key) => new Array<string>(key + 1).fill(`key-${key}`)).flat()
    const counts = await countTexts(keys, { heaviestMax: 10 })
    expect([...counts.counts]).toEqual([40, 39, 38, 37, 36, 35, 34, 33, 32, 31])
    expect(counts).toMatchObject({ records: 820, keys: 40, tailKeys: 30, tailCount: 465 })
    const { evenShare, sampleRecords } = sharesOfKeys(counts)
    expect({ evenShare, sampleRecords }).toEqual({ evenShare: 465 / 820, sampleRecords: 820 })
  })

  test('are the same however few slots there are for them at a time', async () => {
    const keys = Array.from({ length: 9000 }, (_, at) => `customer-${(at * at) % 4001}`)
    const atOnce = await countTexts(keys, { heaviestMax: 500 })
    expect(atOnce.keys).toBe(new Set(keys).size)
    const inParts = await countTexts(keys, { heaviestMax: 500, slotsMax: 1024 })
    expect(inParts.counts).toEqual(atOnce.counts)
    expect({ ...inParts, hashes: null }).toEqual({ ...atOnce, hashes: null })
  })

  test('give the h(N) of the keys themselves', async () => {
    const keys = Array.from({ length: 3000 }, (_, at) => `user:${at % 7 === 0 ? 0 : (at * 31) % 911}`)
    const counts = await countTexts(keys)
    for (const partitions of [1, 2, 7, 12, 48]) {
      expect(plannedFullest(counts, partitions)).toBeCloseTo(fullest(keys, partitions), 10)
    }
  })

  test('that are one key are said to be one partition', async () => {
    expect(keysNotice(await countTexts(['a', 'a']))).toBe(
      'All 2 records of the sample have one key: one key is one partition, whatever their number.'
    )
    expect(keysNotice(await countTexts(['a']))).toBe(
      'The one record of the sample has a key: one key is one partition, whatever their number.'
    )
    expect(keysNotice(await countTexts(['a', 'b']))).toBeNull()
  })
})

describe('expected keys', () => {
  test('are hashed as a load writes them, with the weight of their rank', () => {
    const counts = expectedKeys({ kind: 'zipf', exponent: 1, keys: 12 })
    expect(counts.hashes[0]).toBe(hashOf('k00'))
    expect(counts.hashes[11]).toBe(hashOf('k11'))
    expect(counts.counts[0]).toBeCloseTo(3 * (counts.counts[2] ?? 0), 12)
    expect(counts.counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(1, 12)
    expect(counts).toMatchObject({ records: null, keys: 12, tailKeys: 0, tailCount: 0 })
  })

  // Figures of a simulation with the same hash and other key texts.
  test.each([
    [{ kind: 'uniform', keys: 1000 }, 12, 1.1, 1.3],
    [{ kind: 'zipf', exponent: 0.99, keys: 100_000 }, 4, 1.2, 1.5],
    [{ kind: 'zipf', exponent: 1.2, keys: 100_000 }, 48, 9, 11]
  ] as const)(
    'of %o load the fullest of %i partitions between %f and %f times the mean',
    (keys, count, least, most) => {
      const imbalance = count * plannedFullest(expectedKeys(keys), count)
      expect(imbalance).toBeGreaterThan(least)
      expect(imbalance).toBeLessThan(most)
    }
  )

  test('behind the heaviest are a tail that no number of partitions tells apart', () => {
    const counts = expectedKeys({ kind: 'uniform', keys: 1_000_000 })
    expect(counts.counts.length).toBe(100_000)
    expect(counts).toMatchObject({ keys: 1_000_000, tailKeys: 900_000 })
    expect(counts.tailCount).toBeCloseTo(0.9, 9)
    // The heavy tenth spreads as keys do, the tail evenly: the fullest is nearer to the mean than of the
    // tenth.
    expect(48 * plannedFullest(counts, 48)).toBeLessThan(1.01)
  })

  test('that are one key are said to be one partition', () => {
    expect(keysNotice(expectedKeys({ kind: 'uniform', keys: 1 }))).toMatch(/^All records have one key: /)
  })
})
