/**
 * Lanes in memory, for tests: deterministic twins of what a channel opens. A batch is read from its slot and
 * appended when the test says so: at once, late or never. That is where a slot that was freed too early
 * shows.
 */
import { crc32cOf } from '../../native-free/crc32c.ts'
import type { Clock } from '../../src/base/clock.ts'
import { KafkaError } from '../../src/base/kafka-error.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type {
  FetchLane,
  FetchPlace,
  ProduceBatch,
  ProduceLane,
  ProduceLaneOptions,
  ProducePartition,
  ProduceResult
} from '../../src/wire/network/channel.ts'
import type { FetchRequest, FetchResponse } from '../../src/wire/protocol/messages.ts'
import type { MemoryBroker, MemoryPartition } from './memory-broker.ts'

/** A batch that was sent and not answered. */
export interface SentBatch extends ProduceBatch {
  readonly topic: string
  readonly partition: number
  readonly acks: number
  /** Number of the request it came with, from 0. */
  readonly request: number
}

export class MemoryProduceLane implements ProduceLane {
  window: 'node' | 'partition' = 'node'
  readonly options: ProduceLaneOptions
  readonly sent: SentBatch[] = []
  readonly requestSizes: number[] = []
  requestCount = 0
  isClosed = false
  /** Answers every request inside `send`. */
  isPrompt = false
  /** Called in the place of a blocked thread; without it time passes and nothing else. */
  onBlock: (timeoutMs: number) => void
  /** Sees every batch as it is read from its slot. */
  onAppend: (batch: SentBatch, bytes: Uint8Array) => void = () => {}
  openCount = 0
  readonly #broker: MemoryBroker
  readonly #clock: Clock
  readonly #slots: Uint8Array
  #added: SentBatch[] = []
  #completed: ProduceResult[] = []
  #waiters: (() => void)[] = []

  constructor(
    broker: MemoryBroker,
    clock: Clock & { block?(ms: number): void },
    options: ProduceLaneOptions
  ) {
    this.#broker = broker
    this.#clock = clock
    this.options = options
    this.#slots = new Uint8Array(options.slotBytes * options.slotCount)
    this.onBlock = timeoutMs => clock.block?.(timeoutMs)
  }

