/** The producer as a program sees it, over a broker in memory that answers when it is told. */
import { describe, expect, test } from 'vitest'
import { Answer } from '../../../src/base/answer.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { Producer } from '../../../src/clients/producer/producer.ts'
import type { Channel } from '../../../src/wire/network/channel.ts'
import type { MetadataResponse } from '../../../src/wire/protocol/messages.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { advanceSlowly, ManualClock, settled } from '../../support/manual-clock.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'
import { codeOf, ProducerBench } from './producer-bench.ts'
import { valuesOf } from './sender-bench.ts'

const DAY_MS = 86_400_000

describe('sending', () => {
  test('a record is answered with its place in the log', async () => {
    const { producer, lane, channel, clock } = await ProducerBench.start()
    const first = producer.send({ topic: 't', key: 'k', value: 'a' })
    const second = producer.send({ topic: 't', key: 'k', value: 'b', timestamp: 5 })
    await advanceSlowly(clock, 10)
    expect(lane.requestSizes).toEqual([2])
    lane.answerAll()
    await settled()
    expect(await first).toEqual({ topic: 't', partition: 0, offset: 0, timestamp: 1_700_000_000_000 })
    expect(await second).toEqual({ topic: 't', partition: 0, offset: 1, timestamp: 5 })
    expect(valuesOf(channel.broker.partition('t', 0))).toEqual(['a', 'b'])
  })

  test('headers arrive as they were given', async () => {
    const bench = await ProducerBench.start()
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 't', value: 'v', headers: [{ key: 'h', value: Buffer.from('x') }] })
    await bench.advance(10)
    const bytes = bench.channel.broker.partition('t', 0).batches[0]?.bytes ?? new Uint8Array(0)
    const records = new RecordBatchIterator(1 << 20, null)
    records.reset(bytes, 0, bytes.length, 0)
    records.nextBatch()
    records.nextRecord()
    expect(records.record.headers()).toEqual([{ key: 'h', value: Uint8Array.from(Buffer.from('x')) }])
  })

  test('bytes on the log are those at the return of send, whatever becomes of the buffer', async () => {
    const bench = await ProducerBench.start({ 'batch.size': 200, 'buffer.memory': 2048 })
    const buffer = Buffer.from('as sent 0')
    // Two fit into memory; those behind wait in the queue, whose copies must be as good.
    for (let index = 0; index < 6; index++) {
      buffer.write(`as sent ${index}`)
      bench.producer.send({ topic: 't', value: buffer.subarray(0, 9), key: buffer.subarray(8, 9) }, () => {})
      buffer.fill('#')
      bench.producer.send({ topic: 't', value: `${index}`.repeat(150) }, () => {})
    }
    bench.lane.isPrompt = true
    bench.lane.answerAll()
    await bench.advance(200)
    const sent = bench.values().filter(value => value.startsWith('as sent'))
    expect(sent).toEqual(['as sent 0', 'as sent 1', 'as sent 2', 'as sent 3', 'as sent 4', 'as sent 5'])
  })

  test('a key decides the partition, as Kafka hashes it', async () => {
    const bench = await ProducerBench.start({}, 10)
    const key = 'a-little-bit-long-string'
    const future = bench.producer.send({ topic: 't', key, value: 'v' })
    bench.lane.isPrompt = true
    await bench.advance(10)
    expect((await future).partition).toBe(2)
  })

  test('records without a key stay on one partition until a batch is full', async () => {
    const bench = await ProducerBench.start({ 'batch.size': 1000 }, 4)
    bench.lane.isPrompt = true
    const futures = Array.from({ length: 40 }, () =>
      bench.producer.send({ topic: 't', value: 'x'.repeat(100) })
    )
    await bench.advance(10)
    const partitions = await Promise.all(futures.map(async future => (await future).partition))
    const changes = partitions.filter((partition, index) => index > 0 && partition !== partitions[index - 1])
    expect(new Set(partitions).size).toBeGreaterThan(1)
    expect(changes.length).toBeLessThanOrEqual(5)
  })

  test('a full batch without keys leaves at once, and alone', async () => {
    const bench = await ProducerBench.start({ 'batch.size': 1024, 'linger.ms': 1000 }, 4)
    for (let index = 0; index < 5; index++) bench.producer.send({ topic: 't', value: 'x'.repeat(300) })
    expect(bench.lane.sent.map(({ recordCount }) => recordCount)).toEqual([3])
    bench.lane.answerAll()
    await bench.advance(990)
    expect(bench.lane.sent).toHaveLength(0)
    await bench.advance(20)
    expect(bench.lane.sent.map(({ recordCount }) => recordCount)).toEqual([2])
  })

  test('a record in the queue whose partition does not exist fails when its topic is known', async () => {
    const bench = new ProducerBench({}, 0)
    const wrong = codeOf(bench.producer.send({ topic: 't', partition: 5, value: 'v' }))
    const right = bench.producer.send({ topic: 't', partition: 1, value: 'v' })
    bench.channel.broker.createTopic('t', 2)
    await bench.advance(300)
    expect(await wrong).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    bench.lane.answerAll()
    await bench.advance(2)
    expect((await right).partition).toBe(1)
  })

  test('a named partition is obeyed, and one that does not exist is refused', async () => {
    const bench = await ProducerBench.start({}, 3)
    bench.lane.isPrompt = true
    const right = bench.producer.send({ topic: 't', partition: 2, value: 'v' })
    expect(await codeOf(bench.producer.send({ topic: 't', partition: 3, value: 'v' }))).toBe(
      'UNKNOWN_TOPIC_OR_PARTITION'
    )
    expect(() => bench.producer.send({ topic: 't', partition: -1, value: 'v' })).toThrow('partition')
    await bench.advance(10)
    expect((await right).partition).toBe(2)
  })

  test('values that are no bytes, and times that are none, are the caller fault and thrown', async () => {
    const { producer } = await ProducerBench.start()
    const wrong = { topic: 't', value: 5 } as unknown as { topic: string; value: string }
    expect(() => producer.send(wrong)).toThrow(
      'The value of a record must be a Uint8Array, a string or null, not'
    )
    const undefinedValue = { topic: 't' } as unknown as { topic: string; value: string }
    expect(() => producer.send(undefinedValue)).toThrow('not undefined; serialize it first')
    const wrongKey = { topic: 't', value: 'v', key: [1] } as unknown as { topic: string; value: string }
    expect(() => producer.send(wrongKey)).toThrow('The key of a record must be')
    expect(() => producer.send({ topic: 't', value: 'v', timestamp: -1 })).toThrow('milliseconds since 1970')
  })

  test('a record larger than max.request.size or buffer.memory is refused at once', async () => {
    const { producer } = await ProducerBench.start({ 'max.request.size': 1000 })
    expect(await codeOf(producer.send({ topic: 't', value: 'x'.repeat(1000) }))).toBe(
      'HIGHWATER_RECORD_TOO_LARGE'
    )
    const small = await ProducerBench.start({ 'buffer.memory': 4096, 'batch.size': 1024 })
    const text = codeOf(small.producer.send({ topic: 't', value: new Uint8Array(5000) }))
    expect(await text).toBe('HIGHWATER_RECORD_TOO_LARGE')
  })

  test('a record larger than a batch takes neighbouring slots and goes alone', async () => {
    const bench = await ProducerBench.start({ 'batch.size': 1024 })
    bench.lane.isPrompt = true
    const large = 'x'.repeat(5000)
    for (const value of ['before', large, 'behind']) bench.producer.send({ topic: 't', value })
    await bench.advance(10)
    expect(bench.values()).toEqual(['before', large, 'behind'])
  })
})

