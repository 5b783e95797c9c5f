/** Engines that keep what they should give back, or give away what they have: found by the count of it. */
import { expect, test } from 'vitest'
import {
  RecordAccumulator,
  type RecordAccumulatorOptions
} from '../../../src/clients/producer/record-accumulator.ts'
import { SLOT_CLOSED } from '../../../src/clients/producer/slot-pool.ts'
import { TailReader } from '../../../src/threads/tail-blocks.ts'
import { simulate } from '../simulate.ts'
import { SimulatedLane } from '../simulated-lane.ts'
import type { Variant } from '../world.ts'

/** A batch that fails before it was submitted takes its slot with it. */
class ForgetsUnsentSlots extends RecordAccumulator {
  override release(...[batch, from]: Parameters<RecordAccumulator['release']>): void {
    if (from === SLOT_CLOSED) this.staging.give(batch.staging)
    else super.release(batch, from)
  }
}

/** A batch that comes back for another try is put into its queue twice. */
class QueuesTwice extends RecordAccumulator {
  override appendToNew(...[queue, record]: Parameters<RecordAccumulator['appendToNew']>): boolean {
    const isTaken = super.appendToNew(queue, record)
    const batch = queue.open
    if (isTaken && batch !== null && queue.batches.length > 3) queue.batches.unshift(batch)
    return isTaken
  }
}

/** The completion of a batch is passed over once in a while. */
class LosesCompletions extends SimulatedLane {
  #reaped = 0

  override reap(settle: Parameters<SimulatedLane['reap']>[0]): number {
    return super.reap(result => {
      if (++this.#reaped % 20 !== 0) settle(result)
    })
  }
}

/** A reader that keeps its block after it has used it. */
class KeepsLease extends TailReader {
  override release(): void {}
}

/** What finds an engine, and the seed; null if none of the seeds does. */
function found(variant: Variant): { invariant: string; seed: number } | null {
  for (let seed = 1; seed <= 100; seed++) {
    const [violation] = simulate(seed, { events: 2000, variant }).violations
    if (violation !== undefined) return { invariant: violation.split(':')[0] ?? '', seed }
  }
  return null
}

const wrong = (accumulator: (options: RecordAccumulatorOptions) => RecordAccumulator): Variant => ({
  accumulator
})

test.each([
  ['forgets the slots of unsent batches', wrong(options => new ForgetsUnsentSlots(options))],
  ['queues a batch twice', wrong(options => new QueuesTwice(options))],
  ['loses completions', { lane: (options): SimulatedLane => new LosesCompletions(options) }]
] satisfies [string, Variant][])('a caller that %s breaks the count of its slots', (_, variant) => {
  const killer = found(variant)
  expect(killer?.invariant).toBe('ring-conserves-slots')
  expect(simulate(killer?.seed ?? 0, { events: 2000 }).violations).toEqual([])
})

test.each([
  ['the memory of dead callers', { forgetsRegions: true }],
  ['the tail blocks it has read', { tail: (...parts): TailReader => new KeepsLease(...parts) }]
] satisfies [string, Variant][])(
  'an engine that keeps %s is found when nothing moves any more',
  (_, variant) => {
    const killer = found(variant)
    expect(killer?.invariant).toBe('nothing-left-at-quiescence')
    expect(simulate(killer?.seed ?? 0, { events: 2000 }).violations).toEqual([])
  }
)
