import { expect, test } from 'vitest'
import type { ConsumerConfig } from '../../../src/clients/consumer/consumer-options.ts'
import type { ConsumerRecord } from '../../../src/clients/consumer/consumer-record.ts'
import { HandlerLane, type LaneHandler } from '../../../src/clients/consumer/handler-lane.ts'
import { settled } from '../../support/manual-clock.ts'
import { append, EARLIEST, FIRST, open, range } from './rig.ts'

const offsetsOf = (records: readonly ConsumerRecord[]): number[] => records.map(({ offset }) => offset)

function laneOf(handler: LaneHandler, to?: number, config: ConsumerConfig = EARLIEST) {
  const { consumer, channel, log } = open({ 'max.poll.records': 3, ...config })
  append(log(), range(0, 10))
  const positions: number[] = []
  const lane = new HandlerLane({
    consumer,
    range: { ...FIRST, to },
    handler,
    onPosition: position => positions.push(position)
  })
  return { lane, positions, channel, log }
}

test('a handler gets all records in order, the next call when the last has settled', async () => {
  let running = 0
  const calls: number[][] = []
  const { lane, positions, channel } = laneOf(async records => {
    running += 1
    expect(running).toBe(1)
    await settled()
    calls.push(offsetsOf(records))
    running -= 1
  }, 8)
  expect(await lane.run()).toEqual({ ...FIRST, position: 8, records: 8, error: null })
  expect(calls).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7]
  ])
  expect(positions).toEqual([3, 6, 8])
  expect(channel.fetchLane.isClosed).toBe(true)
})

test('its state is its own and lasts from call to call, and it knows its place and lag', async () => {
  const lags: (number | null)[] = []
  const { lane } = laneOf((records, context) => {
    context.state['sum'] = Number(context.state['sum'] ?? 0) + records.length
    lags.push(context.lag())
    if (context.state['sum'] === 9) throw new Error(`${context.topic}-${context.partition} has had 9`)
  })
  const { error } = await lane.run()
  expect(error?.message).toContain('t-0 has had 9')
  expect(lags).toEqual([7, 4, 1])
})

test('a handler that throws ends its lane before the records of that call', async () => {
  const { lane, positions } = laneOf(async records => {
    if (records.some(({ offset }) => offset === 4)) throw new TypeError('bad record')
  })
  const { error, ...report } = await lane.run()
  expect(report).toEqual({ ...FIRST, position: 3, records: 3 })
  expect(error).toMatchObject({ code: 'HIGHWATER_HANDLER', cause: new TypeError('bad record') })
  expect(error?.message).toMatch(
    /^The handler threw at offset 3 of t-0 \(TypeError: bad record at .*handler-lane\.test.*\); its lane/
  )
  expect(positions).toEqual([3])
})

test('records that were resolved are not part of what failed', async () => {
  const { lane } = laneOf((records, { resolveOffset }) => {
    for (const { offset } of records) {
      if (offset === 4) throw new Error('bad record')
      resolveOffset(offset)
    }
  })
  const { error, ...report } = await lane.run()
  expect(report).toEqual({ ...FIRST, position: 4, records: 4 })
  expect(error?.message).toContain('at offset 4 of t-0')
})

test('nothing beyond the records of a call can be resolved, nor what is no offset', async () => {
  const far = laneOf((_, { resolveOffset }) => {
    resolveOffset(1000)
    throw new Error('after all were done')
  })
  expect(await far.lane.run()).toMatchObject({ position: 3, records: 3 })
  const wrong = laneOf((_, { resolveOffset }) => resolveOffset(Number.NaN))
  expect(await wrong.lane.run()).toMatchObject({
    position: 0,
    error: { message: expect.stringContaining('An offset must be a whole number') }
  })
})

test('a stop lets the call that goes on end, and begins no other', async () => {
  const calls: number[][] = []
  const { lane } = laneOf(async (records, { signal }) => {
    calls.push(offsetsOf(records))
    lane.stop()
    expect(signal.aborted).toBe(true)
    await settled()
  })
  expect(await lane.run()).toEqual({ ...FIRST, position: 3, records: 3, error: null })
  expect(calls).toEqual([[0, 1, 2]])
})

test('a stop ends a lane that waits for records, or that has not begun', async () => {
  const { lane, log } = laneOf(() => {}, undefined, { 'auto.offset.reset': 'latest' })
  const running = lane.run()
  await settled()
  lane.stop()
  expect(await running).toEqual({ ...FIRST, position: 10, records: 0, error: null })
  append(log(), ['more'])
  const other = laneOf(() => {})
  other.lane.stop()
  expect(await other.lane.run()).toMatchObject({ records: 0, error: null })
})

test('what the consumer cannot read ends the lane with its error', async () => {
  const { lane } = laneOf(() => {}, undefined, { 'auto.offset.reset': 'none' })
  expect(await lane.run()).toMatchObject({ position: -1, records: 0, error: { code: 'HIGHWATER_NO_OFFSET' } })
  const json = laneOf(() => {}, undefined, {
    ...EARLIEST,
    'value.deserializer': bytes => {
      if (bytes[0] === 0x35) throw new Error('five')
      return bytes
    }
  })
  expect(await json.lane.run()).toMatchObject({
    position: 5,
    records: 5,
    error: { code: 'HIGHWATER_DESERIALIZATION', offset: 5 }
  })
})

test('commands of its thread come between two calls, also where the handler never waits', async () => {
  let calls = 0
  const { lane, log } = laneOf(() => {
    calls += 1
  })
  for (let batch = 0; batch < 200; batch++) append(log(), range(0, 9))
  const running = lane.run()
  await settled()
  await settled()
  lane.stop()
  await running
  expect(calls).toBeGreaterThan(0)
  expect(calls).toBeLessThan(100)
})
