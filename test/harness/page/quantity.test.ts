import { describe, expect, test } from 'vitest'
import {
  countText,
  decimalText,
  quantityText,
  rangeText,
  tickTexts,
  unitOf
} from '../../../src/harness/page/quantity.ts'

describe('a quantity', () => {
  test('has one unit for an axis: the greatest in which its end is at least 2', () => {
    expect(unitOf('bytes-per-second', 352e6)).toEqual({ name: 'MB/s', factor: 1e6 })
    expect(unitOf('milliseconds', 40 * 60e3).name).toBe('min')
    expect(unitOf('milliseconds', 1500).name).toBe('ms')
    expect(unitOf('bytes', 0).name).toBe('B')
  })

  test('is told with its unit, which no line end parts from it', () => {
    expect(quantityText('bytes-per-second', 331e6)).toBe('331\u00a0MB/s')
    expect(quantityText('share', 0.005)).toBe('0.5\u00a0%')
    expect(countText(13_302_000)).toBe('13\u202f302\u202f000')
    expect(countText(25.64)).toBe('25.6')
  })

  test('names the unit of an interval once where it is one', () => {
    expect(rangeText('bytes-per-second', [298e6, 352e6])).toBe('298 to 352\u00a0MB/s')
    expect(rangeText('milliseconds', [900, 1500])).toBe('900\u00a0ms to 1.5\u00a0s')
    expect(rangeText('count', [30, 30])).toBe('30')
  })

  test('stays in seconds on an axis of powers of ten', () => {
    expect([0.1, 1, 1000, 1e6].map(tick => decimalText('milliseconds', tick))).toEqual([
      '100\u00a0µs',
      '1\u00a0ms',
      '1\u00a0s',
      '1\u202f000\u00a0s'
    ])
  })

  test('has as many decimals on each tick of an axis as the finest of them needs', () => {
    expect(tickTexts([0, 0.5, 1, 1.5], false)).toEqual(['0', '0.5', '1.0', '1.5'])
    expect(tickTexts([0.1, 1, 10, 1000], true)).toEqual(['0.1', '1', '10', '1\u202f000'])
    expect(tickTexts([1e-7, 2e-7], false)).toEqual(['0.0000001', '0.0000002'])
  })
})
