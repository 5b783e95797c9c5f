import { describe, expect, test } from 'vitest'
import type { ConsumerRecord } from '../../../src/clients/consumer/consumer-record.ts'
import type { HandlerContext, LaneHandler } from '../../../src/clients/consumer/handler-lane.ts'
import { CallSize, handleUntilStopped, type PolledSource } from '../../../src/harness/handler/handler-loop.ts'
import { ServiceMeter } from '../../../src/harness/handler/service-times.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const CONTEXT: HandlerContext = {
  topic: 'orders',
  partition: 3,
  state: {},
  signal: new AbortController().signal,
  lag: () => 0,
  resolveOffset: () => {}
}

type Record = ConsumerRecord<unknown, unknown>
const recordAt = (offset: number) => ({ offset }) as Partial<Record> as Record

/** Polls four records at a time of these offsets, from where it was sought. */
function sourceOf(offsets: readonly number[]): PolledSource {
  let at = 0
  return {
    seek: offset => {
      at = offsets.findIndex(stored => stored >= offset)
    },
    poll: async () => {
      const records = offsets.slice(at, at + 4).map(recordAt)
      at += records.length
      return records
    }
  }
}

/** Stops after so many records; remembers what was published. */
class Tally {
  isStopped = false
  readonly published: (readonly [finished: number, offered: number, batches: number])[] = []
  readonly #stopAfter: number

  constructor(stopAfter: number) {
    this.#stopAfter = stopAfter
  }

  publish(finished: number, offered: number, batches: number): void {
    this.published.push([finished, offered, batches])
    if (finished >= this.#stopAfter) this.isStopped = true
  }
}

const TEN = Array.from({ length: 10 }, (_, offset) => offset)

function run(handler: LaneHandler<unknown, unknown>, stopAfter = 25, changes = {}) {
  const tally = new Tally(stopAfter)
  const clock = new ManualClock()
  const meter = new ServiceMeter()
  const calls = new CallSize()
  const task = {
    name: 'h.mjs',
    source: sourceOf(TEN),
    tally,
    clock,
    handler,
    context: CONTEXT,
    endOffset: 10,
    recordsPerBatch: 5,
    earlierBatches: 2,
    calls,
    meter,
    ...changes
  }
  return { tally, clock, meter, calls, result: handleUntilStopped(task) }
}

describe("a loop with a user's handler", () => {
  test('hands over every record in order, in circles, in calls that grow', async () => {
    const calls: number[][] = []
    const { result } = run(records => calls.push(records.map(({ offset }) => offset)))
    expect(await result).toEqual({ records: 28, batches: 7 })
    expect(calls.slice(0, 5)).toEqual([[0], [1, 2], [3], [4, 5, 6, 7], [8, 9]])
    expect(calls.flat()).toEqual([...TEN, ...TEN, ...TEN.slice(0, 8)])
  })

  test('waits for what the handler returns before the next call', async () => {
    let going = 0
    const { result } = run(async () => {
      expect(++going).toBe(1)
      await new Promise(resolve => setImmediate(resolve))
      going -= 1
    }, 10)
    expect((await result).records).toBeGreaterThanOrEqual(10)
  })

  test('publishes the records of a call as offered before it, and as finished behind it', async () => {
    const { result, tally } = run(() => {}, 3)
    await result
    expect(tally.published).toEqual([
      [0, 1, 2],
      [1, 1, 2],
      [1, 3, 2],
      [3, 3, 2]
    ])
  })

  test('gives fewer records to calls that take long', () => {
    const calls = new CallSize()
    const sizes: number[] = []
    for (const took of [1, 1, 1, 300, 300, 50, 10]) {
      calls.learn(calls.records, took)
      sizes.push(calls.records)
    }
    expect(sizes).toEqual([2, 4, 8, 4, 2, 2, 4])
    for (let i = 0; i < 20; i++) calls.learn(calls.records, 1)
    expect(calls.records).toBe(500)
    for (let i = 0; i < 20; i++) calls.learn(calls.records, 1e5)
    expect(calls.records).toBe(1)
  })

  test('times calls when the handler is warm, and then counts as warm itself', async () => {
    const clock = new ManualClock()
    const { result, meter, tally } = run(() => clock.advance(400), 6, { clock })
    await result
    // The third call ends after 1.2 s; those behind it are timed.
    expect(meter.times()).toMatchObject({ records: 3, meanMs: 400, varianceMs2: 0 })
    expect(tally.published.map(([, , batches]) => batches)).toEqual([
      2, 2, 2, 2, 2, 100, 100, 100, 100, 100, 100, 100
    ])
  })

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('bad')
      },
      'TypeError: bad at '
    ],
    ['rejects', () => Promise.reject('only text'), 'only text.']
  ])('ends with the offset where a handler %s, and what it said', async (_, fail, said) => {
    const { result } = run(records => ((records[0]?.offset ?? 0) >= 3 ? fail() : null))
    const message = expect.stringContaining(
      `The handler h.mjs failed in the call that began at offset 3 of orders-3: ${said}`
    )
    await expect(result).rejects.toMatchObject({ code: 'HIGHWATER_HANDLER', message })
  })

  test('refuses a record that was left out', async () => {
    const { result } = run(() => {}, 25, { source: sourceOf([0, 1, 3]) })
    await expect(result).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
  })
})
