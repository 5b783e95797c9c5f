/**
 * Records that wait for memory, or for their topic to become known, each at most `max.block.ms`.
 *
 * First in, first out, with one exception: a record whose topic is not known yet is passed by those of other
 * topics. Key, value and headers are the queue's own copies: the caller may use its buffers again after
 * `send()`. While memory is short only so many may wait; for a topic, while all memory is free, as many as
 * would fill it.
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
  #waiting: WaitingRecord[] = []
  readonly #countOf = new Map<string, number>()
  #addedCount = 0
  #bytes = 0
  #isMemoryShort = false

  /** @param recordsMax that wait for memory; 0: none waits at all. @param bytesMax that wait for a topic */
  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Whether no more may wait, for their topic or else for memory. */
  isFull(waitsForTopic: boolean): boolean {
    if (this.#waiting.length < this.#recordsMax) return false
    return !waitsForTopic || this.#recordsMax === 0 || this.#bytes >= this.#bytesMax
  }

  /** Whether the first that could go found no memory when it was tried last. */
  get isMemoryShort(): boolean {
    return this.#isMemoryShort
  }

  /** When the record that waits longest gives up; infinite if none waits. */
  get nextDeadline(): number {
    return this.#waiting[0]?.deadline ?? Number.POSITIVE_INFINITY
  }

  /** How many were added so far: `hasLeft` of this number says whether all of them have left. */
  get addedCount(): number {
    return this.#addedCount
  }

  /** Whether the first `number` records that were added have left, one way or the other. */
  hasLeft(number: number): boolean {
    return this.#waiting.length === 0 || (this.#waiting[0]?.number ?? 0) > number
  }

  /** Whether a new record of the topic must wait behind others. */
  holds(topic: string): boolean {
    return this.#isMemoryShort || (this.#waiting.length > 0 && this.#countOf.has(topic))
  }

  topics(): Iterable<string> {
    return this.#countOf.keys()
  }

  add(record: WaitingRecord, isMemoryShort: boolean): void {
    this.#waiting.push(record)
    this.#addedCount += 1
    this.#bytes += heldBytes(record)
    this.#countOf.set(record.topic, (this.#countOf.get(record.topic) ?? 0) + 1)
    if (isMemoryShort) this.#isMemoryShort = true
  }

  /** Offers each record to `place`, in order, until one finds no memory. */
  drain(place: (record: WaitingRecord) => Placing): void {
    if (this.#waiting.length === 0) return
    const offered = this.#waiting
    const kept: WaitingRecord[] = []
    this.#isMemoryShort = false
    let at = 0
    for (; at < offered.length && !this.#isMemoryShort; at++) {
      const record = offered[at]
      if (record === undefined) break
      const placing = place(record)
      if (placing === 'placed') this.#forget(record)
      else kept.push(record)
      if (placing === 'no memory') this.#isMemoryShort = true
    }
    this.#waiting = at < offered.length ? kept.concat(offered.slice(at)) : kept
  }

  /** Takes out those that waited long enough, or all. */
  takeExpired(now: number): WaitingRecord[] {
    const expired: WaitingRecord[] = []
    if (now < this.nextDeadline) return expired
    this.#waiting = this.#waiting.filter(record => {
      if (record.deadline > now) return true
      expired.push(record)
      this.#forget(record)
      return false
    })
    if (this.#waiting.length === 0) this.#isMemoryShort = false
    return expired
  }

  #forget(record: WaitingRecord): void {
    const { topic } = record
    this.#bytes -= heldBytes(record)
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
