import { describe, expect, test } from 'vitest'
import { meanSize, parseSizes, sizesText } from '../../../src/harness/benchmark/payload.ts'

describe('sizes of values', () => {
  test('are one size, or a mix with shares', () => {
    expect(parseSizes('1KB')).toEqual([{ bytes: 1000, share: 1 }])
    expect(parseSizes('100:0.7,1KB:0.3')).toEqual([
      { bytes: 100, share: 0.7 },
      { bytes: 1000, share: 0.3 }
    ])
  })

  test('have a mean, and a text', () => {
    const mix = parseSizes('100:0.7,1KB:0.3')
    expect(meanSize(mix)).toBeCloseTo(370, 9)
    expect(sizesText(mix)).toBe('70 % of 100 B, 30 % of 1 KB')
    expect(sizesText(parseSizes('100'))).toBe('100 B')
  })

  test.each([
    ['100:0.5,1KB:0.4', 'has shares that add up to 0.9'],
    ['100:0.5,1KB', 'needs a share above 0 for each size'],
    ['100:0,1KB:1', 'needs a share above 0'],
    ['100:-1,1KB:2', 'needs a share above 0'],
    ['100:0.5:2,1KB:0.5', 'needs a share above 0'],
    ['100:,1KB:1', 'needs a share above 0'],
    [':1', 'is not a size'],
    ['banana', 'is not a size'],
    ['0', 'is not above zero']
  ])('%j are refused', (form, reason) => {
    expect(() => parseSizes(form)).toThrow(reason)
  })
})
