import { describe, expect, test } from 'vitest'
import { Producer } from '../../../src/clients/producer/producer.ts'
import { meteredChannel, ProduceMeter } from '../../../src/harness/benchmark/produce-meter.ts'
import type { Stall } from '../../../src/harness/benchmark/stall.ts'
import { advanceSlowly, ManualClock, settled } from '../../support/manual-clock.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'

/** A producer on a metered channel to a broker in memory. */
async function metered(stall: Stall | null = null) {
  const clock = new ManualClock()
  const channel = new MemoryChannel(clock)
  channel.broker.createTopic('orders', 2)
  const meter = new ProduceMeter()
  const producer = new Producer(
    meteredChannel(channel, meter, { clock, stall }),
    { 'linger.ms': 5 },
    { clock }
  )
  await settled()
  await producer.partitionsFor('orders')
  return { clock, channel, meter, producer, lane: channel.produceLane }
}

function sendTo(producer: Producer, ...partitions: number[]): void {
  for (const partition of partitions) producer.send({ topic: 'orders', partition, value: 'v'.repeat(100) })
}

describe('what a producer hands over', () => {
  test('is counted in batches, requests, records and bytes, and timed to the answer', async () => {
    const { clock, meter, producer, lane } = await metered()
    sendTo(producer, 0, 0, 1)
    await advanceSlowly(clock, 5)
    expect(lane.sent.map(({ recordCount }) => recordCount)).toEqual([2, 1])
    expect(meter.counts).toMatchObject({ requests: 1, batches: 2, records: 3, serviceRecordMs: 0 })
    expect(meter.counts.bytes).toBe(lane.sent.reduce((sum, { byteLength }) => sum + byteLength, 0))
    clock.block(20)
    lane.answerAll()
    await settled()
    // Three records, each 20 ms in flight.
    expect(meter.counts.serviceRecordMs).toBeCloseTo(60, 6)
    expect(meter).toMatchObject({ acknowledged: 3, acknowledgedBatches: 2 })
    await producer.close()
  })

  test('counts again from a mark, but not what was acknowledged', async () => {
    const { clock, meter, producer, lane } = await metered()
    lane.isPrompt = true
    sendTo(producer, 0, 1)
    await advanceSlowly(clock, 10)
    meter.mark()
    expect(meter.counts).toEqual({ requests: 0, batches: 0, records: 0, bytes: 0, serviceRecordMs: 0 })
    expect(meter.acknowledged).toBe(2)
    await producer.close()
  })

  test('is acknowledged only once it was taken', async () => {
    const { clock, meter, producer, lane } = await metered()
    sendTo(producer, 0)
    await advanceSlowly(clock, 7)
    // NOT_LEADER_OR_FOLLOWER: the batch is sent again.
    lane.answer(lane.sent[0], 6)
    await advanceSlowly(clock, 1)
    expect(meter.acknowledged).toBe(0)
    lane.isPrompt = true
    await advanceSlowly(clock, 500)
    expect(meter.acknowledged).toBe(1)
    await producer.close()
  })
})

describe('a stall', () => {
  test('withholds answers until its end', async () => {
    const { clock, meter, producer, lane } = await metered({ silentMs: 200, periodMs: 1000 })
    lane.isPrompt = true
    await advanceSlowly(clock, 850 - clock.monotonic(), 10)
    const answered: number[] = []
    producer.send({ topic: 'orders', partition: 0, value: 'v' }, () => answered.push(clock.monotonic()))
    await advanceSlowly(clock, 140, 5)
    expect(lane.requestCount).toBe(1)
    expect(answered).toEqual([])
    expect(meter.acknowledged).toBe(0)
    await advanceSlowly(clock, 20, 5)
    expect(meter.acknowledged).toBe(1)
    expect(answered[0]).toBeGreaterThanOrEqual(1000)
    expect(answered[0]).toBeLessThanOrEqual(1010)
    await producer.close()
  })

  test('is nothing between two of them', async () => {
    const { clock, producer, lane } = await metered({ silentMs: 200, periodMs: 1000 })
    lane.isPrompt = true
    const answered: number[] = []
    producer.send({ topic: 'orders', partition: 0, value: 'v' }, () => answered.push(clock.monotonic()))
    await advanceSlowly(clock, 10)
    expect(answered[0]).toBeLessThanOrEqual(8)
    await producer.close()
  })
})
