import { expect, test } from 'vitest'
import { logFilePath, parseLogFileName, SUFFIX } from '../../../src/data-plane/log/log-file-names.ts'

test('a file is named by twenty digits of its offset', () => {
  expect(logFilePath('/data/t-0', 77106001, SUFFIX.log)).toBe('/data/t-0/00000000000077106001.log')
})

test('a name is taken apart again, and foreign names are not', () => {
  expect(parseLogFileName('00000000000077106001.timeindex')).toEqual({
    offset: 77106001,
    suffix: '.timeindex'
  })
  const foreign = [
    'leader-epoch-checkpoint',
    '77106001.log',
    '00000000000077106001',
    '00000000000077106001.log.deleted',
    '00000000000077106001.snapshot.tmp',
    'x00000000000077106001.log',
    '-0000000000077106001.log'
  ]
  expect(foreign.map(parseLogFileName)).toEqual(foreign.map(() => null))
})

test('an offset above 2^53 - 1 is refused, never rounded', () => {
  expect(parseLogFileName('00009007199254740991.log')?.offset).toBe(9007199254740991)
  expect(() => parseLogFileName('00009007199254740993.log')).toThrow('00009007199254740993.log')
})
