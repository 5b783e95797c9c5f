import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { parseProfile } from '../../src/planner/own-profile.ts'
import { profileNamed } from '../../src/planner/profiles.ts'

const kafka = profileNamed('apache-kafka-4.1').values

describe('a profile of its own', () => {
  test('replaces the values it names and keeps the others of Apache Kafka', () => {
    const { name, text, values } = parseProfile({
      name: 'our cluster',
      source: 'our runbook',
      date: '2026-10',
      values: {
        replicasPerBrokerMax: 1500,
        detectMs: { value: 6000, source: 'server.properties', date: '2026-09' }
      }
    })
    expect([name, text]).toEqual(['our cluster', 'Your own, on top of apache-kafka-4.1.'])
    expect(values).toEqual({
      ...kafka,
      replicasPerBrokerMax: { value: 1500, source: 'our runbook', date: '2026-10', assumed: false },
      detectMs: { value: 6000, source: 'server.properties', date: '2026-09', assumed: false }
    })
  })

  test('names its base, and takes values of it away with null', () => {
    const { values } = parseProfile({
      name: 'ours',
      base: 'latency-sensitive',
      values: { latencyPartitionsFactor: null, electionMsPerLeader: 0.05 }
    })
    expect(values.latencyPartitionsFactor).toBeUndefined()
    expect(values.replicasPerBrokerMax).toEqual(kafka.replicasPerBrokerMax)
    expect(values.electionMsPerLeader).toEqual({
      value: 0.05,
      source: 'profile ours',
      date: 'no date given',
      assumed: false
    })
  })

  test('does not change the built-in one', () => {
    parseProfile({ name: 'ours', values: { replicasPerBrokerMax: 1, mapsMax: null } })
    expect(kafka.replicasPerBrokerMax?.value).toBe(4000)
    expect(kafka.mapsMax?.value).toBe(65_530)
  })
})

const VALUES = 'replicasPerBrokerMax, replicasPerBrokerForUpdatesMax'
const WHOLE = 'give a whole number of at least 1 (replicas), or null if it limits nothing.'

const FAULTS: [unknown, string][] = [
  [null, 'must be a JSON object with name and values, not null.'],
  [[], 'must be a JSON object with name and values, not [].'],
  ['msk', 'must be a JSON object with name and values, not "msk".'],
  [undefined, 'must be a JSON object with name and values, not undefined.'],
  [{ values: {} }, 'has no name; give it one, such as "our cluster".'],
  [{ name: '', values: {} }, 'has the name ""; give a text of 1 to 200 characters.'],
  [{ name: 7, values: {} }, 'has the name 7; give a text of 1 to 200 characters.'],
  [{ name: 'redpanda', values: {} }, 'is named redpanda as a built-in one is; give it another name.'],
  [{ name: 'a' }, 'has no values; give an object such as {"replicasPerBrokerMax": 1500}.'],
  [{ name: 'a', values: [] }, 'has no values; give an object such as {"replicasPerBrokerMax": 1500}.'],
  [{ name: 'a', base: 'kafka', values: {} }, 'has the base "kafka"; give one of apache-kafka-4.1, '],
  [{ name: 'a', value: {} }, 'has the field "value", which is not known; it may have name, base, '],
  [{ name: 'a', date: 2026, values: {} }, 'has the date 2026; give a text of 1 to 200 characters.'],
  [
    { name: 'a', values: { replicas: 5 } },
    `has a value "replicas", which is not known; it may have ${VALUES}`
  ],
  [
    JSON.parse('{"name":"a","values":{"__proto__":5}}'),
    'has a value "__proto__", which is not known; it may have'
  ],
  [{ name: 'a', values: { replicasPerBrokerMax: 0 } }, `has replicasPerBrokerMax 0; ${WHOLE}`],
  [{ name: 'a', values: { replicasPerBrokerMax: 1.5 } }, `has replicasPerBrokerMax 1.5; ${WHOLE}`],
  [
    { name: 'a', values: { detectMs: -1 } },
    'has detectMs -1; give a number of at least 0 (ms), or null if it limits nothing.'
  ],
  [
    { name: 'a', values: { detectMs: '9s' } },
    'has detectMs "9s"; give a number of at least 0 (ms), or null if it limits nothing.'
  ],
  [{ name: 'a', values: { detectMs: Number.NaN } }, 'has detectMs null; give a number of at least 0 (ms)'],
  [
    { name: 'a', values: { detectMs: Number.POSITIVE_INFINITY } },
    'has detectMs null; give a number of at least 0 (ms)'
  ],
  [
    { name: 'a', values: { detectMs: { source: 'x' } } },
    'has no value in detectMs; give a number, or {"value": number}.'
  ],
  [
    { name: 'a', values: { detectMs: { value: 1, unit: 's' } } },
    'has in detectMs the field "unit", which is not known; it may have value, source, date.'
  ],
  [
    { name: 'a', values: { detectMs: { value: 1, source: '' } } },
    'has in detectMs the source ""; give a text of 1 to 200 characters.'
  ]
]

test('a name may have 200 characters and no more', () => {
  expect(parseProfile({ name: 'n'.repeat(200), values: {} }).name.length).toBe(200)
  expect(() => parseProfile({ name: 'n'.repeat(201), values: {} })).toThrow(/has the name "n{39}\.\.\.; give/)
})

describe('faults', () => {
  test.each(FAULTS)('%j', (json, text) => {
    let message = ''
    try {
      parseProfile(json)
    } catch (error) {
      if (!(error instanceof HighwaterError) || error.code !== 'HIGHWATER_CONFIG') throw error
      message = error.message
    }
    expect(message.startsWith(`The profile ${text}`), message).toBe(true)
    if (text.endsWith('.')) expect(message).toBe(`The profile ${text}`)
  })

  test('whatever JSON is read, it is a profile or one sentence', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record({
        name: fc.string(),
        base: fc.jsonValue(),
        values: fc.dictionary(fc.string(), fc.jsonValue())
      }),
      fc.record({
        name: fc.constant('a'),
        values: fc.record({ detectMs: fc.jsonValue(), mapsMax: fc.jsonValue() }, { requiredKeys: [] })
      })
    )
    fc.assert(
      fc.property(anything, json => {
        try {
          expect(parseProfile(json).name).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(HighwaterError)
          expect((error as Error).message).toMatch(/^The profile [^\n]*\.$/)
        }
      }),
      { numRuns: 500 }
    )
  })
})
