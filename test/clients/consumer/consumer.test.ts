import { describe, expect, test } from 'vitest'
import { Consumer } from '../../../src/clients/consumer/consumer.ts'
import type { RecordCursor } from '../../../src/wire/record/record-batch-iterator.ts'
import { advanceSlowly, ManualClock, settled } from '../../support/manual-clock.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'
import { append, appendHuge, codeOf, EARLIEST, FIRST, open, range, SECOND, valuesOf } from './rig.ts'

describe('where reading starts', () => {
  test('earliest, latest, and an error with none', async () => {
    for (const [reset, expected] of [
      ['earliest', 0],
      ['latest', 3]
    ] as const) {
      const { consumer, log } = open({ 'auto.offset.reset': reset })
      append(log(), ['a', 'b', 'c'])
      consumer.assign([FIRST])
      expect(await consumer.position(FIRST)).toBe(expected)
    }
    const { consumer } = open({ 'auto.offset.reset': 'none' })
    consumer.assign([FIRST])
    expect(await codeOf(consumer.poll(0))).toBe('HIGHWATER_NO_OFFSET')
  })

  test('seek goes to an offset inside a batch', async () => {
    const { consumer, log } = open()
    append(log(), range(0, 5))
    append(log(), range(5, 10))
    consumer.assign([FIRST])
    consumer.seek(FIRST, 3)
    expect(valuesOf(await consumer.poll(0))).toEqual(range(3, 10))
    consumer.seek(FIRST, 7)
    expect(valuesOf(await consumer.poll(0))).toEqual(range(7, 10))
    expect(await consumer.position(FIRST)).toBe(10)
  })

  test('a position outside the log is reset as auto.offset.reset says', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 5))
    log().logStartOffset = 2
    consumer.assign([FIRST])
    consumer.seek(FIRST, 99)
    expect(valuesOf(await consumer.poll(10))).toEqual(range(2, 5))

    const strict = open({ 'auto.offset.reset': 'none' })
    strict.consumer.assign([FIRST])
    strict.consumer.seek(FIRST, 99)
    expect(await codeOf(strict.consumer.poll(0))).toBe('OFFSET_OUT_OF_RANGE')
  })

  test('offsets are asked for by end, beginning and time', async () => {
    const { consumer, log } = open()
    append(log(), ['a', 'b'], 1000)
    append(log(), ['c'], 2000)
    log().logStartOffset = 1
    expect(await consumer.endOffset(FIRST)).toBe(3)
    expect(await consumer.beginningOffset(FIRST)).toBe(1)
    expect(await consumer.offsetForTime(FIRST, 1500)).toBe(2)
    expect(await consumer.offsetForTime(FIRST, 9999)).toBeNull()
  })

  test.each([-1, 1.5, Number.NaN, 1e30, 'x'])('a time that is none is refused: %s', async time => {
    const { consumer } = open()
    consumer.assign([FIRST])
    const wrong = expect.objectContaining({
      code: 'HIGHWATER_CONFIG',
      message: expect.stringMatching(/^A time must be/)
    })
    expect(() => Reflect.apply(consumer.seekToTime, consumer, [time])).toThrow(wrong)
    await expect(Reflect.apply(consumer.offsetForTime, consumer, [FIRST, time])).rejects.toEqual(wrong)
  })

  test('offsets of an unknown topic are asked for until default.api.timeout.ms is over', async () => {
    const { consumer, clock } = open({ 'default.api.timeout.ms': 250 })
    const missing = { topic: 'missing', partition: 0 }
    const asking = codeOf(consumer.endOffset(missing))
    await advanceSlowly(clock, 240, 10)
    expect(clock.timerCount).toBe(1)
    await advanceSlowly(clock, 20, 10)
    expect(await asking).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('a partition that stays assigned keeps its position', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), ['a', 'b'])
    consumer.assign([FIRST])
    await consumer.poll(0)
    consumer.assign([SECOND, FIRST])
    expect(await consumer.position(FIRST)).toBe(2)
    expect(await consumer.position(SECOND)).toBe(0)
  })
})

