import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { pollWarning, predictConsumer } from '../../src/planner/consumer-work.ts'
import type { ProcessCost } from '../../src/planner/units.ts'

const wait = (micros: number): ProcessCost => ({ kind: 'wait', micros })

describe('Tc with a handler', () => {
  test.each([
    // c in µs, s in bytes, Fc in MB/s, k -> Tc in MB/s
    [2000, 1000, 100, 1, 1000 / 2010],
    [410, 812, 96, 1, 812 / (410 + 812 / 96)],
    [410, 812, 96, 8, 812 / (410 / 8 + 812 / 96)],
    [10, 1000, 100, 1, 50],
    [50, 100, 1000, 1, 100 / 50.1]
  ])('%d µs, %d bytes, fetch-only %d MB/s, %d lanes: %d MB/s', (...row) => {
    const [micros, recordBytes, fetchMB, lanes, tc] = row
    const fetchOnlyThroughput = fetchMB * 1e6
    const { consumerThroughput } = predictConsumer({
      process: wait(micros),
      recordBytes,
      fetchOnlyThroughput,
      lanes
    })
    expect(consumerThroughput / 1e6).toBeCloseTo(tc, 9)
  })

  test('says in one sentence what a record spends its time on', () => {
    const work = { recordBytes: 1000, fetchOnlyThroughput: 100e6, lanes: 1 }
    expect(predictConsumer({ ...work, process: wait(2000) })).toMatchObject({
      binds: 'handler',
      explanation:
        'For each record the handler waits 2 ms and fetching takes 10 µs: ' +
        "100 % is the handler's, and Tc falls from 100 MB/s to 0.498 MB/s."
    })
    const light = predictConsumer({ ...work, process: { kind: 'cpu', micros: 5 } })
    expect(light.binds).toBe('fetch')
    expect(light.handlerShare).toBeCloseTo(1 / 3, 12)
    expect(light.explanation).toContain('the handler computes 5 µs')
  })

  test('a handler never makes a consumer faster, and more lanes never slower', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1e3, max: 1e10, noNaN: true }),
        fc.integer({ min: 1, max: 64 }),
        (micros, recordBytes, fetchOnlyThroughput, lanes) => {
          const work = { process: wait(micros), recordBytes, fetchOnlyThroughput }
          const one = predictConsumer({ ...work, lanes: 1 }).consumerThroughput
          const many = predictConsumer({ ...work, lanes }).consumerThroughput
          expect(many).toBeLessThanOrEqual(fetchOnlyThroughput * (1 + 1e-12))
          expect(many).toBeGreaterThanOrEqual(one)
          expect(many).toBeLessThanOrEqual(one * lanes * (1 + 1e-12))
        }
      )
    )
  })

  test('no lane is a broken invariant', () => {
    const work = { process: wait(1), recordBytes: 1, fetchOnlyThroughput: 1, lanes: 0 }
    expect(() => predictConsumer(work)).toThrow(InvariantError)
  })
})

describe('the warning on max.poll.interval.ms', () => {
  test('starts at 0.6 s a record', () => {
    expect(pollWarning(wait(599e3))).toBeNull()
    expect(pollWarning(wait(600e3))).toBe(
      "A poll of 500 records takes 5 min, and Kafka's max.poll.interval.ms is 5 min: " +
        'set max.poll.records to 499 or less.'
    )
  })

  test('names a count that stays below it, at least one', () => {
    expect(pollWarning(wait(1e6))).toContain('max.poll.records to 299 or less')
    expect(pollWarning(wait(299e6))).toContain('max.poll.records to 1 or less')
    expect(pollWarning(wait(300e6))).toContain('max.poll.records to 1 or less')
  })
})