describe('topics', () => {
  test('records of an unknown topic wait for it, in order', async () => {
    const bench = new ProducerBench({}, 0)
    const futures = ['a', 'b', 'c'].map(value => bench.producer.send({ topic: 't', value }))
    await bench.advance(50)
    bench.channel.broker.createTopic('t', 1)
    await bench.advance(300)
    bench.lane.answerAll()
    await settled()
    expect(await Promise.all(futures.map(async future => (await future).offset))).toEqual([0, 1, 2])
    expect(bench.values()).toEqual(['a', 'b', 'c'])
  })

  test('a loop that sends without pause before the topic is known loses nothing', async () => {
    const bench = new ProducerBench()
    const futures = Array.from({ length: 5000 }, (_, i) => bench.producer.send({ topic: 't', value: `${i}` }))
    await bench.advance(10)
    bench.lane.isPrompt = true
    bench.lane.answerAll()
    await bench.advance(20)
    const offsets = await Promise.all(futures.map(async future => (await future).offset))
    expect(offsets).toEqual(futures.map((_, i) => i))
    expect(bench.values()).toEqual(futures.map((_, i) => `${i}`))
  })

  test('what waits for a topic is bounded: by bytes, then by records; the next is refused', async () => {
    const config = { 'batch.size': 1000, 'buffer.memory': 3000, 'engine.send.queue.records': 3 }
    const bench = new ProducerBench(config)
    for (let i = 0; i < 9; i++) bench.producer.send({ topic: 't', value: 'v' }, () => {})
    const refused = Promise.resolve(bench.producer.send({ topic: 't', value: 'v' }))
    await expect(refused).rejects.toMatchObject({
      code: 'HIGHWATER_QUEUE_FULL',
      message: expect.stringContaining(
        '9 records (what buffer.memory lets wait, and engine.send.queue.records) wait until topic t is known'
      )
    })
  })

  describe('whose line is full', () => {
    const CROWDED = { 'buffer.memory': 3000, 'engine.send.queue.records': 5, 'enable.idempotence': false }

    /** With as many records in the line as buffer.memory lets wait. @param metadata answers about topics */
    async function crowdedBench(metadata: Channel['metadata']): Promise<ProducerBench> {
      const bench = new ProducerBench(CROWDED)
      bench.channel.metadata = metadata
      await settled()
      for (let i = 0; i < 6; i++) bench.producer.send({ topic: 't', value: `${i}` }, () => {})
      return bench
    }

    test('send waits 5 ms at most, then queues; the last is refused at once', async () => {
      const bench: ProducerBench = await crowdedBench(
        () =>
          new Answer(timeoutMs => {
            bench.clock.block(timeoutMs)
            return true
          })
      )
      const waits = Array.from({ length: 7 }, () => {
        const before = bench.clock.monotonic()
        bench.producer.send({ topic: 't', value: 'v' }, () => {})
        return bench.clock.monotonic() - before
      })
      expect(waits).toEqual([5, 5, 5, 5, 5, 0, 0])
      expect(bench.producer.metrics()['record-error-total']).toBe(2)
    })

    test('send goes on in order once the topic is known, without a turn of the event loop', async () => {
      const bench: ProducerBench = await crowdedBench(() => {
        const answer: Answer<MetadataResponse> = new Answer(() => {
          const partition = { errorCode: 0, partitionIndex: 0, leaderId: 0, leaderEpoch: 0 }
          answer.settle({ topics: [{ name: 't', errorCode: 0, partitions: [partition] }] })
          return true
        })
        return answer
      })
      expect(bench.producer.metrics()['waiting-threads']).toBe(6)
      bench.producer.send({ topic: 't', value: '6' }, () => {})
      expect(bench.producer.metrics()['waiting-threads']).toBe(0)
      bench.lane.isPrompt = true
      await bench.advance(20)
      expect(bench.values()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    })

    test('send does not wait for what only the event loop can bring', async () => {
      const bench = await crowdedBench(() => new Promise(() => {}))
      const before = bench.clock.monotonic()
      for (let i = 0; i < 6; i++) bench.producer.send({ topic: 't', value: 'v' }, () => {})
      expect(bench.clock.monotonic()).toBe(before)
      expect(bench.producer.metrics()['record-error-total']).toBe(1)
    })

    test('an error that no answer explains ends the producer inside send: every record fails', async () => {
      const bench: ProducerBench = await crowdedBench(() => {
        const answer: Answer<MetadataResponse> = new Answer(() => {
          answer.fail(new TypeError('unexplained'))
          return true
        })
        return answer
      })
      const last = Promise.resolve(bench.producer.send({ topic: 't', value: 'v' }))
      await expect(last).rejects.toThrow('unexplained')
      expect(bench.producer.metrics()['record-error-total']).toBe(7)
      await expect(bench.producer.ready()).rejects.toThrow('unexplained')
    })
  })

  test('of those refused in one turn all have one error: to make one is what costs', async () => {
    const bench = new ProducerBench({ 'buffer.memory': 3000, 'engine.send.queue.records': 1 })
    const errorOfOne = (): Promise<unknown> => {
      const future = bench.producer.send({ topic: 't', value: 'v' })
      return Promise.resolve(future).catch((error: unknown) => error)
    }
    for (let i = 0; i < 7; i++) bench.producer.send({ topic: 't', value: 'v' }, () => {})
    const [one, other] = [errorOfOne(), errorOfOne()]
    await Promise.resolve()
    const later = errorOfOne()
    expect(await one).toMatchObject({ code: 'HIGHWATER_QUEUE_FULL' })
    expect(await other).toBe(await one)
    expect(await later).toMatchObject({ code: 'HIGHWATER_QUEUE_FULL' })
    expect(await later).not.toBe(await one)
  })

  test('an unknown topic holds up no other', async () => {
    const bench = await ProducerBench.start()
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 'missing', value: 'v' }, () => {})
    bench.producer.send({ topic: 't', value: 'v' })
    await bench.advance(20)
    expect(bench.values()).toEqual(['v'])
  })

  test('a topic that never comes fails its records after max.block.ms, with the reason', async () => {
    const bench = new ProducerBench({ 'max.block.ms': 300 }, 0)
    const error = bench.producer.send({ topic: 'missing', value: 'v' }).then(
      () => '',
      (reason: Error) => reason.message
    )
    await bench.advance(310)
    expect(await error).toMatch(/missing.*max\.block\.ms \(300\).*UNKNOWN_TOPIC_OR_PARTITION/)
    const asked = bench.channel.metadataCount
    await bench.advance(5000)
    expect(bench.channel.metadataCount).toBeLessThanOrEqual(asked + 1)
  })

  test('a new leader is asked for, and the batch goes there', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    const future = bench.producer.send({ topic: 't', value: 'v' })
    await bench.advance(1)
    bench.channel.broker.partition('t', 0).leaderId = 1
    bench.lane.answer(bench.lane.sent[0], 6)
    await bench.advance(5)
    // The leader changed, so there is no backoff.
    expect(bench.lane.openCount).toBe(2)
    bench.lane.answerAll()
    await settled()
    expect((await future).offset).toBe(0)
  })

  test('a leader that did not change is not opened again', async () => {
    const bench = await ProducerBench.start()
    const future = bench.producer.send({ topic: 't', value: 'v' })
    await bench.advance(6)
    bench.lane.answer(bench.lane.sent[0], 56)
    await bench.advance(200)
    bench.lane.answerAll()
    await settled()
    expect((await future).offset).toBe(0)
    expect(bench.lane.openCount).toBe(1)
  })
})

