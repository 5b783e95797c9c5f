/** A topic whose partitions have so many batches waiting, for the rules that look at them. */
import { seededRandom } from '../../../src/base/random.ts'
import { BatchOutcome, UnheardFailures } from '../../../src/clients/producer/batch-outcome.ts'
import type { TopicPartitions } from '../../../src/clients/producer/partition-load.ts'
import { PartitionQueue } from '../../../src/clients/producer/partition-queue.ts'
import { Partitioning, type TopicPartitioner } from '../../../src/clients/producer/partitioner.ts'
import { ProducerBatch } from '../../../src/clients/producer/producer-batch.ts'
import type { ProducerRecord, SerializedRecord } from '../../../src/clients/producer/producer-record.ts'
import { StagingPool } from '../../../src/clients/producer/staging-pool.ts'
import { type ProducerConfig, parseProducerConfig } from '../../../src/config/producer-config.ts'
import { NO_HEADERS } from '../../../src/wire/record/record-header.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const STAGING = new StagingPool(1024)

export class LoadedTopic implements TopicPartitions {
  readonly topic = 't'
  readonly queues: PartitionQueue[]
  readonly leaders: boolean[]

  /** @param waiting batches by partition, all of them closed */
  constructor(waiting: readonly number[]) {
    this.leaders = waiting.map(() => true)
    this.queues = waiting.map((count, partition) => {
      const queue = new PartitionQueue('t', partition)
      queue.closedRecords = 1
      for (let index = 0; index < count; index++) addBatch(queue).isClosedForAppends = true
      return queue
    })
  }

  get available(): readonly number[] {
    const led = this.queues.map(({ partition }) => partition).filter(partition => this.leaders[partition])
    return led.length > 0 ? led : this.queues.map(({ partition }) => partition)
  }

  hasLeader(partition: number): boolean {
    return this.leaders[partition] === true
  }

  /** Says whether a record ever went to the partition. */
  touch(partition: number, isTouched: boolean): void {
    const queue = this.queues[partition]
    if (queue !== undefined) queue.closedRecords = isTouched ? 1 : 0
  }

  partitioner(config: ProducerConfig, clock = new ManualClock()): TopicPartitioner {
    const settings = parseProducerConfig(config)
    return new Partitioning({ settings, clock, random: seededRandom(3) }).forTopic(this)
  }
}

/** Opens a batch at the end of the queue. */
export function addBatch(queue: PartitionQueue): ProducerBatch {
  const batch = new ProducerBatch({
    slot: -1,
    staging: STAGING.take(1024),
    outcome: new BatchOutcome(queue.topic, queue.partition, new UnheardFailures()),
    createdAt: 0,
    firstRecord: 0,
    generation: 0
  })
  queue.batches.push(batch)
  return batch
}

/** A record as it is given to a partitioner. */
export function keyed(
  key: string | null,
  source: Partial<ProducerRecord<unknown, unknown>> = {}
): SerializedRecord {
  return {
    timestamp: 0,
    key: key === null ? null : Buffer.from(key),
    value: 'v',
    headers: NO_HEADERS,
    callback: null,
    source: { topic: 't', key, value: 'v', ...source }
  }
}
