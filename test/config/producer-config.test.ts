import { expect, test } from 'vitest'
import { type ProducerConfig, parseProducerConfig } from '../../src/config/producer-config.ts'

test('defaults are those of Kafka 4', () => {
  expect(parseProducerConfig({})).toEqual({
    acks: -1,
    batchSize: 16384,
    bufferMemory: 33554432,
    compressionGzipLevel: -1,
    compressionLz4Level: 9,
    compressionType: 'none',
    compressionZstdLevel: 3,
    connectionsMaxIdleMs: 540000,
    deliveryTimeoutMs: 120000,
    enableIdempotence: true,
    interceptorClasses: null,
    keySerializer: 'bytes',
    lingerMs: 5,
    maxBlockMs: 60000,
    maxInFlightRequestsPerConnection: 5,
    maxRequestSize: 1048576,
    metadataMaxAgeMs: 300000,
    metadataMaxIdleMs: 300000,
    metricsNumSamples: 2,
    metricsSampleWindowMs: 30000,
    partitionerAdaptivePartitioningEnable: true,
    partitionerAvailabilityTimeoutMs: 0,
    partitionerClass: 'default',
    partitionerIgnoreKeys: false,
    receiveBufferBytes: 32768,
    reconnectBackoffMs: 50,
    reconnectBackoffMaxMs: 1000,
    requestTimeoutMs: 30000,
    retries: 2147483647,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
    sendBufferBytes: 131072,
    transactionTimeoutMs: 60000,
    valueSerializer: 'bytes',
    engineSendQueueRecords: 1000
  })
})

test.each<[ProducerConfig['acks'], number]>([
  ['all', -1],
  ['-1', -1],
  [-1, -1],
  [0, 0],
  ['0', 0],
  [1, 1],
  ['1', 1]
])('acks %j is %i', (acks, expected) => {
  expect(parseProducerConfig({ acks }).acks).toBe(expected)
})

test.each<[ProducerConfig, boolean]>([
  [{ acks: 1 }, false],
  [{ acks: 0 }, false],
  [{ retries: 0 }, false],
  [{ 'enable.idempotence': false, 'max.in.flight.requests.per.connection': 10 }, false],
  [{ 'enable.idempotence': true, acks: 'all' }, true]
])('%j leaves idempotence %j', (config, expected) => {
  expect(parseProducerConfig(config).enableIdempotence).toBe(expected)
})

test.each<[ProducerConfig, string]>([
  [{ 'enable.idempotence': true, acks: 1 }, 'acks must be all'],
  [{ 'enable.idempotence': true, retries: 0 }, 'retries must be more than 0'],
  [{ 'max.in.flight.requests.per.connection': 6 }, 'must be at most 5 with idempotence, not 6'],
  [{ 'delivery.timeout.ms': 1000 }, 'at least linger.ms + request.timeout.ms, 30005, not 1000']
])('%j is refused', (config, message) => {
  expect(() => parseProducerConfig(config)).toThrow(message)
})

test('code is taken as it is, and a wrong name for it is refused with the right ones', () => {
  const serializer = (): string => ''
  const partitioner = { partition: () => 0 }
  const settings = parseProducerConfig({ 'key.serializer': serializer, 'partitioner.class': partitioner })
  expect(settings.keySerializer).toBe(serializer)
  expect(settings.partitionerClass).toBe(partitioner)
  const wrong: object = { 'partitioner.class': 'random' }
  expect(() => parseProducerConfig(wrong)).toThrow(
    'partitioner.class must be a function or an object or one of default, uniform-sticky, sticky, ' +
      'round-robin, legacy-0.8, not "random".'
  )
  expect(() => parseProducerConfig({ 'interceptor.classes': 'Mine' } as object)).toThrow(
    'interceptor.classes must be a function or an object, not "Mine".'
  )
})

test('delivery.timeout.ms follows linger and request timeout when it was not chosen', () => {
  expect(parseProducerConfig({ 'linger.ms': 100000, 'request.timeout.ms': 50000 }).deliveryTimeoutMs).toBe(
    150000
  )
  expect(parseProducerConfig({ 'linger.ms': 2147483647 }).deliveryTimeoutMs).toBe(2147483647)
})
