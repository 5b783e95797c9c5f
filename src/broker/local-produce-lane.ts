/**
 * A producer's way to the partitions of its own process: slots in the arena, one ring per partition, and a
 * bell. A batch is copied once, from private staging into its slot; the rest is a few words.
 *
 *   fill ─▶ add (slot table, ring entry) ─▶ send (one store per ring, then the bells)   reap ◀─ `completed`
 *
 * Thread: the caller that opened it.
 */
import type { Answer } from '../base/answer.ts'
import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { arrival, type Steps, task } from '../base/task.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import type { Arena } from '../threads/arena.ts'
import type { Bells } from '../threads/bells.ts'
import type { CommandPort } from '../threads/command-port.ts'
import { RingSender } from '../threads/ring.ts'
import { SLOT_ACKS_NONE, SLOT_IDEMPOTENT, SlotTable } from '../threads/slot-table.ts'
import { AtomicWords } from '../threads/words.ts'
import type {
  ProduceBatch,
  ProduceLane,
  ProduceLaneOptions,
  ProducePartition,
  ProduceResult
} from '../wire/network/channel.ts'
import type { KeepAlive } from './keep-alive.ts'
import {
  bodyAs,
  type LaneName,
  type ProduceLaneReply,
  type ProducePartitionName,
  type ProducePartitionReply,
  sharedWords
} from './local-commands.ts'

/** What a lane needs of its channel. */
export interface LaneParts {
  readonly port: CommandPort
  readonly arena: Arena
  readonly bells: Bells
  readonly keepAlive: KeepAlive
  readonly clock: Clock
}

class LocalProducePartition implements ProducePartition {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly ring: RingSender
  readonly hostBellRow: number
  /** Whether batches were added since the last `send`. */
  isTouched = false
  /** Whether its lane looks here for completions. */
  isWatched = false

  constructor({ topic, partition }: TopicPartition, reply: ProducePartitionReply, ring: SharedArrayBuffer) {
    this.topic = topic
    this.partition = partition
    this.leaderEpoch = reply.leaderEpoch
    this.hostBellRow = reply.hostBellRow
    this.ring = new RingSender(new AtomicWords(ring), reply.capacity)
  }
}

