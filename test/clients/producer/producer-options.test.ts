/** Keys and values that are not bytes: the types of a producer follow its serializers. */
import { unpack } from 'msgpackr/unpack'
import { describe, expect, test } from 'vitest'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { ProducerBench } from './producer-bench.ts'

interface Order {
  readonly id: number
}

function onlyRecord(bench: { readonly channel: ProducerBench['channel'] }, partition = 0) {
  const bytes = bench.channel.broker.partition('t', partition).batches[0]?.bytes ?? new Uint8Array(0)
  const records = new RecordBatchIterator(1 << 20, null)
  records.reset(bytes, 0, bytes.length, 0)
  records.nextBatch()
  records.nextRecord()
  return records.record
}

describe('a serializer by name', () => {
  test('json', async () => {
    const bench = await ProducerBench.start<string, Order>({ 'value.serializer': 'json' })
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 't', key: 'k', value: { id: 7 } })
    await bench.advance(10)
    expect(onlyRecord(bench).valueString()).toBe('{"id":7}')
  })

  test('msgpack, also for a record that had to wait for its topic', async () => {
    const bench = new ProducerBench<string, Order>({ 'value.serializer': 'msgpack' }, 0)
    const value = { id: 7 }
    bench.producer.send({ topic: 't', value })
    value.id = 8
    bench.channel.broker.createTopic('t', 1)
    await bench.advance(200)
    bench.lane.answerAll()
    expect(unpack(onlyRecord(bench).value() ?? new Uint8Array(0))).toEqual({ id: 7 })
  })

  test('a value of null is a tombstone', async () => {
    const bench = await ProducerBench.start<string, Order>({ 'value.serializer': 'json' })
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 't', key: 'k', value: null })
    await bench.advance(10)
    expect(onlyRecord(bench).value()).toBeNull()
  })
})

describe('a function', () => {
  test('says what keys are, and the partitioner sees key and bytes', async () => {
    const seen: unknown[] = []
    const config = {
      'key.serializer': (id: number) => Uint8Array.of(id),
      'value.serializer': (order: Order) => `order ${order.id}`,
      'partitioner.class': (
        record: { readonly key?: number | null | undefined },
        bytes: Uint8Array | null
      ) => {
        seen.push(record.key, bytes)
        return 1
      }
    }
    const bench = await ProducerBench.start(config, 2)
    bench.lane.isPrompt = true
    const future = bench.producer.send({ topic: 't', key: 5, value: { id: 7 } })
    await bench.advance(10)
    expect((await future).partition).toBe(1)
    expect(onlyRecord(bench, 1).valueString()).toBe('order 7')
    expect(seen).toEqual([5, Uint8Array.of(5)])
  })

  test('that partitions and throws makes send throw; in the queue, the record fails with it', async () => {
    const failure = new Error('no idea')
    const config = {
      'partitioner.class': () => {
        throw failure
      }
    }
    const bench = new ProducerBench(config, 0)
    const waiting = bench.producer.send({ topic: 't', value: 'v' }).then(
      () => null,
      (error: Error) => error
    )
    bench.channel.broker.createTopic('t', 1)
    await bench.advance(200)
    expect(await waiting).toBe(failure)
    expect(() => bench.producer.send({ topic: 't', value: 'v' })).toThrow('no idea')
    // A named partition needs no partitioner.
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 't', partition: 0, value: 'named' })
    await bench.advance(10)
    expect(bench.values()).toEqual(['named'])
  })

  test('that partitions may send a record itself', async () => {
    let isNested = false
    const bench: ProducerBench = await ProducerBench.start({
      'partitioner.class': () => {
        if (!isNested) {
          isNested = true
          bench.producer.send({ topic: 't', key: 'nested', value: 'nested', timestamp: 5 })
        }
        return 0
      }
    })
    bench.lane.isPrompt = true
    const outer = bench.producer.send({ topic: 't', value: 'outer', timestamp: 7 })
    await bench.advance(10)
    expect(bench.values()).toEqual(['nested', 'outer'])
    expect((await outer).timestamp).toBe(7)
  })

  test('that partitions is asked once per record, also where the record has to wait', async () => {
    let asked = 0
    const config = {
      'batch.size': 1000,
      'buffer.memory': 2048,
      'partitioner.class': () => {
        asked += 1
        return 0
      }
    }
    const bench = await ProducerBench.start(config)
    for (let index = 0; index < 5; index++) bench.producer.send({ topic: 't', value: 'x'.repeat(900) })
    for (let turn = 0; turn < 10; turn++) {
      bench.lane.answerAll()
      await bench.advance(1)
    }
    expect(bench.values()).toHaveLength(5)
    expect(asked).toBe(5)
  })
})
