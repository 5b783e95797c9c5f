import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { doublingTicks, linearTicks, logTicks } from '../../../src/harness/page/ticks.ts'

/** Whether a tick is 1, 2 or 5 times a power of ten. */
function isNice(tick: number): boolean {
  const digits = tick.toExponential(10)
  return /^[125]\.0+e/.test(digits)
}

describe('linear ticks', () => {
  test('are the numbers people count in', () => {
    expect(linearTicks(0, 352, 5)).toEqual([0, 100, 200, 300, 400])
    expect(linearTicks(0, 7.04, 5)).toEqual([0, 2, 4, 6, 8])
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(linearTicks(-3, 8, 4)).toEqual([-5, 0, 5, 10])
  })

  test('of one value begin at zero', () => {
    expect(linearTicks(0, 0, 4)).toEqual([0, 1])
    expect(linearTicks(30, 30, 3)).toEqual([0, 10, 20, 30])
  })

  test('cover any data in equal nice steps, and are no more than there is room for', () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(value, value, fc.integer({ min: 1, max: 12 }), (one, other, most) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        fc.pre(high - low > Math.abs(high) * 1e-6 && high - low > 1e-6)
        const ticks = linearTicks(low, high, most)
        const step = ticks[1]! - ticks[0]!
        expect(ticks[0]!).toBeLessThanOrEqual(low + step * 1e-6)
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high - step * 1e-6)
        // One value on each side of zero takes two steps at least.
        expect(ticks.length - 1).toBeLessThanOrEqual(Math.max(2, most))
        expect(isNice(Number(step.toPrecision(6)))).toBe(true)
        for (let i = 1; i < ticks.length; i++) expect((ticks[i]! - ticks[i - 1]!) / step).toBeCloseTo(1, 4)
      })
    )
  })
})

describe('logarithmic ticks', () => {
  test('are 1, 2 and 5 in each decade where there is room, else decades', () => {
    expect(logTicks(3, 60, 8)).toEqual([2, 5, 10, 20, 50, 100])
    expect(logTicks(3, 60, 4)).toEqual([1, 10, 100])
    expect(logTicks(1, 1e6, 4)).toEqual([1, 100, 1e4, 1e6])
    expect(logTicks(1, 1, 4)).toEqual([1, 2])
  })

  test('cover any data with nice numbers that ascend', () => {
    const value = fc.double({ min: 1e-9, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(value, value, fc.integer({ min: 2, max: 12 }), (one, other, most) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const ticks = logTicks(low, high, most)
        expect(ticks[0]!).toBeLessThanOrEqual(low * (1 + 1e-6))
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high * (1 - 1e-6))
        expect(ticks.every(isNice)).toBe(true)
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
        expect(ticks.length).toBeLessThanOrEqual(most + 1)
      })
    )
  })
})

test('ticks that double are powers of two around the data', () => {
  expect(doublingTicks(1, 30, 8)).toEqual([1, 2, 4, 8, 16, 32])
  expect(doublingTicks(3, 1000, 4)).toEqual([2, 16, 128, 1024])
})
