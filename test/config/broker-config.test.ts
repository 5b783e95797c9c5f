import { expect, test } from 'vitest'
import { parseBrokerConfig } from '../../src/config/broker-config.ts'

test('without a directory there is none, and the arena is a gibibyte of addresses', () => {
  expect(parseBrokerConfig({})).toEqual({
    logDirs: null,
    engineArenaBytes: 1073741824,
    enginePartitionPace: 0,
    enginePartitionThreadsMax: 0
  })
})

test('an arena stays below what a 32-bit address reaches', () => {
  expect(() => parseBrokerConfig({ 'engine.arena.bytes': 2 ** 31 })).toThrow('engine.arena.bytes must be')
})

test('one directory is taken, and a list of them is refused: no directory with a comma is made', () => {
  expect(parseBrokerConfig({ 'log.dirs': './logs' }).logDirs).toBe('./logs')
  expect(() => parseBrokerConfig({ 'log.dirs': '/a,/b' })).toThrow(
    'log.dirs must name one directory, not the list "/a,/b": this broker keeps all logs in one.'
  )
})
