import { describe, expect, test } from 'vitest'
import { leakedPerRecord, leakWarning, retainedBytes } from '../../../src/harness/handler/retained-heap.ts'

/** Points at these bytes, 1,000 records apart. */
const pointsAt = (bytes: readonly number[]) =>
  bytes.map((kept, index) => ({ records: index * 1000, bytes: kept }))

describe('a heap', () => {
  test('that grows with every run leaks what it keeps of each record', () => {
    expect(leakedPerRecord(pointsAt([5e6, 9e6, 11e6, 13e6, 15e6]))).toBe(2000)
    expect(leakWarning('h.mjs', pointsAt([5e6, 9e6, 11e6, 13e6, 15e6]))).toBe(
      'The handler h.mjs keeps what it is given: after 4 000 records the memory of its thread still ' +
        'grows by ' +
        '2 MB per 1,000 records, and one day it ends with that.'
    )
  })

  test.each([
    ['stays', [5e6, 6e6, 6e6, 6e6, 6e6]],
    ['filled a cache with its first records', [5e6, 60e6, 60.1e6, 60.2e6, 60.2e6]],
    ['fills a cache that is nearly full', [5e6, 20e6, 26e6, 28e6, 28.5e6]],
    ['falls in between', [5e6, 6e6, 12e6, 5e6, 12e6]],
    ['grows too little to tell', [5e6, 5.1e6, 5.2e6, 5.3e6, 5.4e6]],
    ['was seen too few times', [5e6, 10e6, 15e6]]
  ])('that %s does not leak', (_, bytes) => {
    expect(leakedPerRecord(pointsAt(bytes))).toBeNull()
    expect(leakWarning('h.mjs', pointsAt(bytes))).toBeNull()
  })

  test('is compared by record: a run of none tells nothing', () => {
    const points = [
      { records: 0, bytes: 1e6 },
      { records: 100, bytes: 2e6 },
      { records: 100, bytes: 9e6 },
      { records: 1100, bytes: 11e6 },
      { records: 3100, bytes: 15e6 }
    ]
    expect(leakedPerRecord(points)).toBe(2000)
  })

  test('is what is left after a collection: objects and buffers that are held, no more', async () => {
    const held: unknown[] = []
    const before = (await retainedBytes()) ?? 0
    for (let i = 0; i < 200; i++) held.push(new Array(5000).fill(i + 0.5), new Uint8Array(40_000))
    const full = (await retainedBytes()) ?? 0
    held.length = 0
    const after = (await retainedBytes()) ?? 0
    expect(full - before).toBeGreaterThan(15e6)
    expect(full - before).toBeLessThan(20e6)
    expect(full - after).toBeGreaterThan(15e6)
  })
})
