/**
 * Records that wait for memory, or for their topic to become known, each at most `max.block.ms`.
 *
 * First in, first out, with one exception: a record whose topic is not known yet is passed by those of other
 * topics. Key, value and headers are the queue's own copies: the caller may use its buffers again after
 * `send()`. Only so many may wait for memory; for topics as many as take `buffer.memory`, which is beside the
 * slots and counts the objects they consist of, and then as many again as may wait for memory.
 *
 * Thread: the caller's. Kafka: where a Java producer blocks in send(); a JavaScript one must not.
 */
import type { RecordHeader } from '../../wire/record/record-header.ts'
import type { SerializedRecord } from './producer-record.ts'
import type { RecordFuture } from './record-future.ts'

export interface WaitingRecord extends SerializedRecord {
  readonly topic: string
  /** The partition the record names or the partitioner chose; -1 while it is not chosen. */
  partition: number
  readonly future: RecordFuture
  /** Counts the records of the queue from 1. */
  readonly number: number
  /** Answers about the topic when the record was queued: the next one says whether its partition exists. */
  readonly answersSeen: number
  /** Monotonic time at which the record has waited long enough. */
  readonly deadline: number
}

/** What became of a record that was offered a place. */
export type Placing = 'placed' | 'topic unknown' | 'no memory'

export class SendQueue {
  readonly #recordsMax: number
  readonly #bytesMax: number
  #forMemory: WaitingRecord[] = []
  /** Records of topics that were not known when the first of them came; all that follow wait behind it. */
  readonly #forTopic = new Map<string, WaitingRecord[]>()
  readonly #countOf = new Map<string, number>()
  #size = 0
  #addedCount = 0
  /** Of those that wait for their topic. */
  #bytes = 0
  /** Records that came to them since their line was crowded. */
  #crowd = 0
  #isMemoryShort = false
  #isDraining = false