describe('a full buffer', () => {
  const SMALL = { 'batch.size': 1000, 'buffer.memory': 2048, 'max.block.ms': 500 }
  const value = 'x'.repeat(900)

  test('send waits 5 ms at most, then queues; the queue ends after max.block.ms', async () => {
    const bench = await ProducerBench.start(SMALL)
    const futures = [0, 1].map(() => bench.producer.send({ topic: 't', value }))
    const before = bench.clock.monotonic()
    const third = codeOf(bench.producer.send({ topic: 't', value }))
    expect(bench.clock.monotonic() - before).toBe(5)
    await bench.advance(490)
    bench.producer.send({ topic: 't', value }, () => {})
    const start = bench.clock.monotonic()
    expect(start - before).toBeLessThan(501)
    await bench.advance(10)
    expect(await third).toBe('HIGHWATER_BUFFER_EXHAUSTED')
    bench.lane.answerAll()
    await bench.advance(10)
    expect((await futures[0])?.offset).toBe(0)
  })

  test('the queue takes engine.send.queue.records and refuses the next at once, with the cure', async () => {
    const bench = await ProducerBench.start({ ...SMALL, 'engine.send.queue.records': 3 })
    for (let index = 0; index < 5; index++) bench.producer.send({ topic: 't', value }, () => {})
    const before = bench.clock.monotonic()
    const refused = bench.producer.send({ topic: 't', value }).then(
      () => '',
      (error: Error) => error.message
    )
    expect(bench.clock.monotonic()).toBe(before)
    expect(await refused).toContain('await producer.ready()')
  })

  test('a record whose wait ends with a callback that closes the producer is refused', async () => {
    const bench = await ProducerBench.start(SMALL)
    const closing: Promise<void>[] = []
    for (let index = 0; index < 2; index++) {
      bench.producer.send({ topic: 't', value }, () => closing.push(bench.producer.close()))
    }
    bench.lane.onBlock = () => bench.lane.answer(bench.lane.sent[0])
    const refused = codeOf(bench.producer.send({ topic: 't', value }))
    expect(closing).toHaveLength(1)
    bench.lane.isPrompt = true
    bench.lane.answerAll()
    await bench.advance(10)
    expect(await refused).toBe('HIGHWATER_CLOSED')
    await Promise.all(closing)
    expect(closing).toHaveLength(2)
  })

  test('without a queue a full buffer refuses at once, and ready still works', async () => {
    const bench = await ProducerBench.start({ ...SMALL, 'engine.send.queue.records': 0 })
    for (let index = 0; index < 2; index++) bench.producer.send({ topic: 't', value }, () => {})
    expect(await codeOf(bench.producer.send({ topic: 't', value }))).toBe('HIGHWATER_QUEUE_FULL')
    bench.lane.answerAll()
    expect(await codeOf(bench.producer.ready())).toBe('fulfilled')
  })

  test('queued records follow in order once there is room, and no slot is lost', async () => {
    const bench = await ProducerBench.start({ ...SMALL, 'max.block.ms': 60000 })
    const values = Array.from({ length: 30 }, (_, index) => `${index}`.padEnd(900, '.'))
    const futures = values.map(text => bench.producer.send({ topic: 't', value: text }))
    for (let turn = 0; turn < 40; turn++) {
      bench.lane.answerAll()
      await bench.advance(1)
    }
    const offsets = await Promise.all(futures.map(async future => (await future).offset))
    expect(offsets).toEqual(values.map((_, index) => index))
    expect(bench.values()).toEqual(values)
  })

  test('while memory is wanted no batch lingers', async () => {
    const bench = await ProducerBench.start({ ...SMALL, 'linger.ms': 400, 'max.block.ms': 60000 }, 3)
    bench.producer.send({ topic: 't', partition: 0, value: 'small' })
    bench.producer.send({ topic: 't', partition: 1, value: 'small' })
    bench.producer.send({ topic: 't', partition: 2, value: 'small' })
    expect(bench.lane.sent.map(({ partition }) => partition)).toEqual([0, 1])
    bench.lane.answerAll()
    await bench.advance(2)
    expect(bench.lane.sent).toHaveLength(0)
    await bench.advance(400)
    expect(bench.lane.sent.map(({ partition }) => partition)).toEqual([2])
  })

  test('ready waits for half of the memory, and no longer than max.block.ms', async () => {
    const bench = await ProducerBench.start(SMALL)
    for (let index = 0; index < 2; index++) bench.producer.send({ topic: 't', value }, () => {})
    const ready = codeOf(bench.producer.ready())
    await bench.advance(100)
    bench.lane.answer(bench.lane.sent[0])
    await bench.advance(2)
    expect(await ready).toBe('fulfilled')
    bench.producer.send({ topic: 't', value }, () => {})
    const late = codeOf(bench.producer.ready())
    await bench.advance(500)
    expect(await late).toBe('HIGHWATER_TIMEOUT')
  })
})

