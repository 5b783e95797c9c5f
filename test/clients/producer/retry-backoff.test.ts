import { expect, test } from 'vitest'
import { backoffMs } from '../../../src/clients/producer/retry-backoff.ts'

const SETTINGS = { retryBackoffMs: 100, retryBackoffMaxMs: 1000 }
const always = (fraction: number) => ({ next: () => fraction, below: () => 0 })

test('it doubles up to the limit', () => {
  const waits = [1, 2, 3, 4, 5, 40].map(failures => backoffMs(failures, SETTINGS, always(0.5)))
  expect(waits).toEqual([100, 200, 400, 800, 1000, 1000])
})

test('it is spread by a fifth either way, never beyond the limit', () => {
  expect(backoffMs(1, SETTINGS, always(0))).toBeCloseTo(80)
  expect(backoffMs(1, SETTINGS, always(1))).toBeCloseTo(120)
  expect(backoffMs(9, SETTINGS, always(1))).toBe(1000)
})

test('with a first wait at or above the limit every wait is the limit, without spread', () => {
  for (const retryBackoffMs of [100, 500]) {
    const settings = { retryBackoffMs, retryBackoffMaxMs: 100 }
    expect([1, 2, 9].map(failures => backoffMs(failures, settings, always(0)))).toEqual([100, 100, 100])
  }
})
