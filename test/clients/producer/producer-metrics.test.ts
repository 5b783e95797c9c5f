import { describe, expect, test } from 'vitest'
import { ProducerMetrics } from '../../../src/clients/producer/producer-metrics.ts'
import { advanceSlowly, settled } from '../../support/manual-clock.ts'
import { codeOf, ProducerBench } from './producer-bench.ts'

const SETTINGS = { metricsNumSamples: 2, metricsSampleWindowMs: 30_000 }
const GAUGES = {
  requestsInFlight: 0,
  metadataAgeMs: 1500,
  waitingRecords: 0,
  bufferTotalBytes: 8,
  bufferAvailableBytes: 4
}

describe('what is counted', () => {
  test('of batches and requests', () => {
    const metrics = new ProducerMetrics(SETTINGS)
    metrics.batchSent('t', { byteLength: 100, uncompressedBytes: 400, recordCount: 4, createdAt: 7 }, 10)
    metrics.batchSent('u', { byteLength: 300, uncompressedBytes: 300, recordCount: 2, createdAt: 9 }, 10)
    metrics.requestSent(6, 10)
    metrics.requestAnswered(5, 15)
    expect(metrics.values(GAUGES, 15)).toMatchObject({
      'batch-size-avg': 200,
      'batch-size-max': 300,
      'compression-rate-avg': (0.25 + 1) / 2,
      'outgoing-byte-total': 400,
      'record-queue-time-avg': 2,
      'record-queue-time-max': 3,
      'record-send-total': 6,
      'record-size-avg': (100 + 150) / 2,
      'records-per-request-avg': 6,
      'request-latency-avg': 5,
      'request-latency-max': 5,
      'request-total': 1,
      'metadata-age': 1.5
    })
    expect(metrics.values(GAUGES, 10)['record-send-rate']).toBeCloseTo(6 / 30)
    expect(metrics.topicValues('t', 15)).toMatchObject({
      'byte-total': 100,
      'compression-rate': 0.25,
      'record-send-total': 4
    })
    expect(metrics.topicValues('never sent to', 15)).toMatchObject({ 'byte-total': 0, 'byte-rate': 0 })
  })

  test('of what went wrong', () => {
    const metrics = new ProducerMetrics(SETTINGS)
    metrics.retried('t', 3, 0)
    metrics.failed('t', 2, 0)
    metrics.failed('u', 1, 0)
    metrics.split(0)
    metrics.exhausted(0)
    expect(metrics.values(GAUGES, 0)).toMatchObject({
      'record-retry-total': 3,
      'record-retry-rate': 3 / 30,
      'record-error-total': 3,
      'batch-split-total': 1,
      'batch-split-rate': 1 / 30,
      'buffer-exhausted-total': 1
    })
    expect(metrics.topicValues('t', 0)).toMatchObject({ 'record-retry-total': 3, 'record-error-total': 2 })
  })

  test('of waiting: the share of time, and nanoseconds in all', () => {
    const metrics = new ProducerMetrics(SETTINGS)
    metrics.noteMemoryWait(true, 30_000)
    expect(metrics.isMemoryAwaited).toBe(true)
    metrics.noteMemoryWait(true, 33_000)
    metrics.noteMemoryWait(false, 36_000)
    metrics.noteMemoryWait(false, 40_000)
    metrics.flushed(2)
    metrics.metadataAwaited(3)
    // Counted from 33 s on, with one window of silence before it.
    expect(metrics.values(GAUGES, 63_000)['bufferpool-wait-ratio']).toBeCloseTo(6 / 30)
    expect(metrics.values(GAUGES, 63_000)).toMatchObject({
      'bufferpool-wait-time-ns-total': 6e9,
      'flush-time-ns-total': 2e6,
      'metadata-wait-time-ns-total': 3e6
    })
  })

  test('nothing yet: totals and rates are 0, the rest is no number', () => {
    const values = new ProducerMetrics(SETTINGS).values(GAUGES, 5)
    expect(values).toMatchObject({ 'record-send-total': 0, 'record-send-rate': 0, 'request-rate': 0 })
    expect(values['batch-size-avg']).toBeNaN()
    expect(values['request-latency-max']).toBeNaN()
  })
})

describe('a producer', () => {
  test('counts batches, requests and the time until their answers', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 5 }, 2)
    for (const partition of [0, 0, 1]) bench.producer.send({ topic: 't', partition, value: 'v' })
    await bench.advance(5)
    expect(bench.producer.metrics()).toMatchObject({ 'requests-in-flight': 1, 'record-queue-time-max': 5 })
    await bench.advance(7)
    bench.lane.answerAll()
    await settled()
    expect(bench.producer.metrics()).toMatchObject({
      'record-send-total': 3,
      'records-per-request-avg': 3,
      'request-total': 1,
      'requests-in-flight': 0,
      'request-latency-avg': 7,
      'compression-rate-avg': 1,
      'record-error-total': 0,
      'buffer-total-bytes': 33554432,
      'buffer-available-bytes': 33554432
    })
    expect(bench.producer.topicMetrics('t')['record-send-total']).toBe(3)
  })

  test('counts records that are sent again, and records that fail', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    for (const value of ['a', 'b']) bench.producer.send({ topic: 't', value }, () => {})
    await bench.advance(1)
    bench.lane.answer(bench.lane.sent[0], 7)
    await bench.advance(200)
    bench.lane.answer(bench.lane.sent[0], 87)
    await bench.advance(1)
    bench.producer.send({ topic: 't', value: new Uint8Array(2_000_000) }, () => {})
    expect(bench.producer.metrics()).toMatchObject({
      'record-send-total': 4,
      'record-retry-total': 2,
      'record-error-total': 3
    })
  })

  test('counts the time somebody waits for memory, and the records that waited in vain', async () => {
    const config = { 'batch.size': 1000, 'buffer.memory': 2048, 'max.block.ms': 500 }
    const bench = await ProducerBench.start({ ...config, 'engine.send.queue.records': 1 })
    const value = 'x'.repeat(900)
    for (let index = 0; index < 3; index++) bench.producer.send({ topic: 't', value }, () => {})
    expect(bench.producer.metrics()).toMatchObject({ 'buffer-available-bytes': 0, 'waiting-threads': 1 })
    expect(await codeOf(bench.producer.send({ topic: 't', value }))).toBe('HIGHWATER_QUEUE_FULL')
    await bench.advance(500)
    const metrics = bench.producer.metrics()
    expect(metrics['buffer-exhausted-total']).toBe(2)
    expect(metrics['bufferpool-wait-time-ns-total'] / 1e6).toBeGreaterThan(495)
    expect(metrics['bufferpool-wait-time-ns-total'] / 1e6).toBeLessThan(510)
    await bench.advance(100)
    expect(bench.producer.metrics()['bufferpool-wait-time-ns-total']).toBe(
      metrics['bufferpool-wait-time-ns-total']
    )
  })

  test('counts the time of flushes and the age of what it knows of topics', async () => {
    const bench = await ProducerBench.start()
    bench.producer.send({ topic: 't', value: 'v' })
    const flushed = bench.producer.flush()
    await advanceSlowly(bench.clock, 20)
    bench.lane.answerAll()
    await advanceSlowly(bench.clock, 1)
    await flushed
    const metrics = bench.producer.metrics()
    expect(metrics['flush-time-ns-total'] / 1e6).toBeGreaterThanOrEqual(20)
    expect(metrics['metadata-age']).toBeCloseTo(0.021)
  })
})
