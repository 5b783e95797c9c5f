import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PartitionPace } from '../../../src/data-plane/partition/partition-pace.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { syntheticBatch } from '../log/batches.ts'
import { Rig } from './rig.ts'

const PACE = 10_000
const BATCH_BYTES = 200

function rigOf(pace: PartitionPace) {
  const rig = new Rig()
  rig.start(7, pace.passBytesMax)
  const sender = rig.addSender()
  const fill = (): void => {
    sender.reap()
    while (sender.ring.inFlight < 100)
      sender.submit(syntheticBatch({ baseOffset: 0, sizeBytes: BATCH_BYTES }))
  }
  return { rig, fill }
}

test('a partition that is never without work appends its pace, exactly', () => {
  const clock = new ManualClock()
  const pace = new PartitionPace(PACE, clock)
  const { rig, fill } = rigOf(pace)
  while (clock.monotonic() < 60_000) {
    fill()
    const before = rig.log.appendedBytes
    rig.host.pass()
    pace.appended(rig.log.appendedBytes - before)
    clock.advance(pace.waitMs())
  }
  expect(rig.log.appendedBytes).toBe((PACE * clock.monotonic()) / 1000)
})

test('a pass takes a hundredth of a second of it, and never less than one batch', () => {
  const clock = new ManualClock()
  const fast = 10 * PACE
  const { rig, fill } = rigOf(new PartitionPace(fast, clock))
  fill()
  expect(rig.host.pass()).toBe(fast / 100 / BATCH_BYTES)
  const slow = rigOf(new PartitionPace(1, clock))
  slow.fill()
  expect(slow.rig.host.pass()).toBe(1)
})

test('a fast pace takes what any pass takes', () => {
  const { rig, fill } = rigOf(new PartitionPace(2 ** 40, new ManualClock()))
  fill()
  expect(rig.host.pass()).toBe(64)
})

test('a thread that wakes late makes it up, and one that was idle does not', () => {
  const clock = new ManualClock()
  const pace = new PartitionPace(PACE, clock)
  pace.appended(500)
  expect(pace.waitMs()).toBe(50)
  clock.advance(80)
  pace.appended(500)
  expect(pace.waitMs()).toBe(20)
  clock.advance(10_000)
  pace.appended(500)
  expect(pace.waitMs()).toBe(0)
  pace.appended(600)
  expect(pace.waitMs()).toBe(10)
})

test('whenever it is woken and whatever it takes, it is at most its pace, a burst and a batch ahead', () => {
  const step = fc.record({
    lateMs: fc.integer({ min: 0, max: 500 }),
    bytes: fc.integer({ min: 0, max: 2000 })
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const clock = new ManualClock()
      const pace = new PartitionPace(PACE, clock)
      let total = 0
      for (const { lateMs, bytes } of steps) {
        clock.advance(pace.waitMs() + lateMs)
        pace.appended(bytes)
        total += bytes
        expect(total).toBeLessThanOrEqual((PACE * (clock.monotonic() + 100)) / 1000 + bytes + 1e-6)
      }
    })
  )
})
