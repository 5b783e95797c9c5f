/**
 * A broker in memory, for tests: topics, logs of whole batches as they arrived, and Kafka's rules about
 * sequences. Nothing happens by itself: a lane hands it a batch when the test says so.
 */
import { crc32cOf } from '../../native-free/crc32c.ts'
import {
  baseSequenceAt,
  CRC_START,
  producerEpochAt,
  producerIdAt,
  recordCountAt,
  stampBaseOffset,
  stampCrc
} from '../../src/wire/record/record-batch.ts'

const REMEMBERED_BATCHES = 5
const OUT_OF_ORDER = 45
const STALE_EPOCH = 47

interface AppendedBatch {
  readonly baseOffset: number
  readonly recordCount: number
  readonly bytes: Uint8Array
}

interface AppendAnswer {
  readonly errorCode: number
  readonly baseOffset: number
}

interface ProducerEntry {
  epoch: number
  readonly batches: { first: number; last: number; baseOffset: number }[]
}

export class MemoryPartition {
  readonly topic: string
  readonly partition: number
  readonly batches: AppendedBatch[] = []
  logStartOffset = 0
  logEndOffset = 0
  leaderId = 0
  /** Largest batch that is accepted. */
  batchBytesMax = Number.POSITIVE_INFINITY
  /** Answers to give before batches are looked at, one each. */
  readonly refusals: number[] = []
  readonly #producers = new Map<number, ProducerEntry>()

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  append(source: Uint8Array): AppendAnswer {
    const refusal = this.refusals.shift()
    if (refusal !== undefined && refusal !== 0) return { errorCode: refusal, baseOffset: -1 }
    if (source.length > this.batchBytesMax) return { errorCode: 10, baseOffset: -1 }
    const bytes = source.slice()
    const view = new DataView(bytes.buffer)
    const recordCount = recordCountAt(view, 0)
    const judged = this.#judgeSequence(view, recordCount)
    if (judged !== null) return judged
    const baseOffset = this.logEndOffset
    stampBaseOffset(view, 0, baseOffset)
    stampCrc(view, 0, crc32cOf(bytes, CRC_START, bytes.length))
    this.batches.push({ baseOffset, recordCount, bytes })
    this.logEndOffset += recordCount
    return { errorCode: 0, baseOffset }
  }

  /** The broker forgets what it knew of producers. */
  forgetProducers(): void {
    this.#producers.clear()
  }

  #judgeSequence(view: DataView, recordCount: number): AppendAnswer | null {
    const producerId = producerIdAt(view, 0)
    if (producerId < 0) return null
    const epoch = producerEpochAt(view, 0)
    const first = baseSequenceAt(view, 0)
    const last = (first + recordCount - 1) % 2 ** 31
    let entry = this.#producers.get(producerId)
    if (entry !== undefined && epoch < entry.epoch) return { errorCode: STALE_EPOCH, baseOffset: -1 }
    if (entry !== undefined && epoch === entry.epoch) {
      const same = entry.batches.find(batch => batch.first === first && batch.last === last)
      if (same !== undefined) return { errorCode: 0, baseOffset: same.baseOffset }
      const expected = ((entry.batches[entry.batches.length - 1]?.last ?? -1) + 1) % 2 ** 31
      if (first !== expected) return { errorCode: OUT_OF_ORDER, baseOffset: -1 }
    } else if (entry !== undefined && first !== 0) {
      return { errorCode: OUT_OF_ORDER, baseOffset: -1 }
    }
    if (entry === undefined || entry.epoch !== epoch) entry = { epoch, batches: [] }
    entry.batches.push({ first, last, baseOffset: this.logEndOffset })
    if (entry.batches.length > REMEMBERED_BATCHES) entry.batches.shift()
    this.#producers.set(producerId, entry)
    return null
  }
}

export class MemoryBroker {
  readonly #topics = new Map<string, MemoryPartition[]>()
  #nextProducerId = 1000

  createTopic(topic: string, partitions: number): MemoryPartition[] {
    const created = Array.from({ length: partitions }, (_, index) => new MemoryPartition(topic, index))
    this.#topics.set(topic, created)
    return created
  }

  partitionsOf(topic: string): readonly MemoryPartition[] | undefined {
    return this.#topics.get(topic)
  }

  topics(): string[] {
    return [...this.#topics.keys()]
  }

  partition(topic: string, partition: number): MemoryPartition {
    const found = this.#topics.get(topic)?.[partition]
    if (found === undefined) throw new Error(`the test made no ${topic}-${partition}`)
    return found
  }

  takeProducerId(): number {
    this.#nextProducerId += 1
    return this.#nextProducerId
  }
}
