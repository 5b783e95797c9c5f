import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import type { ProducerRecord } from '../../../src/clients/producer/producer-record.ts'
import type { RecordFuture, SendCallback } from '../../../src/clients/producer/record-future.ts'
import { ProducerBenchSink } from '../../../src/harness/benchmark/bench-sink.ts'
import { HistogramBoard, latencyCounts } from '../../../src/harness/benchmark/histogram-board.ts'
import { keySource, parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { ProduceMeter } from '../../../src/harness/benchmark/produce-meter.ts'
import { RecordStream } from '../../../src/harness/benchmark/record-stream.ts'
import { SteppedClock } from '../../support/stepped-clock.ts'

function rig(timesAnswers = true) {
  const clock = new SteppedClock()
  const board = new HistogramBoard(1)
  const meter = new ProduceMeter()
  const callbacks: (SendCallback | null)[] = []
  const records: ProducerRecord[] = []
  const published: (readonly number[])[] = []
  const random = seededRandom(1)
  const keys = keySource(parseKeys('uniform:100'), random, null)
  const sink = new ProducerBenchSink({
    producer: {
      send: (record: ProducerRecord, callback: SendCallback | null = null) => {
        records.push({ ...record })
        callbacks.push(callback)
        return {} as RecordFuture
      },
      ready: async () => {},
      flush: async () => {}
    },
    meter,
    stream: new RecordStream({ loader: 0, random, keys, sizes: [{ bytes: 50, share: 1 }], lines: null }),
    clock,
    tally: { publish: (...counts) => published.push(counts) },
    latency: {
      scheduled: latencyCounts(board.buffer, 0, 'scheduled'),
      sent: latencyCounts(board.buffer, 0, 'sent'),
      slip: latencyCounts(board.buffer, 0, 'slip')
    }
  })
  sink.begin({ topic: 'orders', partition: 2, startMs: 0, timesAnswers })
  const answer = (index: number, atMs: number, error: Error | null = null): void => {
    clock.timeMs = atMs
    callbacks[index]?.(error, null)
  }
  return { clock, board, meter, sink, callbacks, records, published, answer }
}

describe('a producer behind a loader', () => {
  test('gets records for their partition, and is timed from the due time and from the sending', () => {
    const { board, sink, records, answer } = rig()
    sink.send(10, 14, true)
    sink.send(20, 20, true)
    expect(records[0]).toMatchObject({ topic: 'orders', partition: 2 })
    answer(0, 34)
    answer(1, 34)
    sink.publish()
    const scheduled = board.take('scheduled')
    expect([scheduled.total, scheduled.quantile(0), scheduled.max]).toEqual([2, 14_007, 24_015])
    expect(board.take('sent').max).toBe(20_015)
  })

  test('times only what is to be timed, and nothing where a reader does', () => {
    const timed = rig()
    timed.sink.send(0, 0, false)
    expect(timed.callbacks).toEqual([null])
    const read = rig(false)
    read.sink.send(0, 0, true)
    expect(read.callbacks).toEqual([null])
  })

  test('uses a callback again once it was called: as many as are in flight', () => {
    const { sink, callbacks, answer } = rig()
    sink.send(0, 0, true)
    sink.send(0, 0, true)
    answer(0, 1)
    sink.send(1, 1, true)
    sink.send(1, 1, true)
    expect(callbacks[2]).toBe(callbacks[0])
    expect(new Set(callbacks).size).toBe(3)
  })

  test('keeps the first error of a record, and does not time it', () => {
    const { board, sink, answer } = rig()
    sink.send(0, 0, true)
    sink.send(0, 0, true)
    answer(0, 1, new Error('first'))
    answer(1, 1, new Error('second'))
    sink.publish()
    expect(sink.failure?.message).toBe('first')
    expect(board.take('scheduled').total).toBe(0)
  })

  test('publishes what its lane had acknowledged in this run, whenever answers come', () => {
    const { meter, sink, published } = rig()
    meter.answered(0, 30, 1)
    sink.begin({ topic: 'orders', partition: undefined, startMs: 0, timesAnswers: true })
    sink.send(0, 0, false)
    meter.answered(0, 12, 1)
    meter.onAnswers()
    expect(published).toEqual([[12, 1, 2]])
  })

  test('counts the bytes of keys and values from its mark on', () => {
    const { sink } = rig()
    sink.send(0, 0, false)
    sink.mark()
    sink.send(0, 0, false)
    sink.send(0, 0, false)
    expect(sink.payloadBytes).toBe(2 * (50 + 3))
  })

  test('has how late records left by the loader’s own fault', () => {
    const { board, sink } = rig()
    sink.slipped(700)
    sink.publish()
    expect(board.take('slip').max).toBe(700)
  })
})
