import { expect, test } from 'vitest'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { defineConfig } from '../../src/config/define-config.ts'

const definition = defineConfig('test', {
  'linger.ms': { type: 'int', default: 5, range: [0, 100], doc: '' },
  'batch.size': { type: 'int', default: 10, range: [1, 1000], doc: '' },
  'check.crcs': { type: 'boolean', default: true, doc: '' },
  mode: { type: 'choice', default: 'slow', values: ['slow', 'fast'], doc: '' },
  'log.dirs': { type: 'text', default: null, doc: '' }
})

function errorOf(given: Record<string, unknown>): string {
  try {
    definition.parse(given)
  } catch (error) {
    if (error instanceof HighwaterError && error.code === 'HIGHWATER_CONFIG') return error.message
    throw error
  }
  return 'accepted'
}

test('what is not given has its default, and names are camelCase', () => {
  expect(definition.parse({})).toEqual({
    lingerMs: 5,
    batchSize: 10,
    checkCrcs: true,
    mode: 'slow',
    logDirs: null
  })
  expect(definition.parse({ 'linger.ms': undefined }).lingerMs).toBe(5)
})

test('values are taken as they are or as text', () => {
  const parsed = definition.parse({ 'linger.ms': '7', 'batch.size': 8, 'check.crcs': 'false', mode: 'fast' })
  expect(parsed).toMatchObject({ lingerMs: 7, batchSize: 8, checkCrcs: false, mode: 'fast' })
})

test('what was parsed cannot be changed', () => {
  expect(Object.isFrozen(definition.parse({}))).toBe(true)
})

test.each([
  [{ 'linger.ms': -1 }, 'linger.ms must be a whole number from 0 to 100, not -1.'],
  [{ 'linger.ms': 101 }, 'linger.ms must be a whole number from 0 to 100, not 101.'],
  [{ 'linger.ms': 1.5 }, 'linger.ms must be a whole number from 0 to 100, not 1.5.'],
  [{ 'linger.ms': '' }, 'linger.ms must be a whole number from 0 to 100, not "".'],
  [{ 'linger.ms': null }, 'linger.ms must be a whole number from 0 to 100, not null.'],
  [{ 'linger.ms': Number.NaN }, 'linger.ms must be a whole number from 0 to 100, not NaN.'],
  [{ 'check.crcs': 'yes' }, 'check.crcs must be true or false, not "yes".'],
  [{ mode: 'quick' }, 'mode must be one of slow, fast, not "quick".'],
  [{ 'log.dirs': '' }, 'log.dirs must be a text that is not empty, not "".']
])('%j is refused with key, range and value', (given, message) => {
  expect(errorOf(given)).toBe(message)
})

test.each([
  ['linger.sm', 'linger.ms'],
  ['lingerMs', 'linger.ms'],
  ['batch_size', 'batch.size'],
  ['batchsize', 'batch.size'],
  ['check.crc', 'check.crcs']
])('an unknown key names the nearest known one: %s', (key, nearest) => {
  expect(errorOf({ [key]: 1 })).toBe(`"${key}" is not a test setting; did you mean ${nearest}?`)
})

test('a key that is near to none gets the whole list', () => {
  expect(errorOf({ acknowledgements: 1 })).toMatch(
    /known are linger\.ms, batch\.size, check\.crcs, mode, log\.dirs/
  )
})

test('names of object methods are unknown keys like others', () => {
  expect(errorOf({ constructor: 1 })).toContain('is not a test setting')
})
