/**
 * A buffer that is full, whatever is sent, answered and waited for in whatever order: nobody waits too long,
 * and nothing is half done.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KafkaError } from '../../../src/base/kafka-error.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { settled } from '../../support/manual-clock.ts'
import { ProducerBench } from './producer-bench.ts'

/** What `send` may take of the caller's time. */
const BLOCK_MS_MAX = 5
/** How late the end of a wait may be noticed. */
const LATE_MS_MAX = 50
const TICK_MS = 10
/** For what was refused to be sent again, part by part. */
const RETRY_TICKS = 80
const MESSAGE_TOO_LARGE = 10
const OUT_OF_ORDER = 45

type Step =
  | { readonly kind: 'send'; readonly count: number; readonly bytes: number }
  | { readonly kind: 'answer'; readonly count: number; readonly errorCode: number }
  | { readonly kind: 'wait'; readonly ticks: number }

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      count: fc.integer({ min: 1, max: 6 }),
      bytes: fc.integer({ min: 1, max: 1900 })
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      count: fc.integer({ min: 1, max: 3 }),
      errorCode: fc.constantFrom(0, 0, MESSAGE_TOO_LARGE, OUT_OF_ORDER)
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ticks: fc.integer({ min: 1, max: 15 }) })
  }
)

/** Of a record whose size is no longer a matter of memory. */
const REFUSALS = ['HIGHWATER_RECORD_TOO_LARGE', 'MESSAGE_TOO_LARGE']

interface Fate {
  readonly value: string
  readonly sentAt: number
  /** Error code, empty if it is in the log; null while nobody knows. */
  code: string | null
  settledAt: number
  offset: number
}

class Caller {
  readonly fates: Fate[] = []
  readonly #bench: ProducerBench

  constructor(bench: ProducerBench) {
    this.#bench = bench
  }

  send(bytes: number): void {
    const { producer, clock } = this.#bench
    const value = `${this.fates.length}:`.padEnd(bytes, '.')
    const fate: Fate = { value, sentAt: clock.monotonic(), code: null, settledAt: -1, offset: -1 }
    this.fates.push(fate)
    producer.send({ topic: 't', value }).then(
      ({ offset }) => {
        fate.code = ''
        fate.offset = offset
        fate.settledAt = clock.monotonic()
      },
      (error: unknown) => {
        fate.code = isKnown(error) ? error.code : String(error)
        fate.settledAt = clock.monotonic()
      }
    )
    expect(clock.monotonic() - fate.sentAt).toBeLessThanOrEqual(BLOCK_MS_MAX)
  }

  async obey(step: Step): Promise<void> {
    const { lane, clock } = this.#bench
    if (step.kind === 'send') for (let i = 0; i < step.count; i++) this.send(step.bytes)
    else if (step.kind === 'answer') {
      for (let i = 0; i < step.count && lane.sent.length > 0; i++) {
        lane.answer(lane.sent[0], step.errorCode)
      }
    } else {
      for (let tick = 0; tick < step.ticks; tick++) {
        clock.advance(TICK_MS)
        await settled()
      }
    }
    await settled()
  }
}

const SITUATION = fc.record({
  slots: fc.integer({ min: 2, max: 5 }),
  queueRecords: fc.integer({ min: 0, max: 12 }),
  maxBlockMs: fc.integer({ min: 20, max: 400 }),
  lingerMs: fc.constantFrom(0, 5, 1000),
  steps: fc.array(STEP, { minLength: 5, maxLength: 30 })
})

test('send waits 5 ms, its record max.block.ms; then it is refused, and no memory is lost', async () => {
  let refused = 0
  let taken = 0
  const property = fc.asyncProperty(
    SITUATION,
    async ({ slots, queueRecords, maxBlockMs, lingerMs, steps }) => {
      const bench = await ProducerBench.start({
        'batch.size': 1024,
        'buffer.memory': slots * 1024,
        'max.block.ms': maxBlockMs,
        'linger.ms': lingerMs,
        'retry.backoff.ms': 1,
        'retry.backoff.max.ms': 10,
        'engine.send.queue.records': queueRecords
      })
      const caller = new Caller(bench)
      for (const step of steps) await caller.obey(step)
      bench.lane.isPrompt = true
      bench.lane.answerAll()
      const flushed = bench.producer.flush().catch(() => {})
      await caller.obey({ kind: 'wait', ticks: RETRY_TICKS + Math.ceil(maxBlockMs / TICK_MS) })
      await flushed

      const logged = caller.fates.filter(({ code }) => code === '')
      expect(caller.fates.filter(({ code }) => code === null)).toEqual([])
      for (const fate of caller.fates) checkWait(fate, maxBlockMs)
      expect(bench.values()).toEqual(logged.map(({ value }) => value))
      expect(logged.map(({ offset }) => offset)).toEqual(logged.map((_, index) => index))
      const metrics = bench.producer.metrics()
      expect(metrics['buffer-available-bytes']).toBe(metrics['buffer-total-bytes'])
      refused += caller.fates.length - logged.length
      taken += logged.length
    }
  )
  await fc.assert(property, { numRuns: 50, interruptAfterTimeLimit: 40_000 })
  // Cases in which nothing is ever refused would show nothing.
  expect(refused).toBeGreaterThan(100)
  expect(taken).toBeGreaterThan(100)
})

function checkWait({ code, sentAt, settledAt }: Fate, maxBlockMs: number): void {
  if (code === 'HIGHWATER_QUEUE_FULL') expect(settledAt - sentAt).toBeLessThanOrEqual(LATE_MS_MAX)
  else if (code === 'HIGHWATER_BUFFER_EXHAUSTED') {
    expect(settledAt - sentAt).toBeGreaterThanOrEqual(maxBlockMs)
    expect(settledAt - sentAt).toBeLessThanOrEqual(maxBlockMs + LATE_MS_MAX)
  } else if (code !== null && code !== '') expect(REFUSALS).toContain(code)
}

function isKnown(error: unknown): error is HighwaterError | KafkaError {
  return error instanceof HighwaterError || error instanceof KafkaError
}