export class LocalProduceLane implements ProduceLane {
  /** A partition whose thread is away holds up nobody else. */
  readonly window = 'partition'
  readonly #parts: LaneParts
  readonly #options: ProduceLaneOptions
  readonly #lane: ProduceLaneReply
  readonly #slots: SlotTable
  readonly #partitions: LocalProducePartition[] = []
  readonly #openings = new Map<string, Answer<ProducePartition>>()
  readonly #touched: LocalProducePartition[] = []
  /** Those with something in flight, and perhaps some that had: idle partitions cost nothing. */
  readonly #watched: LocalProducePartition[] = []
  readonly #result: ProduceResult = {
    slot: 0,
    errorCode: 0,
    baseOffset: -1,
    logAppendTime: -1,
    logStartOffset: -1
  }
  readonly #hasCompleted = (): boolean => this.hasCompleted
  #submission = 0
  /** Calls of `reap` under way: what it settles may send and reap again. */
  #reaping = 0
  #isSleeping = false
  #isClosed = false

  private constructor(
    parts: LaneParts,
    options: ProduceLaneOptions,
    lane: ProduceLaneReply,
    slots: SharedArrayBuffer
  ) {
    this.#parts = parts
    this.#options = options
    this.#lane = lane
    this.#slots = new SlotTable(new AtomicWords(slots))
    parts.port.onClose(() => {
      if (this.#isSleeping) parts.bells.ringOwn(lane.bellRow)
    })
  }

  /** @throws HighwaterError HIGHWATER_RESOURCES */
  static *opening(parts: LaneParts, options: ProduceLaneOptions): Steps<LocalProduceLane> {
    invariant(options.slotBytes % 8 === 0, 'a slot is a multiple of 8 bytes', {
      slotBytes: options.slotBytes
    })
    const reply = yield* arrival(parts.port.call('openProduceLane', { ...options }))
    return new LocalProduceLane(parts, options, bodyAs(reply), sharedWords(reply, 'slots'))
  }

  /** One ring for a partition, however often it is asked for: two would not keep the order of batches. */
  openPartition(name: TopicPartition): Promise<ProducePartition> {
    const key = `${name.topic}-${name.partition}`
    const earlier = this.#openings.get(key)
    if (earlier !== undefined) return earlier
    const opening = task(() => this.#open(name))
    this.#openings.set(key, opening)
    opening.whenSettled(
      () => {},
      () => this.#openings.delete(key)
    )
    return opening
  }

  *#open({ topic, partition }: TopicPartition): Steps<ProducePartition> {
    const name: ProducePartitionName = { lane: this.#lane.lane, topic, partition }
    const reply = yield* arrival(this.#parts.port.call('openProducePartition', name))
    const opened = new LocalProducePartition(name, bodyAs(reply), sharedWords(reply, 'ring'))
    // Closed while it was opened: the broker still waits for the end of this ring.
    if (this.#isClosed) opened.ring.close()
    this.#partitions.push(opened)
    return opened
  }

  fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    const { slotBytes, slotCount } = this.#options
    invariant(slot * slotBytes + byteLength <= slotCount * slotBytes, 'a batch lies in its slots', () => ({
      slot,
      byteLength
    }))
    const source = bytes.byteLength === byteLength ? bytes : bytes.subarray(0, byteLength)
    this.#parts.arena.bytes.set(source, this.#lane.region + slot * slotBytes)
  }

  add(partition: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void {
    invariant(partition instanceof LocalProducePartition && !this.#isClosed, 'a partition of this open lane')
    this.#submission = (this.#submission + 1) | 0
    if (this.#submission === 0) this.#submission = 1
    const { slot, producerId } = batch
    const acksFlag = acks === 0 ? SLOT_ACKS_NONE : 0
    this.#slots.describe(slot, {
      submission: this.#submission,
      hostPartition: 0,
      byteLength: batch.byteLength,
      recordCount: batch.recordCount,
      flags: producerId < 0 ? acksFlag : acksFlag | SLOT_IDEMPOTENT,
      slotRun: batch.slotRun,
      baseSequence: batch.baseSequence,
      producerEpoch: batch.producerEpoch,
      producerId,
      leaderEpoch: partition.leaderEpoch
    })
    partition.ring.push(slot)
    if (partition.isTouched) return
    partition.isTouched = true
    this.#touched.push(partition)
  }

  /** Every ring first: what belongs to one request is seen by all hosts before the first of them is woken. */
  send(): void {
    for (const partition of this.#touched) {
      partition.ring.publish()
      if (partition.isWatched) continue
      partition.isWatched = true
      this.#watched.push(partition)
    }
    for (const partition of this.#touched) {
      partition.isTouched = false
      this.#parts.bells.ring(partition.hostBellRow)
    }
    this.#touched.length = 0
  }

  reap(settle: (result: ProduceResult) => void): number {
    let count = 0
    this.#reaping++
    try {
      for (const { ring } of this.#watched) {
        for (let slot = ring.reap(); slot >= 0; slot = ring.reap()) {
          count++
          settle(this.#read(slot))
        }
      }
    } finally {
      this.#reaping--
    }
    if (count > 0 && this.#reaping === 0) this.#unwatchIdle()
    return count
  }

  #unwatchIdle(): void {
    const watched = this.#watched
    let kept = 0
    for (const partition of watched) {
      partition.isWatched = partition.ring.inFlight > 0
      if (partition.isWatched) watched[kept++] = partition
    }
    watched.length = kept
  }

  #read(slot: number): ProduceResult {
    const result = this.#result
    result.slot = slot
    result.errorCode = this.#slots.errorCode(slot)
    result.baseOffset = this.#slots.baseOffset(slot)
    result.logAppendTime = this.#slots.logAppendTime(slot)
    result.logStartOffset = this.#slots.logStartOffset(slot)
    return result
  }

  get hasCompleted(): boolean {
    for (const { ring } of this.#watched) if (ring.hasCompleted) return true
    return false
  }

  waitBlocking(timeoutMs: number): void {
    this.#parts.bells.sleep(this.#lane.bellRow, this.#hasCompleted, timeoutMs)
  }

  /** @throws HighwaterError HIGHWATER_THREAD_ENDED once the cluster is gone and its answers are reaped */
  async wait(timeoutMs: number): Promise<void> {
    const { bells, keepAlive, port } = this.#parts
    const mustWake = (): boolean => this.hasCompleted || port.isClosed
    this.#isSleeping = true
    await keepAlive.during(bells.sleepAsync(this.#lane.bellRow, mustWake, timeoutMs))
    this.#isSleeping = false
    if (port.isClosed && !this.hasCompleted && !this.#isClosed) throw clusterEnded()
  }

  /** What is in flight is still appended; nobody hears of it. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { ring } of this.#partitions) ring.close()
    const name: LaneName = { lane: this.#lane.lane }
    if (!this.#parts.port.isClosed) this.#parts.port.post('closeProduceLane', name)
  }
}

/** For whoever still uses a lane of a cluster that is gone. */
export function clusterEnded(): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_THREAD_ENDED',
    'the cluster was closed, or the thread of its broker has ended; start another and open new clients'
  )
}