describe('poll', () => {
  test('records have everything they were sent with', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), ['a'], 1234)
    consumer.assign([FIRST])
    const [record] = await consumer.poll(0)
    expect(record).toMatchObject({ topic: 't', partition: 0, offset: 0, timestamp: 1234 })
    expect(record?.keyString()).toBe('k-a')
    expect(Buffer.from(record?.key ?? []).toString()).toBe('k-a')
    expect(Buffer.from(record?.value ?? []).toString()).toBe('a')
    const headers = record?.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()])
    expect(headers).toEqual([['h', 'a']])
  })

  test('records may be kept: later fetches do not change them', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 3))
    consumer.assign([FIRST])
    const kept = await consumer.poll(0)
    append(log(), range(3, 6))
    await consumer.poll(0)
    expect(valuesOf(kept)).toEqual(range(0, 3))
  })

  test('at most max.poll.records come, and the rest without another fetch', async () => {
    const { consumer, channel, log } = open({ ...EARLIEST, 'max.poll.records': 4 })
    append(log(), range(0, 6))
    append(log(), range(6, 10))
    consumer.assign([FIRST])
    const polls = [await consumer.poll(0), await consumer.poll(0), await consumer.poll(0)]
    expect(polls.map(valuesOf)).toEqual([range(0, 4), range(4, 8), range(8, 10)])
    expect(channel.fetchLane.fetchCount).toBe(1)
    expect(await consumer.position(FIRST)).toBe(10)
  })

  test('a batch that does not fit into the fetch is read with the next', async () => {
    const { consumer, log } = open({ ...EARLIEST, 'max.partition.fetch.bytes': 200 })
    for (let at = 0; at < 10; at++) append(log(), [`${at}`.repeat(60)])
    consumer.assign([FIRST])
    const all: (string | null)[] = []
    for (let poll = 0; poll < 10; poll++) all.push(...valuesOf(await consumer.poll(0)))
    expect(all).toEqual(range(0, 10).map(value => value.repeat(60)))
  })

  test('a batch larger than the limit still comes whole', async () => {
    const { consumer, log } = open({ ...EARLIEST, 'max.partition.fetch.bytes': 10, 'fetch.max.bytes': 10 })
    append(log(), ['x'.repeat(500)])
    consumer.assign([FIRST])
    expect(valuesOf(await consumer.poll(0))).toEqual(['x'.repeat(500)])
  })

  test('partitions take turns, so that a full one does not shut out the others', async () => {
    const { consumer, log } = open({ ...EARLIEST, 'max.poll.records': 3 })
    for (const index of [0, 1]) append(log(index), range(0, 30))
    consumer.assign([FIRST, SECOND])
    const seen = new Set<number>()
    for (let poll = 0; poll < 2; poll++) {
      for (const { partition } of await consumer.poll(0)) seen.add(partition)
    }
    expect([...seen].sort()).toEqual([0, 1])
  })

  test('without records it waits, and ends early when some come', async () => {
    const { consumer, clock, log } = open(EARLIEST)
    consumer.assign([FIRST, SECOND])
    const polling = consumer.poll(1000)
    await advanceSlowly(clock, 20)
    append(log(1), ['late'])
    await advanceSlowly(clock, 5)
    expect(valuesOf(await polling)).toEqual(['late'])
    expect(clock.monotonic()).toBeLessThan(30)
    const startedAt = clock.monotonic()
    const empty = consumer.poll(50).then(records => ({ records, tookMs: clock.monotonic() - startedAt }))
    await advanceSlowly(clock, 60)
    const { records, tookMs } = await empty
    expect(records).toEqual([])
    expect(tookMs).toBeGreaterThanOrEqual(50)
    expect(tookMs).toBeLessThan(55)
  })

  test('waits of partitions without records do not pile up', async () => {
    const { consumer, clock, log } = open(EARLIEST)
    consumer.assign([FIRST, SECOND])
    for (let at = 0; at < 20; at++) {
      const polling = consumer.poll(1000)
      await advanceSlowly(clock, 3)
      append(log(0), [String(at)])
      await advanceSlowly(clock, 3)
      expect(await polling).toHaveLength(1)
    }
    expect(clock.timerCount).toBeLessThanOrEqual(2)
  })

  test('answers that come later than at once are read the same', async () => {
    const { consumer, channel, log } = open(EARLIEST)
    append(log(), range(0, 3))
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    channel.fetchLane.isRemote = true
    expect(valuesOf(await consumer.poll(0))).toEqual(range(0, 3))
  })

  test('a damaged batch is refused, and those before it are given', async () => {
    const { consumer, channel, log } = open(EARLIEST)
    append(log(), ['good'])
    const goodBytes = log().batches[0]?.bytes.length ?? 0
    append(log(), ['bad'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    channel.fetchLane.onBytes = bytes => {
      const at = bytes.length > goodBytes ? goodBytes + 70 : 70
      bytes[at] = 0xff ^ (bytes[at] ?? 0)
    }
    expect(valuesOf(await consumer.poll(0))).toEqual(['good'])
    expect(await codeOf(consumer.poll(0))).toBe('CORRUPT_MESSAGE')
    expect(await consumer.position(FIRST)).toBe(1)
    channel.fetchLane.onBytes = () => {}
    expect(valuesOf(await consumer.poll(0))).toEqual(['bad'])
  })

  test.each([
    ['the defaults', {}, 2 ** 28],
    ['a fetch.max.bytes without a limit', { 'fetch.max.bytes': 2 ** 31 - 1 }, 2 ** 28],
    ['partitions fetched 40 MiB at once', { 'max.partition.fetch.bytes': 40 * 2 ** 20 }, 320 * 2 ** 20],
    ['partitions fetched without a limit', { 'max.partition.fetch.bytes': 2 ** 31 - 1 }, 2 ** 30]
  ])('with %s a batch unfolds to so much and no further', async (_what, config, bytesMax) => {
    const { consumer, log } = open({ ...EARLIEST, ...config })
    appendHuge(log(), bytesMax + 1)
    consumer.assign([FIRST])
    const refusal = `grows beyond the permitted ${bytesMax} bytes`
    await expect(consumer.poll(0)).rejects.toThrow(refusal)
    await expect(consumer.forEach(() => {})).rejects.toThrow(refusal)
  })

  test('with check.crcs false the checksum is not looked at', async () => {
    const { consumer, channel, log } = open({ ...EARLIEST, 'check.crcs': false })
    append(log(), ['value'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    channel.fetchLane.onBytes = bytes => bytes.fill(0, 17, 21)
    expect(valuesOf(await consumer.poll(0))).toEqual(['value'])
  })

  test('a partition whose leader moved is opened again', async () => {
    const { consumer, channel, clock, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    expect(channel.fetchLane.openCount).toBe(1)
    channel.fetchLane.refusals.push(6)
    const polling = consumer.poll(100)
    await advanceSlowly(clock, 5)
    expect(valuesOf(await polling)).toEqual(['a'])
    expect(channel.fetchLane.openCount).toBe(2)
  })

  test('an unknown topic is asked for until the time is up, and then named', async () => {
    const { consumer, clock } = open(EARLIEST)
    consumer.assign([{ topic: 'missing', partition: 0 }])
    const polling = codeOf(consumer.poll(250))
    await advanceSlowly(clock, 260, 10)
    expect(await polling).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})

describe('forEach', () => {
  test('every record is shown in place, with its partition', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(0), range(0, 3))
    append(log(1), ['other'])
    consumer.assign([FIRST, SECOND])
    const seen: string[] = []
    const count = await consumer.forEach((record, { partition }) => {
      seen.push(`${partition}:${record.offset}:${record.valueString()}`)
    })
    expect(count).toBe(4)
    expect(seen).toEqual(['0:0:0', '0:1:1', '0:2:2', '1:0:other'])
    expect(await consumer.forEach(() => {})).toBe(0)
  })

  test('a record used after the call throws', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    const kept: RecordCursor[] = []
    await consumer.forEach(record => {
      kept.push(record)
    })
    const use = Promise.resolve().then(() => kept[0]?.value())
    expect(await codeOf(use)).toBe('HIGHWATER_CURSOR_EXPIRED')
  })

  test('a handler that throws gets the same record again', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 4))
    consumer.assign([FIRST])
    const kept: RecordCursor[] = []
    const failing = consumer.forEach(record => {
      kept.push(record)
      if (record.offset === 2) throw new Error('not this one')
    })
    await expect(failing).rejects.toThrow('not this one')
    expect(await codeOf(Promise.resolve().then(() => kept[0]?.value()))).toBe('HIGHWATER_CURSOR_EXPIRED')
    expect(await consumer.position(FIRST)).toBe(2)
    const seen: number[] = []
    await consumer.forEach(record => {
      seen.push(record.offset)
    })
    expect(seen).toEqual([2, 3])
  })

  test('it waits for records, also by blocking the thread', async () => {
    const { consumer, clock, log } = open(EARLIEST)
    consumer.assign([FIRST])
    const waiting = consumer.forEach(() => {}, { timeoutMs: 100 })
    await advanceSlowly(clock, 10)
    append(log(), ['a'])
    await advanceSlowly(clock, 5)
    expect(await waiting).toBe(1)
    const before = clock.monotonic()
    expect(await consumer.forEach(() => {}, { timeoutMs: 50, blocking: true })).toBe(0)
    expect(clock.monotonic() - before).toBe(50)
  })

  test('what poll had fetched and not given is neither skipped nor given twice', async () => {
    const { consumer, log } = open({ ...EARLIEST, 'max.poll.records': 2 })
    append(log(), range(0, 5))
    consumer.assign([FIRST])
    await consumer.poll(0)
    const seen: number[] = []
    await consumer.forEach(record => {
      seen.push(record.offset)
    })
    expect(seen).toEqual([2, 3, 4])
    expect(await consumer.poll(0)).toEqual([])
  })

  test('a damaged batch is refused', async () => {
    const { consumer, channel, log } = open(EARLIEST)
    append(log(), ['value'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    channel.fetchLane.onBytes = bytes => bytes.fill(0, 17, 21)
    expect(await codeOf(consumer.forEach(() => {}))).toBe('CORRUPT_MESSAGE')
  })
})

describe('life', () => {
  test('calls inside calls are refused', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    await expect(
      consumer.forEach(() => {
        consumer.seek(FIRST, 0)
      })
    ).rejects.toThrow('seek must wait')
  })

  test('a partition that is not assigned has no position', async () => {
    const { consumer } = open()
    await expect(consumer.position(FIRST)).rejects.toThrow('assigned')
  })

  test('after close nothing is read, and its own channel is closed', async () => {
    const channel = new MemoryChannel()
    channel.broker.createTopic('t', 1)
    const consumer = new Consumer({ connect: async () => channel }, EARLIEST)
    consumer.assign([FIRST])
    await consumer.poll(0)
    await consumer.close()
    await settled()
    expect(channel.isClosed).toBe(true)
    expect(channel.fetchLane.isClosed).toBe(true)
    expect(await codeOf(consumer.poll(0))).toBe('HIGHWATER_CLOSED')
  })
})

test.each([Number.NaN, -1, undefined, '50'])(
  'a timeout of %s is refused, not waited for',
  async timeoutMs => {
    const consumer = new Consumer(new MemoryChannel(new ManualClock()))
    await expect(consumer.poll(timeoutMs as number)).rejects.toMatchObject({ code: 'HIGHWATER_CONFIG' })
    await expect(consumer.forEach(() => {}, { timeoutMs: Number.NaN })).rejects.toMatchObject({
      code: 'HIGHWATER_CONFIG'
    })
  }
)
