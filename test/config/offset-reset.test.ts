import { expect, test } from 'vitest'
import { parseOffsetReset } from '../../src/config/offset-reset.ts'

const durationOf = (text: string): number | null => {
  const reset = parseOffsetReset(`by_duration:${text}`)
  return reset?.to === 'duration' ? reset.ms : null
}

test('the three words are what they say', () => {
  expect(parseOffsetReset('earliest')).toEqual({ to: 'earliest' })
  expect(parseOffsetReset('latest')).toEqual({ to: 'latest' })
  expect(parseOffsetReset('none')).toEqual({ to: 'none' })
})

test('a duration is read as Java reads it', () => {
  expect(durationOf('P2DT3H4M5.006S')).toBe(2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5006)
  expect(durationOf('P1D')).toBe(86_400_000)
  expect(durationOf('pt15m')).toBe(900_000)
  expect(durationOf('PT0S')).toBe(0)
  expect(durationOf('PT1.1S')).toBe(1100)
  expect(durationOf('PT0.57S')).toBe(570)
  expect(durationOf('PT0.0009S')).toBe(0)
})

test('what is no duration, or one that goes back, is refused', () => {
  for (const text of ['', 'P', 'PT', 'P1DT', 'PT1D', '1H', 'PT-1H', '-PT1H', 'P1W', 'PT1H ', 'PT.5S']) {
    expect(parseOffsetReset(`by_duration:${text}`), text).toBeNull()
  }
  expect(parseOffsetReset('by_duration:P99999999999999999D')).toBeNull()
  expect(parseOffsetReset('PT1H')).toBeNull()
})
