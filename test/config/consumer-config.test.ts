import { expect, test } from 'vitest'
import { parseConsumerConfig } from '../../src/config/consumer-config.ts'

test('defaults are those of Kafka 4', () => {
  expect(parseConsumerConfig({})).toEqual({
    keyDeserializer: 'bytes',
    valueDeserializer: 'bytes',
    fetchMinBytes: 1,
    maxPartitionFetchBytes: 1048576,
    autoOffsetReset: { to: 'latest' },
    checkCrcs: true,
    clientRack: null,
    defaultApiTimeoutMs: 60000,
    fetchMaxBytes: 52428800,
    interceptorClasses: null,
    isolationLevel: 'read_uncommitted',
    maxPollRecords: 500,
    requestTimeoutMs: 30000,
    fetchMaxWaitMs: 500,
    metadataMaxAgeMs: 300000,
    metricsNumSamples: 2,
    metricsSampleWindowMs: 30000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    engineLegacyFetch: false,
    engineHotTail: true
  })
})

test('a reset is one of three words, or a duration', () => {
  expect(parseConsumerConfig({ 'auto.offset.reset': 'none' }).autoOffsetReset).toEqual({ to: 'none' })
  const hour = parseConsumerConfig({ 'auto.offset.reset': 'by_duration:PT1H' })
  expect(hour.autoOffsetReset).toEqual({ to: 'duration', ms: 3_600_000 })
  expect(() => parseConsumerConfig({ 'auto.offset.reset': 'first' })).toThrow(
    'auto.offset.reset must be earliest, latest, none or by_duration: with a time such as PT1H30M, not "firs'
  )
})

test('settings of groups are not known yet', () => {
  expect(() => parseConsumerConfig({ 'group.id': 'g' })).toThrow('"group.id" is not a consumer setting')
})

test('what has no effect yet is taken as a file of Kafka’s gives it', () => {
  const given = { 'metadata.max.age.ms': '60000', 'client.rack': 'a-1' }
  expect(parseConsumerConfig(given)).toMatchObject({ metadataMaxAgeMs: 60000, clientRack: 'a-1' })
  expect(parseConsumerConfig({ 'client.rack': '' }).clientRack).toBeNull()
})