describe('flush and close', () => {
  test('flush sends without lingering and waits for what was sent before it', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': DAY_MS, 'delivery.timeout.ms': 2 * DAY_MS })
    bench.producer.send({ topic: 't', value: 'a' })
    const flushed = codeOf(bench.producer.flush())
    expect(bench.lane.sent).toHaveLength(1)
    bench.producer.send({ topic: 't', value: 'behind' }, () => {})
    bench.lane.answerAll()
    await bench.advance(2)
    expect(await flushed).toBe('fulfilled')
    await bench.advance(100)
    expect(bench.values()).toEqual(['a'])
  })

  test('flush waits for queued records too', async () => {
    const bench = new ProducerBench({}, 0)
    let isFlushed = false
    bench.producer.send({ topic: 't', value: 'a' })
    const flushed = bench.producer.flush().then(() => {
      isFlushed = true
    })
    await bench.advance(50)
    expect(isFlushed).toBe(false)
    bench.channel.broker.createTopic('t', 1)
    await bench.advance(300)
    bench.lane.answerAll()
    await bench.advance(2)
    await flushed
    expect(bench.values()).toEqual(['a'])
  })

  test('flush with nothing to send is done at once', async () => {
    const { producer } = await ProducerBench.start()
    expect(await codeOf(producer.flush())).toBe('fulfilled')
  })

  test('failures nobody hears of make flush reject, once', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    bench.producer.send({ topic: 't', value: 'nobody hears' })
    bench.producer.send({ topic: 't', value: 'awaited' }).catch(() => {})
    bench.producer.send({ topic: 't', value: 'callback' }, () => {})
    await bench.advance(1)
    bench.lane.answer(bench.lane.sent[0], 87)
    const flushed = bench.producer.flush().then(
      () => '',
      (error: Error) => error.message
    )
    await bench.advance(2)
    expect(await flushed).toMatch(/^1 records failed .*INVALID_RECORD/)
    expect(await codeOf(bench.producer.flush())).toBe('fulfilled')
  })

  test('a failure that flush reported, awaited late, hides no other from the next flush', async () => {
    const bench = await ProducerBench.start({ 'max.request.size': 100 })
    const large = { topic: 't', value: 'x'.repeat(200) }
    const reported = bench.producer.send(large)
    expect(await codeOf(bench.producer.flush())).toBe('HIGHWATER_UNDELIVERED')
    bench.producer.send(large)
    expect(await codeOf(reported)).toBe('HIGHWATER_RECORD_TOO_LARGE')
    expect(await codeOf(bench.producer.flush())).toBe('HIGHWATER_UNDELIVERED')
  })

  test('failures nobody hears of make close reject, and it has closed all the same', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    bench.producer.send({ topic: 't', value: 'nobody hears' })
    await bench.advance(1)
    bench.lane.answer(bench.lane.sent[0], 87)
    const closed = codeOf(bench.producer.close())
    await bench.advance(2)
    expect(await closed).toBe('HIGHWATER_UNDELIVERED')
    expect(bench.lane.isClosed).toBe(true)
    expect(() => bench.producer.send({ topic: 't', value: 'late' })).toThrow('closed')
  })

  test('failures nobody hears of are said once as a warning', async () => {
    const warnings: string[] = []
    const onWarning = (warning: Error): void => {
      warnings.push(warning.message)
    }
    process.on('warning', onWarning)
    try {
      const bench = await ProducerBench.start({ 'max.request.size': 100 })
      bench.producer.send({ topic: 't', value: 'x'.repeat(200) }).catch(() => {})
      await bench.advance(1)
      expect(warnings).toEqual([])
      for (let index = 0; index < 3; index++) {
        bench.producer.send({ topic: 't', value: 'x'.repeat(200) })
        await bench.advance(1)
      }
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain('max.request.size')
    } finally {
      process.removeListener('warning', onWarning)
    }
  })

  test('close sends the rest, closes the lane, and leaves a channel that is not its own open', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': DAY_MS, 'delivery.timeout.ms': 2 * DAY_MS })
    bench.producer.send({ topic: 't', value: 'a' })
    const closed = bench.producer.close()
    bench.lane.answerAll()
    await bench.advance(2)
    await closed
    expect(bench.values()).toEqual(['a'])
    expect(bench.lane.isClosed).toBe(true)
    expect(bench.channel.isClosed).toBe(false)
    expect(bench.clock.timerCount).toBe(0)
    expect(() => bench.producer.send({ topic: 't', value: 'late' })).toThrow('closed')
  })

  test('close with a timeout fails what is left', async () => {
    const bench = await ProducerBench.start()
    const futures = ['in flight', 'queued'].map(value => codeOf(bench.producer.send({ topic: 't', value })))
    const closed = codeOf(bench.producer.close({ timeoutMs: 50 }))
    await bench.advance(60)
    expect(await Promise.all(futures)).toEqual(['HIGHWATER_CLOSED', 'HIGHWATER_CLOSED'])
    expect(await closed).toBe('fulfilled')
    expect(() => bench.producer.send({ topic: 't', value: 'late' })).toThrow('closed')
    expect(await codeOf(bench.producer.ready())).toBe('HIGHWATER_CLOSED')
  })

  test('a producer that was stopped rejects records until it is closed, and then throws', async () => {
    const failure = new HighwaterError('HIGHWATER_THREAD_ENDED', 'The broker has ended.')
    const producer = new Producer({ connect: () => Promise.reject(failure) })
    expect(await codeOf(producer.ready())).toBe('HIGHWATER_THREAD_ENDED')
    expect(await codeOf(producer.send({ topic: 't', value: 'v' }))).toBe('HIGHWATER_THREAD_ENDED')
    await producer.close()
    expect(() => producer.send({ topic: 't', value: 'late' })).toThrow('closed')
  })

  test('a channel that was opened for the producer is closed with it', async () => {
    const channel = new MemoryChannel()
    channel.broker.createTopic('t', 1)
    const producer = new Producer({ connect: async () => channel })
    await producer.ready()
    await producer.close()
    expect(channel.isClosed).toBe(true)
  })
})

