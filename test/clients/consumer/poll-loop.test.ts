/** What a consumer does between calls: pauses, wake-ups, ranges that end, and its place in an event loop. */
import { describe, expect, test } from 'vitest'
import { advanceSlowly, settled } from '../../support/manual-clock.ts'
import { append, codeOf, EARLIEST, FIRST, open, range, SECOND, valuesOf } from './rig.ts'

describe('wakeup', () => {
  test('ends the poll that waits, and loses nothing', async () => {
    const { consumer, clock, log } = open(EARLIEST)
    consumer.assign([FIRST])
    const polling = codeOf(consumer.poll(10_000))
    await advanceSlowly(clock, 10)
    consumer.wakeup()
    expect(await polling).toBe('HIGHWATER_WAKEUP')
    append(log(), ['a'])
    expect(valuesOf(await consumer.poll(0))).toEqual(['a'])
  })

  test('with nobody waiting it ends the next call', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    consumer.wakeup()
    expect(await codeOf(consumer.forEach(() => {}))).toBe('HIGHWATER_WAKEUP')
    expect(await consumer.forEach(() => {})).toBe(1)
  })

  test('ends a position that is asked for in vain', async () => {
    const { consumer, clock } = open(EARLIEST)
    const missing = { topic: 'missing', partition: 0 }
    consumer.assign([missing])
    const asking = codeOf(consumer.position(missing))
    await advanceSlowly(clock, 50)
    consumer.wakeup()
    expect(await asking).toBe('HIGHWATER_WAKEUP')
  })
})

describe('pause', () => {
  test('a paused partition is left out until it is resumed, and what was fetched of it is kept', async () => {
    const { consumer, channel, log } = open({ ...EARLIEST, 'max.poll.records': 2 })
    for (const index of [0, 1]) append(log(index), range(0, 4))
    consumer.assign([FIRST, SECOND])
    expect(await consumer.poll(0)).toMatchObject([{ partition: 0 }, { partition: 0 }])
    consumer.pause([FIRST])
    expect(consumer.paused()).toEqual([FIRST])
    const others = [...(await consumer.poll(0)), ...(await consumer.poll(0)), ...(await consumer.poll(0))]
    expect(others.map(({ partition, offset }) => [partition, offset])).toEqual(
      range(0, 4).map(at => [1, +at])
    )
    consumer.resume([FIRST])
    consumer.pause([SECOND])
    const fetches = channel.fetchLane.fetchCount
    const rest = await consumer.poll(0)
    expect(rest.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 2],
      [0, 3]
    ])
    expect(channel.fetchLane.fetchCount).toBe(fetches)
  })

  test('with all paused a poll waits its time and asks nobody', async () => {
    const { consumer, channel, clock, log } = open(EARLIEST)
    append(log(), ['a'])
    consumer.assign([FIRST])
    await consumer.position(FIRST)
    consumer.pause()
    const polling = consumer.poll(100)
    await advanceSlowly(clock, 99)
    append(log(), ['b'])
    await advanceSlowly(clock, 1)
    expect(await polling).toEqual([])
    expect(channel.fetchLane.fetchCount).toBe(0)
    expect(clock.timerCount).toBe(0)
  })
})

describe('ranges', () => {
  test('a reader of ranges ends by itself, each partition at its own end', async () => {
    const { consumer, log } = open({ ...EARLIEST, 'max.poll.records': 3 })
    for (const index of [0, 1]) append(log(index), range(0, 9))
    consumer.assign([
      { ...FIRST, from: 2, to: 7 },
      { ...SECOND, to: 2 }
    ])
    const seen: string[] = []
    for await (const { partition, offset } of consumer) seen.push(`${partition}:${offset}`)
    expect(seen.sort()).toEqual(['0:2', '0:3', '0:4', '0:5', '0:6', '1:0', '1:1'])
    expect(consumer.isAtEnd).toBe(true)
    expect(await consumer.poll(60_000)).toEqual([])
    expect([await consumer.position(FIRST), await consumer.position(SECOND)]).toEqual([7, 2])
  })

  test('an end that is not written yet is waited for', async () => {
    const { consumer, clock, log } = open()
    append(log(), ['a'])
    consumer.assign([{ ...FIRST, from: 0, to: 2 }])
    expect(valuesOf(await consumer.poll(0))).toEqual(['a'])
    const polling = consumer.poll(1000)
    await advanceSlowly(clock, 10)
    append(log(), ['b', 'c'])
    await advanceSlowly(clock, 2)
    expect(valuesOf(await polling)).toEqual(['b'])
    expect(consumer.isAtEnd).toBe(true)
  })

  test('an empty range is at its end at once', async () => {
    const { consumer, channel } = open()
    consumer.assign([{ ...FIRST, from: 5, to: 5 }])
    expect(await consumer.poll(60_000)).toEqual([])
    expect(channel.fetchLane.fetchCount).toBe(0)
  })
})

