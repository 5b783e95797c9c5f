/**
 * A broker: what it keeps, and which handler answers which command. Callers of the same process reach it over
 * command ports; record bytes pass by it, through the arena.
 *
 * Thread: the broker's own event loop.
 */
import { invariant } from '../base/invariant.ts'
import { systemRandom } from '../base/random.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { machineLimits } from '../data-plane/log/file-storage.ts'
import { type Command, CommandPort, SharedReply } from '../threads/command-port.ts'
import type {
  CreateTopicsRequest,
  InitProducerIdRequest,
  MetadataRequest
} from '../wire/protocol/messages.ts'
import { Caller } from './caller.ts'
import { createEngine, type Engine } from './engine.ts'
import { createTopics } from './handlers/create-topics.ts'
import { initProducerId } from './handlers/init-producer-id.ts'
import {
  openFetchLane,
  openFetchPartition,
  openProduceLane,
  openProducePartition
} from './handlers/local-lanes.ts'
import { metadata } from './handlers/metadata.ts'
import {
  bodyAs,
  type LaneName,
  type LaneSize,
  type PartitionRoom,
  type PartitionUsage,
  type ProducePartitionName,
  truncationOffset
} from './local-commands.ts'
import { LogDirectory } from './log-directory.ts'
import { type PartitionLimits, partitionLimits } from './partition-limits.ts'
import { PartitionRegistry } from './partition-registry.ts'
import { ProducerIds } from './producer-ids.ts'
import { TopicStore } from './topic-store.ts'

export interface BrokerOptions {
  readonly logDirectory: string
  readonly arenaBytes: number
  /** engine.partition.pace; 0: none. */
  readonly partitionPace?: number
  /** engine.partition.threads.max; 0: what the machine carries. */
  readonly partitionThreadsMax?: number
}

/** Of a partition whose thread does not run. */
const UNUSED: PartitionUsage = {
  cpuMs: null,
  diskMs: 0,
  blockedMs: null,
  threadPartitions: 0,
  pacedMs: 0,
  passes: 0,
  bytes: 0,
  tailBytes: 0
}

export class Broker {
  readonly #engine: Engine
  readonly #directory: LogDirectory
  readonly #topics: TopicStore
  readonly #producerIds: ProducerIds
  readonly #partitions: PartitionRegistry
  readonly #limits: PartitionLimits
  readonly #callers = new Set<CommandPort>()
  #lastId = 0

  /** @throws HighwaterError HIGHWATER_STORAGE, HIGHWATER_RESOURCES, HIGHWATER_LOG_CORRUPT */
  constructor(options: BrokerOptions) {
    this.#engine = createEngine(options.arenaBytes)
    this.#limits = partitionLimits(machineLimits(), options.partitionThreadsMax ?? 0)
    const { storage } = this.#engine
    this.#directory = LogDirectory.claim(storage, options.logDirectory)
    try {
      this.#topics = new TopicStore(storage, options.logDirectory)
      this.#producerIds = new ProducerIds(storage, options.logDirectory)
    } catch (error) {
      this.#directory.release()
      throw error
    }
    this.#partitions = new PartitionRegistry(this.#engine, this.#topics, {
      logDirectory: options.logDirectory,
      threadsMax: this.#limits.threads,
      pace: options.partitionPace ?? 0
    })
  }

  /** Commands of the cluster that started this broker. */
  async control({ name, body }: Command): Promise<object> {
    switch (name) {
      case 'connect': {
        const { local, remote } = CommandPort.pair()
        this.#accept(local)
        return new SharedReply({}, { port: remote })
      }
      case 'killPartition':
        await this.#partitions.get(bodyAs<TopicPartition>({ body }))?.kill()
        return {}
      case 'truncatePartition': {
        const { offset, ...name } = bodyAs<TopicPartition & { readonly offset: number }>({ body })
        const end = truncationOffset(offset)
        const partition = await this.#partitions.open(name)
        return (await partition.truncate(end)).body
      }
      case 'partitionUsage': {
        const usage = await this.#partitions.get(bodyAs<TopicPartition>({ body }))?.usage()
        return usage?.body ?? UNUSED
      }
      case 'partitionRoom':
        return this.#partitionRoom()
      case 'close':
        await this.#close()
        return {}
      default:
        invariant(false, 'the broker knows the commands of its cluster', { name })
    }
  }

  #partitionRoom(): PartitionRoom {
    const { threads, threadsReason } = this.#limits
    return { partitions: Math.max(0, threads - this.#topics.partitionCount), reason: threadsReason }
  }

  #accept(port: CommandPort): void {
    const caller = new Caller(
      this.#engine,
      () => ++this.#lastId,
      readerRow => this.#partitions.forgetReader(readerRow)
    )
    this.#callers.add(port)
    port.onCommand(command => this.#answer(caller, command))
    port.onClose(() => {
      this.#callers.delete(port)
      caller.end()
    })
  }

  #answer(caller: Caller, { name, body }: Command): object | Promise<object> {
    switch (name) {
      case 'hello':
        return new SharedReply(
          { scratch: caller.scratch },
          { ...this.#engine.arena, bells: this.#engine.bellWords }
        )
      case 'metadata':
        return metadata(bodyAs<MetadataRequest>({ body }), this.#topics, this.#partitions)
      case 'createTopics':
        return createTopics(bodyAs<CreateTopicsRequest>({ body }), {
          topics: this.#topics,
          limits: this.#limits,
          random: systemRandom
        })
      case 'initProducerId':
        return initProducerId(bodyAs<InitProducerIdRequest>({ body }), this.#producerIds)
      default:
        return this.#answerLane(caller, name, body)
    }
  }

  #answerLane(caller: Caller, name: string, body: Command['body']): object | Promise<object> {
    switch (name) {
      case 'openProduceLane':
        return openProduceLane(caller, bodyAs<LaneSize>({ body }))
      case 'openProducePartition':
        return openProducePartition(caller, bodyAs<ProducePartitionName>({ body }), this.#partitions)
      case 'closeProduceLane':
        caller.closeProduceLane(bodyAs<LaneName>({ body }).lane)
        return {}
      case 'openFetchLane':
        return openFetchLane(caller)
      case 'openFetchPartition':
        return openFetchPartition(bodyAs<TopicPartition>({ body }), this.#partitions)
      case 'closeFetchLane':
        caller.closeFetchLane(bodyAs<LaneName>({ body }).lane)
        return {}
      default:
        invariant(false, 'the broker knows the commands of its callers', { name })
    }
  }

  /** Submitted batches are answered, logs are flushed and closed; then the callers are let go of. */
  async #close(): Promise<void> {
    try {
      await this.#partitions.close()
    } finally {
      for (const port of this.#callers) port.close()
      this.#directory.release()
    }
  }
}