describe('what ends a producer', () => {
  test('a cluster that cannot be reached fails every record and call', async () => {
    const failure = new HighwaterError('HIGHWATER_THREAD_ENDED', 'The broker has ended.')
    const producer = new Producer({ connect: () => Promise.reject(failure) })
    const early = codeOf(producer.send({ topic: 't', value: 'v' }))
    expect(await codeOf(producer.ready())).toBe('HIGHWATER_THREAD_ENDED')
    expect(await early).toBe('HIGHWATER_THREAD_ENDED')
    expect(await codeOf(producer.send({ topic: 't', value: 'v' }))).toBe('HIGHWATER_THREAD_ENDED')
    await producer.close()
  })

  test('a producer id that is refused for now is asked for again', async () => {
    const bench = new ProducerBench()
    bench.channel.identityRefusals.push(7, 7)
    const ready = codeOf(bench.producer.ready())
    await bench.advance(50)
    expect(bench.channel.identityRefusals).toHaveLength(1)
    await bench.advance(500)
    expect(await ready).toBe('fulfilled')
  })

  test('a producer id that is refused for good ends it', async () => {
    const bench = new ProducerBench()
    bench.channel.identityRefusals.push(87)
    expect(await codeOf(bench.producer.ready())).toBe('INVALID_RECORD')
  })
})

