import { expect, test } from 'vitest'
import { collectSetting } from '../../src/cli/config-flags.ts'

test('settings are collected by name, the last one of a name counts', () => {
  const first = collectSetting('batch.size=65536')
  expect(collectSetting('linger.ms = 10', first)).toEqual({ 'batch.size': '65536', 'linger.ms': '10' })
  expect(collectSetting('batch.size=1', first)).toEqual({ 'batch.size': '1' })
  expect(collectSetting('a=b=c')).toEqual({ a: 'b=c' })
})

test('a setting without a name or a value is refused', () => {
  expect(() => collectSetting('batch.size')).toThrow('Give NAME=VALUE')
  expect(() => collectSetting('=5')).toThrow('Give NAME=VALUE')
})
