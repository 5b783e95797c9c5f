/** What is fetched when, and what its answers make a consumer do. */
import { describe, expect, test } from 'vitest'
import { advanceSlowly, settled } from '../../support/manual-clock.ts'
import { append, codeOf, EARLIEST, FIRST, listenForWarnings, open, range, SECOND, valuesOf } from './rig.ts'

describe('fetch.min.bytes', () => {
  const MIN = { ...EARLIEST, 'fetch.min.bytes': 300 }

  test('fewer bytes are given once fetch.max.wait.ms is over', async () => {
    const { consumer, clock, log } = open(MIN)
    append(log(), ['few'])
    consumer.assign([FIRST])
    const polling = consumer.poll(10_000)
    await settled()
    await advanceSlowly(clock, 499)
    expect(consumer.metrics()['records-consumed-total']).toBe(0)
    await advanceSlowly(clock, 1)
    expect(valuesOf(await polling)).toEqual(['few'])
    expect(clock.monotonic()).toBe(500)
  })

  test('where the lane takes any byte for many, the bytes are counted', async () => {
    for (const blocking of [true, false]) {
      const { consumer, channel, clock, log } = open(MIN)
      append(log(), ['few'])
      consumer.assign([FIRST])
      await consumer.position(FIRST)
      const { fetchLane } = channel
      fetchLane.wait = async () => {}
      const waitBlocking = fetchLane.waitBlocking.bind(fetchLane)
      fetchLane.waitBlocking = (places, ...rest) => waitBlocking(places.length === 0 ? places : [], ...rest)
      const reading = consumer.forEach(() => {}, { timeoutMs: 10_000, blocking })
      await settled()
      if (!blocking) await advanceSlowly(clock, 500)
      expect(await reading).toBe(1)
      expect(clock.monotonic()).toBe(500)
    }
  })

  test('at the end of the log nobody looks, everybody waits', async () => {
    const { consumer, channel, clock, log } = open({ 'fetch.min.bytes': 300 })
    append(log(), ['old'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    const polling = consumer.poll(5000)
    await advanceSlowly(clock, 4000, 10)
    expect(channel.fetchLane.fetchCount).toBeLessThan(20)
    append(log(), range(0, 40))
    await advanceSlowly(clock, 2)
    expect((await polling).length).toBe(40)
  })

  test('enough of several partitions together end the wait', async () => {
    const { consumer, clock, log } = open(MIN)
    append(log(0), ['x'.repeat(60)])
    consumer.assign([FIRST, SECOND])
    const polling = consumer.poll(10_000)
    await advanceSlowly(clock, 50)
    append(log(1), ['y'.repeat(60)])
    await advanceSlowly(clock, 2)
    expect((await polling).length).toBe(2)
    expect(clock.monotonic()).toBeLessThan(60)
  })

  test('the wait goes on over polls that are shorter', async () => {
    const { consumer, clock, log } = open(MIN)
    append(log(), ['few'])
    consumer.assign([FIRST])
    const given: number[] = []
    for (let poll = 0; poll < 6; poll++) {
      const polling = consumer.poll(100)
      await settled()
      await advanceSlowly(clock, 100)
      given.push((await polling).length)
    }
    expect(given).toEqual([0, 0, 0, 0, 1, 0])
  })

  test('a poll that does not wait gives what is enough, and nothing of less', async () => {
    const { consumer, log } = open(MIN)
    append(log(), ['few'])
    consumer.assign([FIRST])
    expect(await consumer.poll(0)).toEqual([])
    append(log(), ['x'.repeat(100)])
    expect((await consumer.poll(0)).length).toBe(2)
  })

  test('what is fetched already is given at once', async () => {
    const { consumer, log } = open({ ...MIN, 'max.poll.records': 3 })
    append(log(), range(0, 20))
    consumer.assign([FIRST])
    const polls = [await consumer.poll(0), await consumer.poll(0)]
    expect(polls.map(valuesOf)).toEqual([range(0, 3), range(3, 6)])
  })

  test('a blocking forEach waits for as much', async () => {
    const { consumer, clock, log } = open(MIN)
    append(log(), ['few'])
    consumer.assign([FIRST])
    expect(await consumer.forEach(() => {}, { timeoutMs: 200, blocking: true })).toBe(0)
    expect(await consumer.forEach(() => {}, { timeoutMs: 1000, blocking: true })).toBe(1)
    expect(clock.monotonic()).toBe(500)
  })

  test('without a time to wait whatever is there is given', async () => {
    const { consumer, clock, log } = open({ ...MIN, 'fetch.max.wait.ms': 0 })
    consumer.assign([FIRST])
    const polling = consumer.poll(1000)
    await advanceSlowly(clock, 100)
    append(log(), ['few'])
    await advanceSlowly(clock, 5)
    expect(valuesOf(await polling)).toEqual(['few'])
  })
})

describe('a batch above max.partition.fetch.bytes', () => {
  const SMALL = { ...EARLIEST, 'max.partition.fetch.bytes': 300 }

  test('is given whole, and told once', async () => {
    const warnings = listenForWarnings('HIGHWATER_OVERSIZED_BATCH')
    const { consumer, log } = open(SMALL)
    append(log(), ['small'])
    for (const letter of ['a', 'b']) append(log(), [letter.repeat(500)])
    consumer.assign([FIRST])
    const lengths: number[] = []
    for (let poll = 0; poll < 3; poll++) {
      for (const { serializedValueSize } of await consumer.poll(0)) lengths.push(serializedValueSize)
    }
    await settled()
    warnings.stop()
    expect(lengths).toEqual([5, 500, 500])
    expect(warnings.texts).toHaveLength(1)
    expect(warnings.texts[0]).toMatch(/^The batch at offset 1 of t-0 has \d+ bytes, more than .*given whole/)
  })

  test('stalls its partition with engine.legacy.fetch, and no other; a seek behind it goes on', async () => {
    const warnings = listenForWarnings('HIGHWATER_OVERSIZED_BATCH')
    const { consumer, channel, clock, log } = open({ ...SMALL, 'engine.legacy.fetch': true })
    append(log(0), ['small'])
    append(log(0), ['a'.repeat(500)])
    append(log(0), ['behind'])
    consumer.assign([FIRST, SECOND])
    expect(valuesOf(await consumer.poll(0))).toEqual(['small'])
    const polling = consumer.poll(1000)
    await advanceSlowly(clock, 1000, 10)
    expect(await polling).toEqual([])
    expect(channel.fetchLane.fetchCount).toBeLessThan(12)
    expect(await consumer.position(FIRST)).toBe(1)
    expect(consumer.lag(FIRST)).toBe(2)
    append(log(1), ['other'])
    expect(valuesOf(await consumer.poll(0))).toEqual(['other'])
    consumer.seek(FIRST, 2)
    expect(valuesOf(await consumer.poll(0))).toEqual(['behind'])
    await settled()
    warnings.stop()
    expect(warnings.texts).toHaveLength(1)
    expect(warnings.texts[0]).toContain('never given, and the partition stalls')
  })
})

describe('what goes wrong', () => {
  test('a range that the log has lost is an error, whatever auto.offset.reset says', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 5))
    append(log(), range(5, 10))
    log().logStartOffset = 5
    consumer.assign([{ ...FIRST, from: 2, to: 8 }])
    const error: unknown = await consumer.poll(0).catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      message: expect.stringContaining('fetching t-0 at 2; the log has 5 to 10')
    })
  })

  test('a partition that cannot be opened does not hold up another', async () => {
    const { consumer, clock, log } = open(EARLIEST)
    const missing = { topic: 'missing', partition: 0 }
    consumer.assign([missing, FIRST])
    append(log(), ['a'])
    expect(valuesOf(await consumer.poll(1000))).toEqual(['a'])
    const polling = consumer.poll(1000)
    await advanceSlowly(clock, 500, 10)
    append(log(), ['b'])
    await advanceSlowly(clock, 10)
    expect(valuesOf(await polling)).toEqual(['b'])
    const empty = codeOf(consumer.poll(100))
    await advanceSlowly(clock, 110, 10)
    expect(await empty).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('it is asked for again after pauses that double up to retry.backoff.max.ms', async () => {
    const { consumer, channel, clock } = open({ 'retry.backoff.ms': 100, 'retry.backoff.max.ms': 400 })
    consumer.assign([FIRST])
    const asked: number[] = []
    channel.listOffsets = async () => {
      asked.push(clock.monotonic())
      return { errorCode: 6, offset: -1, timestamp: -1 }
    }
    const polling = codeOf(consumer.poll(3000))
    await advanceSlowly(clock, 3000, 5)
    expect(await polling).toBe('NOT_LEADER_OR_FOLLOWER')
    const pauses = asked.slice(1, 6).map((at, index) => at - (asked[index] ?? 0))
    // Each within a fifth of its time, but for the step of the clock and the limit.
    for (const [index, wanted] of [100, 200, 400, 400, 400].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(wanted * 0.8)
      expect(pauses[index]).toBeLessThanOrEqual(Math.min(wanted * 1.2, 400) + 5)
    }
  })

  test('calls that find records elsewhere do not ask for it before its time', async () => {
    const { consumer, channel, log } = open(EARLIEST)
    const asked: number[] = []
    const listOffsets = channel.listOffsets.bind(channel)
    channel.listOffsets = async request => {
      asked.push(request.partition)
      return request.partition === 0
        ? { errorCode: 6, offset: -1, timestamp: -1 }
        : await listOffsets(request)
    }
    consumer.assign([FIRST, SECOND])
    for (const value of range(0, 20)) {
      append(log(1), [value])
      expect(valuesOf(await consumer.poll(0))).toEqual([value])
    }
    expect(asked).toEqual([0, 1])
  })

  test('a leader that is gone for longer is not asked without pause', async () => {
    const { consumer, channel, clock, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    channel.fetchLane.refusals.push(...range(0, 5).map(() => 6))
    const polling = consumer.poll(5000)
    await advanceSlowly(clock, 90, 10)
    expect(channel.fetchLane.fetchCount).toBeLessThanOrEqual(3)
    await advanceSlowly(clock, 4000, 10)
    expect(valuesOf(await polling)).toEqual(['a'])
  })
})

describe('waits', () => {
  test('one that was left goes on for the next call, and there is never a second', async () => {
    const { consumer, channel, clock, log } = open(EARLIEST)
    consumer.assign([FIRST])
    let waits = 0
    await consumer.position(FIRST)
    const wait = channel.fetchLane.wait.bind(channel.fetchLane)
    channel.fetchLane.wait = async (...place) => {
      waits += 1
      expect(waits).toBe(1)
      await wait(...place)
      waits -= 1
    }
    const first = codeOf(consumer.poll(1000))
    await settled()
    consumer.wakeup()
    expect(await first).toBe('HIGHWATER_WAKEUP')
    const second = consumer.poll(1000)
    await advanceSlowly(clock, 10)
    append(log(), ['a'])
    await advanceSlowly(clock, 2)
    expect(valuesOf(await second)).toEqual(['a'])
    // One that stands elsewhere now has to look for itself until the old wait is over.
    const third = codeOf(consumer.poll(1000))
    await settled()
    consumer.wakeup()
    expect(await third).toBe('HIGHWATER_WAKEUP')
    consumer.assign([SECOND])
    const fourth = consumer.poll(1000)
    await advanceSlowly(clock, 20)
    append(log(1), ['b'])
    await advanceSlowly(clock, 3)
    expect(valuesOf(await fourth)).toEqual(['b'])
  })
})
