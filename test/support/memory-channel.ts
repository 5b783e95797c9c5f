/** A channel to a broker in memory, for tests. What it opened stays in the hands of the test. */
import { type Clock, systemClock } from '../../src/base/clock.ts'
import type { Channel, FetchLane, ProduceLane, ProduceLaneOptions } from '../../src/wire/network/channel.ts'
import {
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  EARLIEST_TIMESTAMP,
  type InitProducerIdResponse,
  LATEST_TIMESTAMP,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  type MetadataRequest,
  type MetadataResponse
} from '../../src/wire/protocol/messages.ts'
import { maxTimestampAt } from '../../src/wire/record/record-batch.ts'
import { MemoryBroker } from './memory-broker.ts'
import { MemoryFetchLane, MemoryProduceLane } from './memory-lane.ts'

export class MemoryChannel implements Channel {
  readonly broker = new MemoryBroker()
  isClosed = false
  metadataCount = 0
  /** Settings of the topics that were asked for. */
  readonly createdConfigs: Readonly<Record<string, string>>[] = []
  /** Error codes to answer the next InitProducerId requests with. */
  readonly identityRefusals: number[] = []
  readonly #clock: Clock
  #produceLane: MemoryProduceLane | null = null
  #fetchLane: MemoryFetchLane | null = null

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  get produceLane(): MemoryProduceLane {
    if (this.#produceLane === null) throw new Error('no produce lane was opened')
    return this.#produceLane
  }

  get fetchLane(): MemoryFetchLane {
    if (this.#fetchLane === null) throw new Error('no fetch lane was opened')
    return this.#fetchLane
  }

  async metadata({ topics }: MetadataRequest): Promise<MetadataResponse> {
    this.metadataCount += 1
    const names = topics ?? this.broker.topics()
    return {
      topics: names.map(name => {
        const partitions = this.broker.partitionsOf(name)
        return {
          name,
          errorCode: partitions === undefined ? 3 : 0,
          partitions: (partitions ?? []).map(({ partition, leaderId }) => ({
            errorCode: 0,
            partitionIndex: partition,
            leaderId,
            leaderEpoch: 0
          }))
        }
      })
    }
  }

  async createTopics({ topics }: CreateTopicsRequest): Promise<CreateTopicsResponse> {
    return {
      topics: topics.map(({ name, numPartitions, configs }) => {
        this.createdConfigs.push(configs)
        const exists = this.broker.partitionsOf(name) !== undefined
        if (!exists) this.broker.createTopic(name, numPartitions)
        return { name, errorCode: exists ? 36 : 0, errorMessage: null }
      })
    }
  }

  async initProducerId(): Promise<InitProducerIdResponse> {
    const errorCode = this.identityRefusals.shift() ?? 0
    if (errorCode !== 0) return { errorCode, producerId: -1, producerEpoch: -1 }
    return { errorCode: 0, producerId: this.broker.takeProducerId(), producerEpoch: 0 }
  }

  async listOffsets({ topic, partition, timestamp }: ListOffsetsRequest): Promise<ListOffsetsResponse> {
    const log = this.broker.partitionsOf(topic)?.[partition]
    if (log === undefined) return { errorCode: 3, offset: -1, timestamp: -1 }
    if (timestamp === EARLIEST_TIMESTAMP) return { errorCode: 0, offset: log.logStartOffset, timestamp: -1 }
    if (timestamp === LATEST_TIMESTAMP) return { errorCode: 0, offset: log.logEndOffset, timestamp: -1 }
    const found = log.batches.find(({ bytes }) => maxTimestampAt(new DataView(bytes.buffer), 0) >= timestamp)
    return { errorCode: 0, offset: found?.baseOffset ?? -1, timestamp: -1 }
  }

  async openProduceLane(options: ProduceLaneOptions): Promise<ProduceLane> {
    this.#produceLane = new MemoryProduceLane(this.broker, this.#clock, options)
    return this.#produceLane
  }

  async openFetchLane(): Promise<FetchLane> {
    this.#fetchLane = new MemoryFetchLane(this.broker, this.#clock)
    return this.#fetchLane
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}
