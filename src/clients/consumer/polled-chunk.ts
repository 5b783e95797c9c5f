/**
 * A private copy of fetched bytes, from which `poll` hands out records until it is used up.
 *
 * The checksums are compared before the copy is made: afterwards the fetched memory may hold other bytes.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/CompletedFetch.
 */
import type { FetchResponse } from '../../wire/protocol/messages.ts'
import {
  BATCH_SIZE_OVERHEAD,
  batchSizeAt,
  CRC_START,
  crcAt,
  RECORD_BATCH_OVERHEAD
} from '../../wire/record/record-batch.ts'
import { type Checksum, RecordBatchIterator } from '../../wire/record/record-batch-iterator.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import { ConsumerRecord, type RecordFormats, type RecordSource } from './consumer-record.ts'

interface ChunkOptions<K, V> {
  readonly formats: RecordFormats<K, V>
  readonly checkCrcs: boolean
  /** Bounds what a compressed batch may unfold to. */
  readonly batchBytesMax: number
}

export class PolledChunk<K, V> {
  readonly #iterator: RecordBatchIterator
  readonly #source: RecordSource<K, V>
  /** Where the partition must stand for what is left to be what comes next. */
  position: number
  /** Records handed out so far. */
  records = 0

  constructor(partition: AssignedPartition, response: FetchResponse, options: ChunkOptions<K, V>) {
    const { bytes, crc32c, highWatermark } = response
    const sound = options.checkCrcs ? soundBytes(bytes, crc32c) : bytes.length
    // A damaged first batch is given to the iterator with its checksum, which says what is wrong with it.
    const isDamaged = sound === 0 && bytes.length > 0
    this.#iterator = new RecordBatchIterator(options.batchBytesMax, isDamaged ? crc32c : null)
    const copy = new Uint8Array(isDamaged ? bytes : bytes.subarray(0, sound))
    this.#iterator.reset(copy, 0, copy.length, partition.position)
    const { topic, partition: index, position } = partition
    partition.isContinued = false
    this.position = position
    this.#source = { topic, partition: index, highWatermark, formats: options.formats }
  }

  /** Bytes of the batches that were entered so far. */
  get bytes(): number {
    return this.#iterator.position
  }

  /**
   * Adds records to `into` until it has `recordsMax`, and moves the position of the partition.
   * @returns false once the chunk is used up, or the partition is at its end
   * @throws KafkaError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE
   * @throws HighwaterError HIGHWATER_DESERIALIZATION; the position is that of its record
   */
  take(partition: AssignedPartition, into: ConsumerRecord<K, V>[], recordsMax: number): boolean {
    const before = into.length
    try {
      return this.#take(partition, into, recordsMax) && !partition.isAtEnd
    } finally {
      this.position = partition.position
      this.records += into.length - before
    }
  }

  #take(partition: AssignedPartition, into: ConsumerRecord<K, V>[], recordsMax: number): boolean {
    const iterator = this.#iterator
    const { end } = partition
    while (into.length < recordsMax) {
      if (iterator.nextRecord()) {
        const { offset } = iterator.record
        if (offset >= end) {
          partition.position = end
          return false
        }
        into.push(new ConsumerRecord(this.#source, iterator.record))
        partition.position = offset + 1
      } else if (!iterator.nextBatch()) {
        partition.position = Math.min(end, Math.max(partition.position, iterator.nextOffset))
        partition.isContinued = true
        return false
      }
    }
    return true
  }
}

/** Bytes before the first batch whose checksum is wrong; a cut or malformed one is left to the reader. */
function soundBytes(bytes: Uint8Array, crc32c: Checksum): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (bytes.length - at >= BATCH_SIZE_OVERHEAD) {
    const sizeBytes = batchSizeAt(view, at)
    if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > bytes.length - at) return bytes.length
    if (crc32c(at + CRC_START, sizeBytes - CRC_START) !== crcAt(view, at)) return at
    at += sizeBytes
  }
  return bytes.length
}
