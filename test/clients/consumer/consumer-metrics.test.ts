import { expect, test } from 'vitest'
import { advanceSlowly } from '../../support/manual-clock.ts'
import { append, EARLIEST, FIRST, open, range, SECOND } from './rig.ts'

test('records and bytes are counted as they are given, fetches as they are made', async () => {
  const { consumer, log } = open({ ...EARLIEST, 'max.poll.records': 4 })
  append(log(), range(0, 6))
  append(log(), range(6, 10))
  const sizes = log().batches.map(({ bytes }) => bytes.length)
  consumer.assign([FIRST])
  await consumer.poll(0)
  expect(consumer.metrics()).toMatchObject({
    'records-consumed-total': 4,
    'bytes-consumed-total': sizes[0],
    'fetch-total': 1,
    'fetch-size-avg': (sizes[0] ?? 0) + (sizes[1] ?? 0),
    'records-per-request-avg': Number.NaN,
    'records-lag-max': 6,
    'records-lead-min': 4
  })
  await consumer.poll(0)
  await consumer.poll(0)
  expect(consumer.metrics()).toMatchObject({
    'records-consumed-total': 10,
    'bytes-consumed-total': (sizes[0] ?? 0) + (sizes[1] ?? 0),
    'fetch-total': 1,
    'records-per-request-avg': 10,
    'records-lag-max': 6
  })
})

test('forEach counts the same', async () => {
  const { consumer, log } = open(EARLIEST)
  append(log(), range(0, 6))
  append(log(), range(6, 10))
  consumer.assign([FIRST])
  await consumer.forEach(() => {})
  expect(consumer.metrics()).toMatchObject({
    'records-consumed-total': 10,
    'bytes-consumed-total': log().batches.reduce((sum, { bytes }) => sum + bytes.length, 0),
    'fetch-total': 1,
    'records-per-request-avg': 10,
    'records-lag-max': 0
  })
})

test('a partition has its own lag and lead', async () => {
  const { consumer, log } = open({ ...EARLIEST, 'max.poll.records': 2 })
  append(log(0), range(0, 5))
  log(1).logStartOffset = 0
  consumer.assign([FIRST, SECOND])
  expect(consumer.metrics(SECOND)).toMatchObject({ 'records-lag': Number.NaN, 'records-lag-max': Number.NaN })
  await consumer.poll(0)
  await consumer.poll(0)
  expect(consumer.metrics(FIRST)).toEqual({
    'records-lag': 1,
    'records-lag-avg': 2,
    'records-lag-max': 3,
    'records-lead': 4,
    'records-lead-avg': 3,
    'records-lead-min': 2
  })
  expect(() => consumer.metrics({ topic: 't', partition: 9 })).toThrow('assigned')
})

test('the time between polls and the share of it spent in poll are those of the program', async () => {
  const { consumer, clock } = open(EARLIEST)
  consumer.assign([FIRST])
  expect(consumer.metrics()['last-poll-seconds-ago']).toBe(-1)
  for (let round = 0; round < 3; round++) {
    const polling = consumer.poll(100)
    await advanceSlowly(clock, 100, 10)
    await polling
    await advanceSlowly(clock, 300, 10)
  }
  expect(consumer.metrics()).toMatchObject({
    'time-between-poll-avg': 400,
    'time-between-poll-max': 400,
    'poll-idle-ratio-avg': 0.25,
    'last-poll-seconds-ago': 0.4
  })
})
