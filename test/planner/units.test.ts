import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import {
  formatBinaryBytes,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare,
  keepFiguresWhole,
  parseByteRate,
  parseByteSize,
  parseDuration,
  parseLoadRate,
  parseProcess
} from '../../src/planner/units.ts'

/** The sentence a parser refuses `text` with; fails if it does not refuse, or with another error. */
function refusal(parse: (text: string) => unknown, text: string): string {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(HighwaterError)
    if (error instanceof HighwaterError) {
      expect(error.code).toBe('HIGHWATER_CONFIG')
      return error.message
    }
  }
  throw new Error(`${text} was accepted`)
}

test('a text keeps its figures whole: no line ends inside a number, or between it and its unit', () => {
  const shown = (text: string) => keepFiguresWhole(text).replaceAll('\u202f', '_').replaceAll('\u00a0', '~')
  expect(shown('5 000 006 partitions, 18 TB/h of 5 000 MB/s')).toBe(
    '5_000_006 partitions, 18~TB/h of 5_000~MB/s'
  )
  expect(shown('10 % of 1.06 µs, 2 min, 3 s, 16 KiB, 1 B')).toBe('10~% of 1.06~µs, 2~min, 3~s, 16~KiB, 1~B')
  expect(shown('3 of 3 runs, 2 samples, 12 minutes, 4 0000')).toBe(
    '3 of 3 runs, 2 samples, 12 minutes, 4 0000'
  )
})

describe('sizes', () => {
  test.each([
    ['100', 100],
    ['1', 1],
    ['100B', 100],
    ['1KB', 1000],
    ['1kB', 1000],
    ['16KiB', 16384],
    ['64MiB', 67108864],
    ['1.5KB', 1500],
    ['4.35KB', 4350],
    ['0.5KiB', 512],
    ['2 GB', 2e9],
    ['1GiB', 1073741824],
    ['1TiB', 2 ** 40],
    [' 1KB ', 1000]
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes)
  })

  test.each([
    ['', 'is not a size'],
    ['banana', 'is not a size'],
    ['-1KB', 'is not a size'],
    ['NaN', 'is not a size'],
    ['Infinity', 'is not a size'],
    ['1e3', 'is not a size'],
    ['1Kb', 'is not a size'],
    ['1 K B', 'is not a size'],
    ['0', 'is not above zero'],
    ['0KB', 'is not above zero'],
    ['1.5B', 'is not a whole number of bytes'],
    ['0.0001KB', 'is not a whole number of bytes'],
    ['9007199254740993', 'is above 2^53 bytes'],
    [`${'9'.repeat(30)}KB`, 'is above 2^53 bytes']
  ])('the size %j is refused: it %s', (text, reason) => {
    const sentence = refusal(parseByteSize, text)
    expect(sentence).toContain(reason)
    expect(sentence).toContain('16KiB')
    expect(sentence).toContain(JSON.stringify(text).slice(0, 20))
  })
})

describe('rates', () => {
  test.each([
    ['120MB/s', 120e6],
    ['1GB/s', 1e9],
    ['500KB/s', 500e3],
    ['1MiB/s', 1048576],
    ['120 MB/s', 120e6],
    ['0.5MB/s', 500e3],
    ['1.1MB/s', 1100000],
    ['1B/s', 1],
    ['1TB/s', 1e12]
  ])('%s is %d bytes per second', (text, rate) => {
    expect(parseByteRate(text)).toBe(rate)
  })

  test.each([
    ['120', 'has no unit'],
    ['0', 'is not above zero'],
    ['120MB', 'has the unit "MB"'],
    ['120Mb/s', 'has the unit "Mb/s"'],
    ['120/s', 'has the unit "/s"'],
    ['120 MB / s', 'is not a rate'],
    ['0MB/s', 'is not above zero'],
    ['0.1B/s', 'is below 1 B/s'],
    ['-5MB/s', 'is not a rate'],
    ['NaN', 'is not a rate'],
    ['NaNMB/s', 'is not a rate'],
    ['banana', 'is not a rate'],
    ['', 'is not a rate'],
    ['1.0000001TB/s', 'is above 1 TB/s'],
    ['2TB/s', 'is above 1 TB/s'],
    [`${'9'.repeat(30)}MB/s`, 'is above 1 TB/s']
  ])('the rate %j is refused: it %s', (text, reason) => {
    const sentence = refusal(parseByteRate, text)
    expect(sentence).toContain(reason)
    expect(sentence).toContain('such as 120MB/s')
  })

  test('a refusal shows what was given, cut to forty characters', () => {
    expect(refusal(parseByteRate, '120')).toBe(
      'The rate "120" has no unit: give bytes per second with a unit, such as 120MB/s, 500KB/s or 1GB/s.'
    )
    expect(refusal(parseByteRate, 'x'.repeat(5000)).length).toBeLessThan(200)
  })
})

describe('durations', () => {
  test.each([
    ['2ms', 2],
    ['50us', 0.05],
    ['50µs', 0.05],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['10min', 600_000],
    ['1h', 3_600_000],
    ['0ms', 0]
  ])('%s is %d milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  test.each([
    ['2', 'has no unit'],
    ['2x', 'has the unit "x"'],
    ['-2ms', 'is not a duration'],
    ['', 'is not a duration'],
    [`${'9'.repeat(30)}h`, 'is too long']
  ])('the duration %j is refused: it %s', (text, reason) => {
    expect(refusal(parseDuration, text)).toContain(reason)
  })
})