  async openPartition({ topic, partition }: TopicPartition): Promise<ProducePartition> {
    if (this.#broker.partitionsOf(topic)?.[partition] === undefined) {
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${topic}-${partition}`)
    }
    this.openCount += 1
    return { topic, partition, leaderEpoch: 0 }
  }

  fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    this.#slots.set(bytes.subarray(0, byteLength), slot * this.options.slotBytes)
  }

  add({ topic, partition }: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void {
    const { slot, slotRun, byteLength, recordCount, baseSequence, producerId, producerEpoch } = batch
    const names = { slot, slotRun, byteLength, recordCount, baseSequence, producerId, producerEpoch }
    this.#added.push({ ...names, topic, partition, acks, request: this.requestCount })
  }

  send(): void {
    if (this.#added.length === 0) return
    this.requestCount += 1
    this.requestSizes.push(this.#added.reduce((sum, { recordCount }) => sum + recordCount, 0))
    this.sent.push(...this.#added)
    this.#added = []
    if (this.isPrompt) this.answerAll()
  }

  reap(settle: (result: ProduceResult) => void): number {
    const completed = this.#completed
    this.#completed = []
    for (const result of completed) settle(result)
    return completed.length
  }

  get hasCompleted(): boolean {
    return this.#completed.length > 0
  }

  waitBlocking(timeoutMs: number): void {
    if (!this.hasCompleted) this.onBlock(timeoutMs)
  }

  async wait(timeoutMs: number): Promise<void> {
    if (this.hasCompleted || this.isClosed) return
    await new Promise<void>(resolve => {
      const cancel = this.#clock.after(timeoutMs, resolve)
      this.#waiters.push(() => {
        cancel()
        resolve()
      })
    })
  }

  close(): void {
    this.isClosed = true
    this.#wake()
  }

  /** The broker reads the slot, appends the batch and answers. Any order among partitions is possible. */
  answer(batch: SentBatch | undefined, errorCode?: number): void {
    if (batch === undefined) throw new Error('the test answers a batch that was not sent')
    this.sent.splice(this.sent.indexOf(batch), 1)
    const at = batch.slot * this.options.slotBytes
    const bytes = this.#slots.slice(at, at + batch.byteLength)
    const isRefused = errorCode !== undefined && errorCode !== 0
    if (!isRefused) this.onAppend(batch, bytes)
    const answer = isRefused
      ? { errorCode, baseOffset: -1 }
      : this.#broker.partition(batch.topic, batch.partition).append(bytes)
    this.#completed.push({ slot: batch.slot, logAppendTime: -1, logStartOffset: 0, ...answer })
    this.#wake()
  }

  answerAll(): void {
    while (this.sent.length > 0) this.answer(this.sent[0])
  }

  #wake(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }
}

export class MemoryFetchLane implements FetchLane {
  isClosed = false
  fetchCount = 0
  openCount = 0
  /** Error codes to answer the next fetches with. */
  readonly refusals: number[] = []
  /** Gives the answer as a promise, as a broker behind a socket does. */
  isRemote = false
  /** Damages the bytes that are given out. */
  onBytes: (bytes: Uint8Array) => void = () => {}
  readonly #broker: MemoryBroker
  readonly #clock: Clock & { block?(ms: number): void }
  readonly #opened = new Set<string>()
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(broker: MemoryBroker, clock: Clock & { block?(ms: number): void }) {
    this.#broker = broker
    this.#clock = clock
  }

  async openPartition({ topic, partition }: TopicPartition): Promise<void> {
    if (this.#broker.partitionsOf(topic)?.[partition] === undefined) {
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${topic}-${partition}`)
    }
    this.openCount += 1
    this.#opened.add(`${topic}-${partition}`)
  }

  fetch(request: FetchRequest): FetchResponse | Promise<FetchResponse> {
    const answer = this.#answer(request)
    return this.isRemote ? Promise.resolve(answer) : answer
  }

  release(): void {
    this.#chunk.fill(0xee)
  }

  async wait(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): Promise<void> {
    const deadline = this.#clock.monotonic() + timeoutMs
    while (!this.isClosed && !this.#hasEnough(places, minBytes) && this.#clock.monotonic() < deadline) {
      await new Promise<void>(resolve => this.#clock.after(1, resolve))
    }
  }

  waitBlocking(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): void {
    if (!this.#hasEnough(places, minBytes)) this.#clock.block?.(timeoutMs)
  }

  #hasEnough(places: readonly FetchPlace[], minBytes: number): boolean {
    let bytes = 0
    for (const { topic, partition, offset } of places) {
      const log = this.#broker.partition(topic, partition)
      if (log.logEndOffset > offset) bytes += sliceOf(log, offset, Number.MAX_SAFE_INTEGER).length
    }
    return bytes >= minBytes
  }

  close(): void {
    this.isClosed = true
  }

  /** The bytes given before are overwritten: they belonged to the reader until this fetch. */
  #answer({ topic, partition, fetchOffset, maxBytes }: FetchRequest): FetchResponse {
    if (!this.#opened.has(`${topic}-${partition}`)) throw new Error(`${topic}-${partition} was not opened`)
    this.fetchCount += 1
    this.#chunk.fill(0xee)
    const log = this.#broker.partition(topic, partition)
    const refusal = this.refusals.shift()
    if (refusal !== undefined && refusal !== 0) return this.#response(log, refusal, new Uint8Array(0))
    if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset) {
      return this.#response(log, 1, new Uint8Array(0))
    }
    this.#chunk = sliceOf(log, fetchOffset, maxBytes)
    this.onBytes(this.#chunk)
    return this.#response(log, 0, this.#chunk)
  }

  #response(log: MemoryPartition, errorCode: number, bytes: Uint8Array): FetchResponse {
    return {
      errorCode,
      highWatermark: log.logEndOffset,
      logStartOffset: log.logStartOffset,
      bytes,
      crc32c: (at, length) => crc32cOf(bytes, at, at + length)
    }
  }
}

/** Whole batches from the one with `offset` on, the last one cut at `maxBytes`; the first is always whole. */
function sliceOf(log: MemoryPartition, offset: number, maxBytes: number): Uint8Array {
  const wanted = log.batches.filter(({ baseOffset, recordCount }) => baseOffset + recordCount > offset)
  const first = wanted[0]?.bytes.length ?? 0
  const total = wanted.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const chunk = new Uint8Array(Math.min(total, Math.max(first, maxBytes)))
  let at = 0
  for (const { bytes } of wanted) {
    if (at >= chunk.length) break
    chunk.set(bytes.subarray(0, chunk.length - at), at)
    at += bytes.length
  }
  return chunk
}
