/**
 * The channel of a client in the process of its broker: requests as commands, record batches through shared
 * memory.
 *
 * Thread: the caller that opened it.
 */
import type { Answer } from '../base/answer.ts'
import { systemClock } from '../base/clock.ts'
import { ERROR_CODES } from '../base/error-codes.ts'
import { arrival, type Steps, task } from '../base/task.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { fileStorage } from '../data-plane/log/file-storage.ts'
import { SegmentHandles } from '../data-plane/log/segment-handles.ts'
import { Arena } from '../threads/arena.ts'
import { Bells } from '../threads/bells.ts'
import { CommandPort, type MessagePort } from '../threads/command-port.ts'
import { AtomicWords } from '../threads/words.ts'
import type {
  Channel,
  FetchLane,
  FetchLaneOptions,
  ProduceLane,
  ProduceLaneOptions
} from '../wire/network/channel.ts'
import {
  type CreateTopicsRequest,
  type CreateTopicsResponse,
  EARLIEST_TIMESTAMP,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
  LATEST_TIMESTAMP,
  type ListOffsetsRequest,
  type ListOffsetsResponse,
  type MetadataRequest,
  type MetadataResponse
} from '../wire/protocol/messages.ts'
import { KeepAlive } from './keep-alive.ts'
import {
  bodyAs,
  type FetchPartitionReply,
  type HelloReply,
  sharedArena,
  sharedWords
} from './local-commands.ts'
import { LocalFetchLane } from './local-fetch-lane.ts'
import { LocalLog } from './local-log.ts'
import { type LaneParts, LocalProduceLane } from './local-produce-lane.ts'

export class LocalChannel implements Channel {
  readonly #parts: LaneParts
  readonly #lanes = new Set<ProduceLane | FetchLane>()

  private constructor(parts: LaneParts) {
    this.#parts = parts
  }

  /** @param messagePort an end that the broker answers at; it belongs to the channel from now on */
  static open(messagePort: MessagePort): Promise<LocalChannel> {
    return task(() => LocalChannel.#open(new CommandPort(messagePort)))
  }

  static *#open(port: CommandPort): Steps<LocalChannel> {
    const reply = yield* arrival(port.call('hello', {}))
    const bells = new Bells(new AtomicWords(sharedWords(reply, 'bells')))
    const arena = new Arena(sharedArena(reply), bodyAs<HelloReply>(reply).scratch)
    return new LocalChannel({ port, arena, bells, keepAlive: new KeepAlive(port), clock: systemClock })
  }

  metadata(request: MetadataRequest): Promise<MetadataResponse> {
    return this.#ask('metadata', request)
  }

  createTopics(request: CreateTopicsRequest): Promise<CreateTopicsResponse> {
    return this.#ask('createTopics', request)
  }

  initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdResponse> {
    return this.#ask('initProducerId', request)
  }

  #ask<Response extends object>(command: string, request: object): Answer<Response> {
    const { port } = this.#parts
    return task(function* () {
      return bodyAs<Response>(yield* arrival(port.call(command, request)))
    })
  }

  /** Answered by this thread: offsets stand in the log view, times in the files. */
  async listOffsets({ topic, partition, timestamp }: ListOffsetsRequest): Promise<ListOffsetsResponse> {
    const handles = new SegmentHandles(fileStorage)
    try {
      const log = await this.#openLog({ topic, partition }, handles)
      return offsetAt(log, timestamp)
    } finally {
      handles.closeAll()
    }
  }

  async #openLog(name: TopicPartition, handles: SegmentHandles): Promise<LocalLog> {
    const reply = await this.#parts.port.call('openFetchPartition', name)
    const words = { control: sharedWords(reply, 'control'), segments: sharedWords(reply, 'segments') }
    return new LocalLog(words, handles, bodyAs<FetchPartitionReply>(reply).directory)
  }

  openProduceLane(options: ProduceLaneOptions): Promise<ProduceLane> {
    return task(() => this.#openProduceLane(options))
  }

  *#openProduceLane(options: ProduceLaneOptions): Steps<ProduceLane> {
    const lane = yield* LocalProduceLane.opening(this.#parts, options)
    this.#lanes.add(lane)
    return lane
  }

  async openFetchLane(options: FetchLaneOptions): Promise<FetchLane> {
    const lane = await LocalFetchLane.open(this.#parts, options)
    this.#lanes.add(lane)
    return lane
  }

  /** Closes the lanes; the broker takes back what they had. */
  async close(): Promise<void> {
    for (const lane of this.#lanes) lane.close()
    this.#lanes.clear()
    this.#parts.port.close()
  }
}

const ATTEMPTS_MAX = 8

function offsetAt(log: LocalLog, timestamp: number): ListOffsetsResponse {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (!log.sample()) continue
    const { highWatermark, logStartOffset } = log.view
    if (timestamp === LATEST_TIMESTAMP) return { errorCode: 0, offset: highWatermark, timestamp: -1 }
    if (timestamp === EARLIEST_TIMESTAMP) return { errorCode: 0, offset: logStartOffset, timestamp: -1 }
    const found = log.offsetForTimestamp(timestamp)
    if (log.stillHolds())
      return { errorCode: 0, offset: found?.offset ?? -1, timestamp: found?.timestamp ?? -1 }
  }
  return { errorCode: ERROR_CODES.NOT_LEADER_OR_FOLLOWER.code, offset: -1, timestamp: -1 }
}
