import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import { Histogram, summarise } from '../../../src/harness/benchmark/histogram.ts'
import {
  HistogramBoard,
  LatencyCounts,
  LatencyReader,
  latencyCounts
} from '../../../src/harness/benchmark/histogram-board.ts'
import { allocateWords } from '../../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../../src/threads/words.ts'

describe('histograms in shared memory', () => {
  test('are read while they are written: each look gives what is new', () => {
    const board = new HistogramBoard(2)
    const first = latencyCounts(board.buffer, 0, 'scheduled')
    const second = latencyCounts(board.buffer, 1, 'scheduled')
    first.record(10)
    first.publish()
    second.record(30)
    second.record(30)
    second.publish()
    expect(summarise(board.take('scheduled'))).toMatchObject({ count: 3, p50: 30, max: 30 })
    expect(board.take('scheduled').total).toBe(0)
    first.record(500)
    first.publish()
    expect(summarise(board.take('scheduled'))).toMatchObject({ count: 1, p50: 500 })
  })

  test('keep their kinds apart', () => {
    const board = new HistogramBoard(1)
    for (const [kind, micros] of [
      ['scheduled', 1],
      ['sent', 2],
      ['slip', 3]
    ] as const) {
      const counts = latencyCounts(board.buffer, 0, kind)
      counts.record(micros)
      counts.publish()
    }
    expect((['scheduled', 'sent', 'slip'] as const).map(kind => board.take(kind).max)).toEqual([1, 2, 3])
  })

  test('do not show what was not published', () => {
    const board = new HistogramBoard(1)
    latencyCounts(board.buffer, 0, 'sent').record(5)
    expect(board.take('sent').total).toBe(0)
  })

  test('go on where another writer of the same thread stopped', () => {
    const board = new HistogramBoard(1)
    for (const micros of [10, 20]) {
      // Made anew for each run, after one record each: the published count must not look unchanged.
      const counts = latencyCounts(board.buffer, 0, 'sent')
      counts.record(micros)
      counts.publish()
      expect(board.take('sent').max).toBe(micros)
    }
  })

  test('of any looks add up to all that was recorded', () => {
    const parts = fc.array(fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 20 }), {
      maxLength: 6
    })
    fc.assert(
      fc.property(parts, batches => {
        const words = new AtomicWords(allocateWords((32 + 23_552) * 4))
        const counts = new LatencyCounts(words)
        const reader = new LatencyReader(words)
        const sum = new Histogram()
        const expected = new Histogram()
        for (const batch of batches) {
          for (const micros of batch) {
            counts.record(micros)
            expected.record(micros)
          }
          counts.publish()
          sum.add(reader.take())
        }
        expect(sum.counts.findIndex((count, cell) => count !== expected.counts[cell])).toBe(-1)
      }),
      { numRuns: 30 }
    )
  })

  test('may wrap: a count beyond 2^32 is only a difference', () => {
    const words = new AtomicWords(allocateWords((32 + 23_552) * 4))
    const reader = new LatencyReader(words)
    const at = 32 + 100
    words.set(at, 2 ** 31 - 1)
    words.store(0, 2 ** 31 - 1)
    expect(reader.take().total).toBe(2 ** 31 - 1)
    words.set(at, 2 ** 31 + 4)
    words.store(0, 2 ** 31 + 4)
    expect(reader.take().total).toBe(5)
    words.set(at, 2 ** 32 + 2)
    words.store(0, 2 ** 32 + 2)
    expect(reader.take().total).toBe(2 ** 31 - 2)
  })

  test('have no row beyond the last', () => {
    expect(() => latencyCounts(new HistogramBoard(1).buffer, 1, 'sent')).toThrow(InvariantError)
  })
})