describe('the cost of a record', () => {
  test.each([
    ['wait:2ms', { kind: 'wait', micros: 2000 }],
    ['cpu:50us', { kind: 'cpu', micros: 50 }],
    ['cpu:0.5us', { kind: 'cpu', micros: 0.5 }],
    ['wait:5m', { kind: 'wait', micros: 300e6 }]
  ])('%s', (text, cost) => {
    const { kind, micros } = parseProcess(text)
    expect(kind).toBe(cost.kind)
    expect(micros).toBeCloseTo(cost.micros, 9)
  })

  test.each([
    ['2ms', 'has no known kind'],
    ['sleep:2ms', 'has no known kind'],
    [':2ms', 'has no known kind'],
    ['wait', 'has no known kind'],
    ['wait:', 'is not a duration'],
    ['wait:2', 'has no unit'],
    ['cpu:-1us', 'is not a duration'],
    ['cpu:0us', 'is not above zero'],
    ['wait:6m', 'is above max.poll.interval.ms']
  ])('the cost %j is refused: it %s', (text, reason) => {
    expect(refusal(parseProcess, text)).toContain(reason)
  })
})

describe('text of numbers', () => {
  test.each([
    [120e6, '120 MB/s'],
    [60e6, '60 MB/s'],
    [38.6e6, '38.6 MB/s'],
    [38.649e6, '38.6 MB/s'],
    [1e12, '1 000 000 MB/s'],
    [1234.5e6, '1 230 MB/s'],
    [498e3, '0.498 MB/s'],
    [1e4, '0.01 MB/s'],
    [9770, '9.77 KB/s'],
    [12, '12 B/s'],
    [0, '0 MB/s'],
    [-2.5e6, '-2.5 MB/s']
  ])('%d bytes per second is %s', (rate, text) => {
    expect(formatByteRate(rate)).toBe(text)
  })

  test.each([
    [864e9, '864 GB'],
    [999, '999 B'],
    [999_949, '1 MB'],
    [16384, '16.4 KB'],
    [5.5e15, '5 500 TB'],
    [0, '0 B'],
    [-1500, '-1.5 KB']
  ])('%d bytes is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test.each([
    [999, '999'],
    [1000, '1 000'],
    [147_800, '147 800'],
    [1_234_567.6, '1 234 568'],
    [-1000, '-1 000'],
    [0, '0']
  ])('the count %d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })

  test.each([
    [0.05, '50 µs'],
    [2, '2 ms'],
    [999.7, '1 s'],
    [1500, '1.5 s'],
    [600_000, '10 min'],
    [10_800_000, '3 h'],
    [0, '0 ms']
  ])('%d ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })

  test.each([
    [0.028, '2.8 %'],
    [0.25, '25 %'],
    [0.099, '9.9 %'],
    [0.0996, '10 %'],
    [8.51, '851 %'],
    [-0.016, '-1.6 %']
  ])('the share %d is %s', (share, text) => {
    expect(formatShare(share)).toBe(text)
  })
})

test('a printed rate or duration reads back within half a percent', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 9.99e8, noNaN: true }), value => {
      expect(Math.abs(parseByteRate(formatByteRate(Math.round(value))) / Math.round(value) - 1)).toBeLessThan(
        0.0051
      )
      expect(Math.abs(parseDuration(formatDuration(value)) / value - 1)).toBeLessThan(0.0051)
    })
  )
})

describe('what a load offers', () => {
  test('is records or bytes a second', () => {
    expect(parseLoadRate('50000/s')).toEqual({ unit: 'records', perSecond: 50_000 })
    expect(parseLoadRate('0.5 /s')).toEqual({ unit: 'records', perSecond: 0.5 })
    expect(parseLoadRate('5MB/s')).toEqual({ unit: 'bytes', perSecond: 5e6 })
  })

  test.each([
    ['50000', 'is not a rate: give records or bytes a second, such as 50000/s or 5MB/s'],
    ['fast', 'is not a rate: give records or bytes a second'],
    ['0/s', 'must lie between 0.001/s and 1000000000/s'],
    ['10000000000/s', 'must lie between'],
    ['5 parsec/s', 'has the unit "parsec/s"'],
    ['0MB/s', 'is not above zero']
  ])('%j is refused in one sentence', (text, reason) => {
    expect(() => parseLoadRate(text)).toThrow(reason)
  })

  test('is printed with three digits', () => {
    expect([50_000, 1_234_567, 0.5].map(formatRecordRate)).toEqual([
      '50 000 records/s',
      '1 230 000 records/s',
      '0.5 records/s'
    ])
  })
})

test.each([
  [0, '0 B'],
  [1023, '1 023 B'],
  [16_384, '16 KiB'],
  [163_840_000, '156.25 MiB'],
  [2 ** 25, '32 MiB'],
  [300_000, '292.97 KiB'],
  [5 * 2 ** 50, '5 120 TiB']
])('%d bytes in powers of two are %s', (bytes, text) => {
  expect(formatBinaryBytes(bytes)).toBe(text)
})