describe('iteration', () => {
  test('a loop that is left has had the record it stood on, and the next one reads on', async () => {
    const { consumer, log } = open(EARLIEST)
    for (const index of [0, 1]) append(log(index), range(0, 4))
    consumer.assign([FIRST, SECOND])
    const seen: string[] = []
    for await (const { partition, offset } of consumer) {
      seen.push(`${partition}:${offset}`)
      if (seen.length === 2) break
    }
    expect([await consumer.position(FIRST), await consumer.position(SECOND)]).toEqual([2, 0])
    const rest = await consumer.poll(0)
    expect([...seen, ...rest.map(({ partition, offset }) => `${partition}:${offset}`)].sort()).toEqual(
      [0, 1].flatMap(partition => range(0, 4).map(offset => `${partition}:${offset}`))
    )
  })

  test('a seek inside the loop holds when the loop is left', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 9))
    consumer.assign([FIRST])
    for await (const { offset } of consumer) {
      if (offset < 3) continue
      consumer.seek(FIRST, 8)
      break
    }
    expect(valuesOf(await consumer.poll(0))).toEqual(['8'])
  })

  test('closing the consumer ends it', async () => {
    const { consumer, log } = open(EARLIEST)
    append(log(), range(0, 3))
    consumer.assign([FIRST])
    const seen: number[] = []
    const looping = (async () => {
      for await (const { offset } of consumer) seen.push(offset)
    })()
    await settled()
    await consumer.close()
    await looping
    expect(seen).toEqual([0, 1, 2])
  })
})

describe('seek', () => {
  test('to the beginning, the end or a time is looked up when it is needed', async () => {
    const { consumer, channel, log } = open()
    append(log(), ['a', 'b'], 1000)
    append(log(), ['c'], 2000)
    append(log(), ['d'], 3000)
    consumer.assign([FIRST])
    consumer.seekToBeginning()
    expect(await consumer.position(FIRST)).toBe(0)
    consumer.seekToEnd([FIRST])
    expect(await consumer.position(FIRST)).toBe(4)
    consumer.seekToTime(1500)
    expect(valuesOf(await consumer.poll(0))).toEqual(['c', 'd'])
    consumer.seekToTime(9999, [FIRST])
    expect(await consumer.position(FIRST)).toBe(4)
    expect(channel.fetchLane.openCount).toBe(1)
  })

  test('by_duration starts with the records of that last while, or behind the last one', async () => {
    const { consumer, clock, log } = open({ 'auto.offset.reset': 'by_duration:PT10S' })
    append(log(0), ['old'], clock.now() - 20_000)
    append(log(0), ['new'], clock.now() - 5000)
    append(log(1), ['old'], clock.now() - 20_000)
    consumer.assign([FIRST, SECOND])
    expect(valuesOf(await consumer.poll(0))).toEqual(['new'])
    expect(await consumer.position(SECOND)).toBe(1)
  })
})

test('a loop of polls that always find something lets the event loop go round', async () => {
  const { consumer, clock, log } = open({ ...EARLIEST, 'max.poll.records': 1 })
  append(log(), range(0, 200))
  consumer.assign([FIRST])
  let turns = 0
  let isReading = true
  const turn = (): void => {
    turns += 1
    if (isReading) setImmediate(turn)
  }
  setImmediate(turn)
  for (let read = 0; read < 200; read++) {
    clock.advance(1)
    await consumer.poll(0)
  }
  isReading = false
  expect(turns).toBeGreaterThan(10)
})

test('close ends a poll that waits', async () => {
  const { consumer } = open(EARLIEST)
  consumer.assign([FIRST])
  const polling = consumer.poll(60_000)
  await settled()
  await consumer.close()
  expect(await polling).toEqual([])
})

test('a call that needs the consumer to itself is refused while another goes on', async () => {
  const { consumer, clock } = open(EARLIEST)
  consumer.assign([FIRST])
  const polling = consumer.poll(10)
  for (const call of [
    () => consumer.assign([]),
    () => consumer.seek(FIRST, 0),
    () => consumer.seekToEnd(),
    () => consumer.pause(),
    () => consumer.resume()
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'HIGHWATER_BUSY' }))
  }
  await advanceSlowly(clock, 20)
  expect(await polling).toEqual([])
})

test.each([Number.POSITIVE_INFINITY, 2 ** 40])(
  'a poll of %d ms sets no timer that is too long for one',
  async timeoutMs => {
    const { consumer, clock } = open(EARLIEST)
    consumer.assign([FIRST])
    consumer.pause()
    const polling = consumer.poll(timeoutMs)
    await settled()
    expect(clock.timerCount).toBe(1)
    expect(clock.nextTimerAt).toBe(2 ** 31 - 1)
    clock.advance(2 ** 31 - 1)
    await settled()
    expect(clock.nextTimerAt).toBe(2 * (2 ** 31 - 1))
    await consumer.close()
    expect(await polling).toEqual([])
  }
)
