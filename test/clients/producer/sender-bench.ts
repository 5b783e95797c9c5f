/** An accumulator and a sender over a lane in memory, with a clock that moves when the test says so. */
import { seededRandom } from '../../../src/base/random.ts'
import { BatchCompression } from '../../../src/clients/producer/batch-compression.ts'
import { UnheardFailures } from '../../../src/clients/producer/batch-outcome.ts'
import { PartitionQueue } from '../../../src/clients/producer/partition-queue.ts'
import { RecordAccumulator, slotSizes } from '../../../src/clients/producer/record-accumulator.ts'
import type { RecordFuture, SendCallback } from '../../../src/clients/producer/record-future.ts'
import { Sender } from '../../../src/clients/producer/sender.ts'
import { type ProducerConfig, parseProducerConfig } from '../../../src/config/producer-config.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryBroker, type MemoryPartition } from '../../support/memory-broker.ts'
import { MemoryProduceLane, type SentBatch } from '../../support/memory-lane.ts'

const TOPIC = 't'

export class SenderBench {
  readonly clock = new ManualClock()
  readonly broker = new MemoryBroker()
  readonly unheard = new UnheardFailures()
  readonly lane: MemoryProduceLane
  readonly accumulator: RecordAccumulator
  readonly sender: Sender
  readonly queues: PartitionQueue[]

  /** @param nodeOf which node leads a partition */
  constructor(config: ProducerConfig, partitions: number, nodeOf: (partition: number) => number = () => 0) {
    const settings = parseProducerConfig(config)
    const sizes = slotSizes(settings.batchSize, settings.bufferMemory)
    this.broker.createTopic(TOPIC, partitions)
    this.lane = new MemoryProduceLane(this.broker, this.clock, { ...sizes, inFlightMax: 5 })
    const { clock, unheard, lane } = this
    const { batchSize } = settings
    const compression = BatchCompression.of(settings)
    this.accumulator = new RecordAccumulator({ ...sizes, clock, unheard, batchSize, compression })
    const { accumulator } = this
    this.sender = new Sender({ accumulator, lane, clock, random: seededRandom(7), settings })
    this.sender.setIdentity({ producerId: 9, producerEpoch: 0 })
    this.queues = Array.from({ length: partitions }, (_, partition) => new PartitionQueue(TOPIC, partition))
    for (const queue of this.queues) {
      this.sender.route(queue, nodeOf(queue.partition), {
        topic: TOPIC,
        partition: queue.partition,
        leaderEpoch: 0
      })
    }
  }

  queue(partition: number): PartitionQueue {
    const queue = this.queues[partition]
    if (queue === undefined) throw new Error(`the bench has no partition ${partition}`)
    return queue
  }

  log(partition: number): MemoryPartition {
    return this.broker.partition(TOPIC, partition)
  }

  /** Appends a record; null if there is no memory. */
  add(
    partition: number,
    value: string | Uint8Array,
    callback: SendCallback | null = null
  ): RecordFuture | null {
    const queue = this.queue(partition)
    const record = { timestamp: this.clock.now(), key: null, value, headers: NO_HEADERS, callback }
    const isAdded =
      this.accumulator.appendToLast(queue, record) || this.accumulator.appendToNew(queue, record)
    return isAdded ? (queue.open?.lastFuture() ?? null) : null
  }

  /** Has one record of each partition answered: from then on several batches of it may be in flight. */
  prime(): this {
    for (const { partition } of this.queues) this.add(partition, 'first')
    this.sender.isFlushing = true
    this.sender.runOnce()
    this.lane.answerAll()
    this.sender.runOnce()
    this.sender.isFlushing = false
    return this
  }

  /** Closes what the partition has open, so that the next record starts a batch. */
  endBatch(partition: number): void {
    this.accumulator.closeForAppends(this.queue(partition))
  }

  /** Batches of a partition that wait for an answer, oldest first. */
  sent(partition: number): SentBatch[] {
    return this.lane.sent.filter(batch => batch.partition === partition)
  }

  /** Answers the oldest batch of a partition. */
  answer(partition: number, errorCode?: number): void {
    this.lane.answer(this.sent(partition)[0], errorCode)
  }

  /** Runs the sender until `ms` have passed, each time it asked to and when answers are there. */
  advance(ms: number): void {
    const end = this.clock.monotonic() + ms
    for (;;) {
      const wanted = this.sender.runOnce()
      const delay = this.lane.hasCompleted ? 0 : Math.max(wanted, 0.01)
      const left = end - this.clock.monotonic()
      if (left <= 0) return
      this.clock.advance(Math.min(left, delay))
    }
  }
}

export function valuesOf(log: MemoryPartition): string[] {
  const values: string[] = []
  for (const { bytes } of log.batches) {
    const iterator = new RecordBatchIterator(1 << 20, null)
    iterator.reset(bytes, 0, bytes.length, 0)
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) values.push(iterator.record.valueString() ?? 'null')
    }
  }
  return values
}
