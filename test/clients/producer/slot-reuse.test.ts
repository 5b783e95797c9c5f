/**
 * Batches that expire while the broker still reads their slot: no record may arrive under a foreign topic.
 * postmortem: CVE-2026-35554
 */
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { UnheardFailures } from '../../../src/clients/producer/batch-outcome.ts'
import { PartitionQueue } from '../../../src/clients/producer/partition-queue.ts'
import { RecordAccumulator } from '../../../src/clients/producer/record-accumulator.ts'
import { Sender } from '../../../src/clients/producer/sender.ts'
import { SLOT_EXPIRED } from '../../../src/clients/producer/slot-pool.ts'
import { parseProducerConfig } from '../../../src/config/producer-config.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryBroker } from '../../support/memory-broker.ts'
import { MemoryProduceLane } from '../../support/memory-lane.ts'

const TOPICS = ['red', 'green', 'blue']
const BATCHES = 100_000
const VALUE_BYTES = 24

test('100,000 batches, two slots, a broker slower than the timeout: no record in a foreign topic', () => {
  const settings = parseProducerConfig({
    'linger.ms': 0,
    'delivery.timeout.ms': 10,
    'request.timeout.ms': 1,
    'enable.idempotence': false
  })
  const clock = new ManualClock()
  const random = seededRandom(35554)
  const broker = new MemoryBroker()
  const sizes = { slotBytes: 128, slotCount: 2 }
  const lane = new MemoryProduceLane(broker, clock, { ...sizes, inFlightMax: 5 })
  const unheard = new UnheardFailures()
  const accumulator = new RecordAccumulator({ ...sizes, clock, unheard, batchSize: 100 })
  const sender = new Sender({ accumulator, lane, clock, random, settings })
  const queues = TOPICS.map(topic => {
    broker.createTopic(topic, 1)
    const queue = new PartitionQueue(topic, 0)
    sender.route(queue, 0, { topic, partition: 0, leaderEpoch: 0 })
    return queue
  })
  const values = TOPICS.map((_, index) => new Uint8Array(VALUE_BYTES).fill(index + 1))
  const iterator = new RecordBatchIterator(1024, null)
  let read = 0
  let foreign = 0
  lane.onAppend = ({ topic, recordCount }, bytes) => {
    const expected = TOPICS.indexOf(topic) + 1
    iterator.reset(bytes, 0, bytes.length, 0)
    let own = 0
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) {
        const { valueAt, valueLength } = iterator.record
        const value = iterator.record.bytes.subarray(valueAt, valueAt + valueLength)
        if (valueLength === VALUE_BYTES && value.every(byte => byte === expected)) own += 1
      }
    }
    if (own !== recordCount) foreign += 1
    read += 1
  }

  let opened = 0
  let expiredInFlight = 0
  while (opened < BATCHES) {
    const at = random.below(TOPICS.length)
    const queue = queues[at] ?? new PartitionQueue('none', 0)
    const record = {
      timestamp: clock.now(),
      key: null,
      value: values[at] ?? null,
      headers: NO_HEADERS,
      callback: null
    }
    const isAdded = accumulator.appendToLast(queue, record)
    if (!isAdded && accumulator.appendToNew(queue, record)) opened += 1
    sender.runOnce()
    expiredInFlight = Math.max(expiredInFlight, accumulator.pool.countOf(SLOT_EXPIRED))
    clock.advance(random.below(8))
    if (random.below(3) === 0)
      lane.answer(lane.sent[random.below(Math.max(1, lane.sent.length))] ?? lane.sent[0])
    for (const topic of TOPICS) broker.partition(topic, 0).batches.length = 0
  }
  expect(foreign).toBe(0)
  expect(expiredInFlight).toBe(2)
  expect(unheard.count).toBeGreaterThan(BATCHES / 10)
  expect(read).toBeGreaterThan(BATCHES / 2)
})