describe('callbacks', () => {
  test('each is called once, with metadata or an error', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    const heard: [string | null, number | null][] = []
    for (const value of ['a', 'b']) {
      bench.producer.send({ topic: 't', value }, (error, metadata) =>
        heard.push([error === null ? null : 'error', metadata?.offset ?? null])
      )
    }
    await bench.advance(1)
    bench.lane.answerAll()
    await bench.advance(2)
    expect(heard).toEqual([
      [null, 0],
      [null, 1]
    ])
  })

  test('one that sends until memory is full does not stop the others', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0, 'batch.size': 1000, 'buffer.memory': 2048 })
    const heard: string[] = []
    const sendMore = (name: string): void => {
      bench.producer.send({ topic: 't', value: name.padEnd(900, '.') }, () => {
        heard.push(name)
        if (name.length < 4) for (const next of ['x', 'y']) sendMore(name + next)
      })
    }
    sendMore('a')
    for (let turn = 0; turn < 60; turn++) {
      await bench.advance(1)
      bench.lane.answerAll()
    }
    expect(heard).toHaveLength(1 + 2 + 4 + 8)
    expect(bench.values()).toHaveLength(15)
  })
})

test('a producer that is left alone holds no timer', async () => {
  const bench = await ProducerBench.start()
  bench.lane.isPrompt = true
  await Promise.all([bench.producer.send({ topic: 't', value: 'a' }), bench.advance(20)])
  await bench.advance(10)
  expect(bench.clock.timerCount).toBe(0)
})

