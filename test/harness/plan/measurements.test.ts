import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import {
  keyCounts,
  type Measurements,
  measurementsText,
  parseMeasurements,
  storedKeys
} from '../../../src/harness/plan/measurements.ts'
import { measurements } from './fixture.ts'

const KEYS = {
  records: 100,
  keys: 3,
  hashes: Int32Array.of(-7, 2 ** 31 - 1, 0),
  counts: Float64Array.of(90, 0.1 + 0.2, 1e-300),
  tailKeys: 1,
  tailCount: 2.5
}

/** The sentence with which a text is refused. */
function refusal(text: string): string {
  try {
    parseMeasurements(text, 'r/measurements.json')
  } catch (error) {
    if (error instanceof HighwaterError && error.code === 'HIGHWATER_CONFIG') return error.message
    throw error
  }
  throw new Error('the text was taken')
}

/** The text of measurements without one of their parts. */
function without(part: keyof Measurements): string {
  return JSON.stringify(Object.fromEntries(Object.entries(measurements()).filter(([name]) => name !== part)))
}

describe('measurements.json', () => {
  test('gives back what was written, every number to its last bit', () => {
    const third = { records: 1, bytes: 1 / 3 }
    const made = measurements({ keys: storedKeys(KEYS) })
    const odd = { ...made, findings: { ...made.findings, audit: third } }
    const back = parseMeasurements(measurementsText(odd), 'x')
    expect(back).toEqual(odd)
    expect(measurementsText(back)).toBe(measurementsText(odd))
  })

  test('of before there was a choice has all of a partition, and one group of consumers', () => {
    const made = measurements()
    const { utilisation: _share, groups: _groups, ...before } = made.settings
    expect(parseMeasurements(JSON.stringify({ ...made, settings: before }), 'x')).toEqual(made)
    const chosen = { ...made, settings: { ...made.settings, utilisation: 0.7, groups: 2 } }
    expect(parseMeasurements(JSON.stringify(chosen), 'x')).toEqual(chosen)
  })

  test('holds keys as hashes and counts, which come back as they were', () => {
    const stored = storedKeys(KEYS)
    expect(stored).toEqual({ ...KEYS, hashes: [-7, 2 ** 31 - 1, 0], counts: [90, 0.1 + 0.2, 1e-300] })
    expect(keyCounts(stored)).toEqual(KEYS)
  })

  test('says nothing that JSON cannot: no number is lost', () => {
    const faults: string[] = []
    JSON.stringify(measurements(), (name, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) faults.push(name)
      return value
    })
    expect(faults).toEqual([])
  })
})

describe('a damaged measurements.json', () => {
  const text = measurementsText(measurements())

  test.each([
    ['that is empty', ''],
    ['that was cut off', text.slice(0, -100)],
    ['that is something else', '<html>']
  ])('is refused: one %s', (_, damaged) => {
    expect(refusal(damaged)).toBe('r/measurements.json is not JSON; it was cut off or changed.')
  })

  test.each([
    ['a list', '[]'],
    ['nothing', 'null'],
    ['a report', '{"kind":"plan","schemaVersion":2}'],
    ['a later version', text.replace('"schemaVersion":1', '"schemaVersion":2')],
    ['a kind that it inherits', '{"__proto__":{"kind":"measurements"},"schemaVersion":1}']
  ])('is refused where it holds %s', (_, damaged) => {
    expect(damaged).not.toBe(text)
    expect(refusal(damaged)).toBe(
      'r/measurements.json holds no measurements of a plan in a form this version knows (schemaVersion 1).'
    )
  })

  test.each([
    ['settings is missing', without('settings')],
    ['environment is missing', without('environment')],
    ['keys is missing', without('keys')],
    ['notices is missing', without('notices')],
    ['findings.fetchOnly is 7', text.replace(/"fetchOnly":\[/, '"fetchOnly":7,"other":[')],
    [
      'findings.fetchOnly has 0 entries',
      text.replace(/"fetchOnly":\[.*?\}\],"withHandler"/, '"fetchOnly":[],"withHandler"')
    ],
    ['settings.recordBytes is "1000"', text.replace('"recordBytes":1000', '"recordBytes":"1000"')],
    [
      'settings.targetThroughput is -300000000',
      text.replace('"targetThroughput":300000000', '"targetThroughput":-300000000')
    ]
  ])('is refused with what is wrong in it: %s', (fault, damaged) => {
    expect(damaged).not.toBe(text)
    expect(refusal(damaged)).toContain(
      'No plan follows from r/measurements.json: it was changed, or is of another version of ' +
        `highwater; ${fault}`
    )
  })
})
