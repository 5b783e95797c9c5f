/**
 * The one place where clients and brokers meet. `broker/local-channel.ts` hands over slots and views inside
 * the process; a TCP channel will frame bytes. Clients cannot tell which they have.
 *
 * Thread: a channel and its lanes belong to the thread that opened them.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import type {
  CreateTopicsRequest,
  CreateTopicsResponse,
  FetchRequest,
  FetchResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  MetadataRequest,
  MetadataResponse
} from '../protocol/messages.ts'

export interface Channel {
  metadata(request: MetadataRequest): Promise<MetadataResponse>
  createTopics(request: CreateTopicsRequest): Promise<CreateTopicsResponse>
  initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdResponse>
  listOffsets(request: ListOffsetsRequest): Promise<ListOffsetsResponse>
  /** @throws HighwaterError HIGHWATER_RESOURCES when the arena has no region left */
  openProduceLane(options: ProduceLaneOptions): Promise<ProduceLane>
  openFetchLane(options: FetchLaneOptions): Promise<FetchLane>
  close(): Promise<void>
}

export interface ProduceLaneOptions {
  /** Payload bytes of one slot: batch.size rounded up to 8. */
  readonly slotBytes: number
  readonly slotCount: number
  readonly inFlightMax: number
}

/** One batch as it is handed over: which slot run holds it, and what its producer says about it. */
export interface ProduceBatch {
  /** First slot of the run. */
  readonly slot: number
  readonly slotRun: number
  readonly byteLength: number
  readonly recordCount: number
  readonly baseSequence: number
  readonly producerId: number
  readonly producerEpoch: number
}

/** The answer to a batch; the object is reused: read it inside the call. */
export interface ProduceResult {
  slot: number
  errorCode: number
  baseOffset: number
  /** -1 with CreateTime. */
  logAppendTime: number
  logStartOffset: number
}

/** A producer's way to the brokers: shared slots, and requests that name them. */
export interface ProduceLane {
  /**
   * What max.in.flight.requests.per.connection counts: requests of a node, whose answers come in order over
   * one connection, or batches of a partition, whose thread answers for itself alone.
   */
  readonly window: 'node' | 'partition'
  /** Asks the broker where the partition's batches go. Before the first `add` for it. */
  openPartition(partition: TopicPartition): Promise<ProducePartition>
  /** Copies a closed batch from private memory into its slot run; `bytes` starts 8-aligned. */
  fill(slot: number, bytes: Uint8Array, byteLength: number): void
  /** Adds a batch to the request being built. */
  add(partition: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void
  /** Sends what was added, as one request per node. */
  send(): void
  /** Calls `settle` for every completed batch, in request order per partition; returns how many. */
  reap(settle: (result: ProduceResult) => void): number
  /** True if `reap` would find something. */
  readonly hasCompleted: boolean
  /** Blocks this thread until a completion, at most `timeoutMs`. */
  waitBlocking(timeoutMs: number): void
  /** As `waitBlocking`, leaving the event loop free where the thread has one to run. */
  wait(timeoutMs: number): Promise<void>
  close(): void
}

/** Where batches of one partition go. Opaque to clients but for the partition's name. */
export interface ProducePartition extends TopicPartition {
  readonly leaderEpoch: number
}

export interface FetchLaneOptions {
  /** Bytes of the reader's private chunk; grows when a batch is longer. */
  readonly chunkBytes: number
  /** False: bytes come from the files alone. True if absent. */
  readonly hotTail?: boolean
}

/** Where a reader is. */
export interface FetchPlace extends TopicPartition {
  readonly offset: number
}

export interface FetchLane {
  /** Asks the broker where the partition is read. Before the first `fetch` of it. */
  openPartition(partition: TopicPartition): Promise<void>
  /**
   * The bytes at once in this process, or a promise where a round trip is needed. They are valid until the
   * next `fetch` or `release` of this lane, and nobody may write into them.
   */
  fetch(request: FetchRequest): FetchResponse | Promise<FetchResponse>
  /** The reader is through with the bytes of the last answer. */
  release(): void
  /** Resolves when `minBytes` may be read behind these places taken together, or after `timeoutMs`. */
  wait(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): Promise<void>
  /** As `wait`, blocking the thread. */
  waitBlocking(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): void
  close(): void
}