describe('a producer whose way to the brokers has ended holds no timer', () => {
  const failure = new HighwaterError('HIGHWATER_THREAD_ENDED', 'The broker has ended.')
  const lost = (): Promise<never> => Promise.reject(failure)

  test('where records were in flight and others waited for their topic', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    const inFlight = codeOf(bench.producer.send({ topic: 't', value: 'v' }))
    const waiting = codeOf(bench.producer.send({ topic: 'unknown', value: 'v' }))
    await bench.advance(1)
    bench.lane.wait = lost
    bench.channel.metadata = lost
    await advanceSlowly(bench.clock, 2000, 50)
    expect(await inFlight).toBe('HIGHWATER_THREAD_ENDED')
    expect(await waiting).toBe('HIGHWATER_THREAD_ENDED')
    expect(bench.clock.timerCount).toBe(0)
    expect(await codeOf(bench.producer.send({ topic: 't', value: 'v' }))).toBe('HIGHWATER_THREAD_ENDED')
    // The turn of a refusal ends with a look at who has heard of it.
    await bench.advance(1)
    expect(bench.clock.timerCount).toBe(0)
  })

  test('where it never had one', async () => {
    const clock = new ManualClock()
    const producer = new Producer({ connect: lost }, {}, { clock })
    expect(await codeOf(producer.send({ topic: 't', value: 'v' }))).toBe('HIGHWATER_THREAD_ENDED')
    await advanceSlowly(clock, 1)
    expect(clock.timerCount).toBe(0)
  })
})

test.each([undefined, 5, null, {}])('a topic that is no string is refused at once: %s', topic => {
  const { producer } = new ProducerBench()
  const call = (): unknown => Reflect.apply(producer.send, producer, [{ topic, value: 'v' }])
  expect(call).toThrow(/topic of a record must be a string/)
  producer.send({ topic: 't', value: 'v' }, () => {})
  expect(call).toThrow(/topic of a record must be a string/)
})

test.each(['', '..', 'a b', 'x'.repeat(300)])(
  'no topic has the name %j, and it is refused at once',
  topic => {
    const { producer } = new ProducerBench()
    expect(() => producer.send({ topic, value: 'v' })).toThrow(
      expect.objectContaining({ code: 'INVALID_TOPIC_EXCEPTION' })
    )
  }
)

test.each([5, {}, 'f'])('a callback that is no function is refused at once: %s', wrong => {
  const { producer } = new ProducerBench()
  const call = (callback: unknown): unknown =>
    Reflect.apply(producer.send, producer, [{ topic: 't', value: 'v' }, callback])
  expect(() => call(wrong)).toThrow(/callback of a record must be a function/)
  expect(() => call(undefined)).not.toThrow()
  expect(() => call(null)).not.toThrow()
})
