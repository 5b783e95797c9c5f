/**
 * Batches that expire while the broker still reads their slot, in whatever order answers come: no record
 * arrives under a foreign topic, and no slot is used again before it was completed. postmortem:
 * CVE-2026-35554
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { UnheardFailures } from '../../../src/clients/producer/batch-outcome.ts'
import { PartitionQueue } from '../../../src/clients/producer/partition-queue.ts'
import { RecordAccumulator } from '../../../src/clients/producer/record-accumulator.ts'
import { Sender } from '../../../src/clients/producer/sender.ts'
import { SLOT_EXPIRED, SLOT_IN_FLIGHT } from '../../../src/clients/producer/slot-pool.ts'
import { parseProducerConfig } from '../../../src/config/producer-config.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryBroker } from '../../support/memory-broker.ts'
import { MemoryProduceLane } from '../../support/memory-lane.ts'

/** Retriable: the same slot is submitted again. */
const NOT_ENOUGH_REPLICAS = 19

interface Step {
  readonly topic: number
  readonly valueBytes: number
  readonly passesMs: number
  /** Which of the batches in flight is answered, and how; none where it is null. */
  readonly answer: { readonly pick: number; readonly refuses: boolean } | null
}

const STEP: fc.Arbitrary<Step> = fc.record({
  topic: fc.nat(3),
  valueBytes: fc.integer({ min: 1, max: 220 }),
  passesMs: fc.integer({ min: 0, max: 9 }),
  answer: fc.option(fc.record({ pick: fc.nat(9), refuses: fc.boolean() }), { freq: 2 })
})

const SITUATION = fc.record({
  topics: fc.integer({ min: 2, max: 4 }),
  slotCount: fc.integer({ min: 2, max: 4 }),
  deliveryMs: fc.integer({ min: 2, max: 25 }),
  inFlightMax: fc.constantFrom(1, 2, 5),
  steps: fc.array(STEP, { minLength: 100, maxLength: 250, size: 'max' })
})

class Broker {
  readonly clock = new ManualClock()
  readonly lane: MemoryProduceLane
  readonly accumulator: RecordAccumulator
  readonly #sender: Sender
  readonly #queues: readonly PartitionQueue[]
  foreign = 0
  /** Looks at which a slot that the broker may read was somebody else's too, or free. */
  reused = 0
  arrived = 0
  expired = 0

  constructor({ topics, slotCount, deliveryMs, inFlightMax }: Omit<Situation, 'steps'>) {
    const settings = parseProducerConfig({
      'linger.ms': 0,
      'delivery.timeout.ms': deliveryMs,
      'request.timeout.ms': 1,
      'retry.backoff.ms': 1,
      'max.in.flight.requests.per.connection': inFlightMax,
      'enable.idempotence': false
    })
    const names = Array.from({ length: topics }, (_, index) => `topic-${index}`)
    const broker = new MemoryBroker()
    const sizes = { slotBytes: 128, slotCount }
    const { clock } = this
    this.lane = new MemoryProduceLane(broker, clock, { ...sizes, inFlightMax })
    this.accumulator = new RecordAccumulator({
      ...sizes,
      clock,
      unheard: new UnheardFailures(),
      batchSize: 100
    })
    const { accumulator, lane } = this
    this.#sender = new Sender({ accumulator, lane, clock, random: seededRandom(7), settings })
    this.#queues = names.map(topic => {
      broker.createTopic(topic, 1)
      const queue = new PartitionQueue(topic, 0)
      this.#sender.route(queue, 0, { topic, partition: 0, leaderEpoch: 0 })
      return queue
    })
    const iterator = new RecordBatchIterator(4096, null)
    lane.onAppend = ({ topic, recordCount }, bytes) => {
      const own = names.indexOf(topic) + 1
      iterator.reset(bytes, 0, bytes.length, 0)
      let found = 0
      while (iterator.nextBatch()) {
        while (iterator.nextRecord()) {
          const { valueAt, valueLength } = iterator.record
          const value = iterator.record.bytes.subarray(valueAt, valueAt + valueLength)
          if (value.every(byte => byte === own)) found += 1
        }
      }
      if (found !== recordCount) this.foreign += 1
      this.arrived += recordCount
    }
  }

  obey({ topic, valueBytes, passesMs, answer }: Step): void {
    const at = topic % this.#queues.length
    const queue = this.#queues[at] ?? new PartitionQueue('none', 0)
    const value = new Uint8Array(valueBytes).fill(at + 1)
    const record = { timestamp: this.clock.now(), key: null, value, headers: NO_HEADERS, callback: () => {} }
    if (!this.accumulator.appendToLast(queue, record)) this.accumulator.appendToNew(queue, record)
    this.#sender.runOnce()
    this.clock.advance(passesMs)
    this.#sender.runOnce()
    this.#checkSlots()
    const { sent } = this.lane
    if (answer === null || sent.length === 0) return
    this.lane.answer(sent[answer.pick % sent.length], answer.refuses ? NOT_ENOUGH_REPLICAS : 0)
    this.#sender.runOnce()
    this.#checkSlots()
  }

  /** What the broker may still read is in flight or expired, and in one batch. */
  #checkSlots(): void {
    const { pool } = this.accumulator
    this.expired = Math.max(this.expired, pool.countOf(SLOT_EXPIRED))
    const read = this.lane.sent.flatMap(({ slot, slotRun }) =>
      Array.from({ length: slotRun }, (_, i) => slot + i)
    )
    const isHeld = (slot: number): boolean =>
      pool.stateOf(slot) === SLOT_IN_FLIGHT || pool.stateOf(slot) === SLOT_EXPIRED
    if (new Set(read).size !== read.length || !read.every(isHeld)) this.reused += 1
  }
}

type Situation = typeof SITUATION extends fc.Arbitrary<infer T> ? T : never

test('whatever expires and whatever is answered, no record is under a foreign topic', () => {
  let arrived = 0
  let expiring = 0
  const property = fc.property(SITUATION, ({ steps, ...situation }) => {
    const broker = new Broker(situation)
    for (const step of steps) broker.obey(step)
    expect([broker.foreign, broker.reused]).toEqual([0, 0])
    arrived += broker.arrived
    if (broker.expired > 0) expiring += 1
  })
  fc.assert(property, { numRuns: 120, interruptAfterTimeLimit: 40_000 })
  expect(arrived).toBeGreaterThan(1000)
  expect(expiring).toBeGreaterThan(60)
})