  /** @param recordsMax that wait for memory; 0: none waits at all. @param bytesMax that wait for topics */
  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#size
  }

  /** Those that wait for memory. */
  get memoryWaiters(): number {
    return this.#forMemory.length
  }

  /** Whether no more may wait, for their topic or else for memory. */
  isFull(waitsForTopic: boolean): boolean {
    if (!waitsForTopic || this.#recordsMax === 0) return this.#forMemory.length >= this.#recordsMax
    return this.isCrowded && this.#crowd >= this.#recordsMax
  }

  /** Whether who waits for a topic fills the room that is meant for it. */
  get isCrowded(): boolean {
    return this.#size >= this.#recordsMax && this.#bytes >= this.#bytesMax
  }

  /** Whether the first that could go found no memory when it was tried last. */
  get isMemoryShort(): boolean {
    return this.#isMemoryShort
  }

  /** When the record that waits longest gives up; infinite if none waits. */
  get nextDeadline(): number {
    return this.#firsts().reduce((least, { deadline }) => Math.min(least, deadline), Number.POSITIVE_INFINITY)
  }

  /** How many were added so far: `hasLeft` of this number says whether all of them have left. */
  get addedCount(): number {
    return this.#addedCount
  }

  /** Whether the first `number` records that were added have left, one way or the other. */
  hasLeft(number: number): boolean {
    return this.#firsts().every(record => record.number > number)
  }

  /** Whether a new record of the topic must wait behind others. */
  holds(topic: string): boolean {
    return this.#isMemoryShort || (this.#size > 0 && this.#countOf.has(topic))
  }

  topics(): Iterable<string> {
    return this.#countOf.keys()
  }

  /** @param waitsForTopic else it waits for memory, which is short then */
  add(record: WaitingRecord, waitsForTopic: boolean): void {
    const { topic } = record
    const before = this.#forTopic.get(topic)
    if (before !== undefined) before.push(record)
    else if (waitsForTopic) this.#forTopic.set(topic, [record])
    else this.#forMemory.push(record)
    if (before !== undefined || waitsForTopic) {
      this.#crowd = this.isCrowded ? this.#crowd + 1 : 0
      this.#bytes += heldBytes(record)
    } else this.#isMemoryShort = true
    this.#size += 1
    this.#addedCount += 1
    this.#countOf.set(topic, (this.#countOf.get(topic) ?? 0) + 1)
  }

  /**
   * Offers records to `place`, in order, until one finds no memory. Of a topic that is still unknown only the
   * first is offered. Inside a drain it does nothing.
   */
  drain(place: (record: WaitingRecord) => Placing): void {
    if (this.#size === 0 || this.#isDraining) return
    this.#isDraining = true
    this.#isMemoryShort = false
    try {
      this.#forMemory = this.#offer(this.#forMemory, place, () => false)
      for (const [topic, waiting] of this.#forTopic) {
        if (this.#isMemoryShort) break
        this.#keep(
          topic,
          this.#offer(waiting, place, placing => placing === 'topic unknown')
        )
      }
    } finally {
      this.#isDraining = false
    }
  }

  /** Takes out those that waited long enough, or all. */
  takeExpired(now: number): WaitingRecord[] {
    if (now < this.nextDeadline) return []
    const isExpired = ({ deadline }: WaitingRecord): boolean => deadline <= now
    const isLeft = ({ deadline }: WaitingRecord): boolean => deadline > now
    const expired = this.#forMemory.filter(isExpired)
    this.#forMemory = this.#forMemory.filter(isLeft)
    for (const record of expired) this.#forget(record, false)
    for (const [topic, waiting] of this.#forTopic) {
      const ofTopic = waiting.filter(isExpired)
      for (const record of ofTopic) this.#forget(record, true)
      expired.push(...ofTopic)
      this.#keep(topic, waiting.filter(isLeft))
    }
    if (this.#size === 0) this.#isMemoryShort = false
    return expired.sort((one, other) => one.number - other.number)
  }

  /** The first of each line. */
  #firsts(): WaitingRecord[] {
    return [this.#forMemory, ...this.#forTopic.values()].flatMap(([first]) => first ?? [])
  }

  /** @param endsAt after which answer, beside want of memory, the rest is not offered. @returns who stays */
  #offer(
    waiting: WaitingRecord[],
    place: (record: WaitingRecord) => Placing,
    endsAt: (placing: Placing) => boolean
  ): WaitingRecord[] {
    const isOfTopic = waiting !== this.#forMemory
    const kept: WaitingRecord[] = []
    let at = 0
    // What `place` adds to the line meanwhile is offered too.
    for (let isOver = false; at < waiting.length && !isOver; at++) {
      const record = waiting[at]
      if (record === undefined) break
      const placing = place(record)
      if (placing === 'placed') this.#forget(record, isOfTopic)
      else kept.push(record)
      if (placing === 'no memory') this.#isMemoryShort = true
      isOver = this.#isMemoryShort || endsAt(placing)
    }
    if (kept.length === at) return waiting
    return at < waiting.length ? kept.concat(waiting.slice(at)) : kept
  }

  #keep(topic: string, waiting: WaitingRecord[]): void {
    if (waiting.length > 0) this.#forTopic.set(topic, waiting)
    else this.#forTopic.delete(topic)
  }

  #forget(record: WaitingRecord, isOfTopic: boolean): void {
    const { topic } = record
    this.#size -= 1
    if (isOfTopic) this.#bytes -= heldBytes(record)
    const count = this.#countOf.get(topic) ?? 0
    if (count <= 1) this.#countOf.delete(topic)
    else this.#countOf.set(topic, count - 1)
  }
}

/** Memory a waiting record takes beside its bytes: the objects it consists of. */
const OBJECT_BYTES = 512

function heldBytes({ key, value, headers }: WaitingRecord): number {
  let bytes = OBJECT_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0)
  return bytes
}

/** Bytes of its own, where the caller may write into them later. */
export function ownCopy<Value extends Uint8Array | string | null>(value: Value): Uint8Array | Value {
  return value instanceof Uint8Array ? new Uint8Array(value) : value
}

export function ownHeaders(headers: readonly RecordHeader[]): readonly RecordHeader[] {
  return headers.length === 0 ? headers : headers.map(({ key, value }) => ({ key, value: ownCopy(value) }))
}
