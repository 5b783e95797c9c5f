import { expect, test } from 'vitest'
import { parseConsumerConfig } from '../../src/config/consumer-config.ts'

test('defaults are those of Kafka 4', () => {
  expect(parseConsumerConfig({})).toEqual({
    maxPartitionFetchBytes: 1048576,
    autoOffsetReset: 'latest',
    fetchMaxBytes: 52428800,
    maxPollRecords: 500,
    checkCrcs: true,
    requestTimeoutMs: 30000,
    retryBackoffMs: 100
  })
})

test('only the three resets are known', () => {
  expect(parseConsumerConfig({ 'auto.offset.reset': 'none' }).autoOffsetReset).toBe('none')
  const wrong: Record<string, string> = { 'auto.offset.reset': 'first' }
  expect(() => parseConsumerConfig(wrong)).toThrow('one of earliest, latest, none')
})
