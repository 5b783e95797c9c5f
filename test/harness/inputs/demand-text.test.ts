import { describe, expect, test } from 'vitest'
import {
  parseGrowth,
  parseLength,
  parseOutage,
  parsePeakFactor,
  parseProfileChoice,
  parseTargetChoice,
  parseUtilisation
} from '../../../src/harness/inputs/demand-text.ts'

const refusals = (parse: (text: string) => unknown, texts: readonly string[], message: RegExp): void => {
  for (const text of texts) expect(() => parse(text), text).toThrow(message)
}

describe('what is asked about a load', () => {
  test('is a duration above zero', () => {
    expect(['500ms', '12m', '6h', '7d'].map(parseLength)).toEqual([500, 720_000, 21_600_000, 604_800_000])
    refusals(parseLength, ['0s'], /^The duration "0s" is not above zero\.$/)
    refusals(parseLength, ['5', '-1s', 'soon'], /^The duration /)
  })

  test('is an outage and the time to catch up', () => {
    expect(parseOutage('10m/30m')).toEqual({ lengthMs: 600_000, recoverMs: 1_800_000 })
    refusals(parseOutage, ['10m', '10m/30m/1h'], /^The outage ".*" has another form: give how long/)
    refusals(parseOutage, ['10m/', '/5m', '0m/5m', 'x/5m'], /^The duration /)
  })

  test('is a peak of at least the mean', () => {
    expect(['1', '1.8', '2x'].map(parsePeakFactor)).toEqual([1, 1.8, 2])
    refusals(
      parsePeakFactor,
      ['0.9', '', 'x', '-2', '1e3', '1001'],
      /^The peak factor ".*" must lie between 1 and 1000/
    )
  })

  test('is a share of what a partition carries', () => {
    expect(['0.7', '70%', '62.5 %', '1', '100%'].map(parseUtilisation)).toEqual([0.7, 0.7, 0.625, 1, 1])
    refusals(
      parseUtilisation,
      ['0', '0%', '1.01', '101%', '70', '-0.7', '', 'x'],
      /^The utilisation ".*" must lie above 0 and be at most 1: give the share of what a partition/
    )
  })

  test('is growth a year, for years or months', () => {
    expect(parseGrowth('30%/2y')).toEqual({ share: 0.3, years: 2 })
    expect(parseGrowth('5 %/18mo')).toEqual({ share: 0.05, years: 1.5 })
    expect(parseGrowth('12.5%')).toEqual({ share: 0.125, years: 1 })
    refusals(parseGrowth, ['30', '30%/2', '-5%/1y', '30%/2w', ''], /^The growth ".*" has another form: /)
    refusals(parseGrowth, ['10001%'], /is above 10000 % a year/)
    refusals(parseGrowth, ['3%/51y'], /further than 50 years ahead/)
  })

  test('is a profile by its name, or a file', () => {
    expect(parseProfileChoice('msk-m7g.2xlarge')).toEqual({ kind: 'name', name: 'msk-m7g.2xlarge' })
    expect(parseProfileChoice('./limits.json')).toEqual({ kind: 'file', path: './limits.json' })
    refusals(parseProfileChoice, ['', ' '], /^The profile ".*" is empty/)
  })

  test('is a target of its own kind', () => {
    expect(parseTargetChoice('embedded')).toEqual({ kind: 'embedded' })
    expect(parseTargetChoice('sim')).toEqual({ kind: 'sim', truth: '' })
    expect(parseTargetChoice('sim:usl:40MB/s:0.03:0.001')).toEqual({
      kind: 'sim',
      truth: 'usl:40MB/s:0.03:0.001'
    })
    refusals(
      parseTargetChoice,
      ['', 'Sim', 'kafka://x'],
      /^The target ".*" is not known: give embedded, sim, or/
    )
  })
})
