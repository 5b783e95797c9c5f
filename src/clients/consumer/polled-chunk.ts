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
import { ConsumerRecord } from './consumer-record.ts'

export class PolledChunk {
  readonly #iterator: RecordBatchIterator

  /** @param batchBytesMax bounds what a compressed batch may unfold to */
  constructor({ bytes, crc32c }: FetchResponse, position: number, checkCrcs: boolean, batchBytesMax: number) {
    const sound = checkCrcs ? soundBytes(bytes, crc32c) : bytes.length
    // A damaged first batch is given to the iterator with its checksum, which says what is wrong with it.
    const isDamaged = sound === 0 && bytes.length > 0
    this.#iterator = new RecordBatchIterator(batchBytesMax, isDamaged ? crc32c : null)
    const copy = new Uint8Array(isDamaged ? bytes : bytes.subarray(0, sound))
    this.#iterator.reset(copy, 0, copy.length, position)
  }

  /**
   * Adds records to `into` until it has `recordsMax`, and moves the position of the partition.
   * @returns false once the chunk is used up
   * @throws KafkaError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE
   */
  take(partition: AssignedPartition, into: ConsumerRecord[], recordsMax: number): boolean {
    const iterator = this.#iterator
    while (into.length < recordsMax) {
      if (iterator.nextRecord()) {
        into.push(new ConsumerRecord(partition, iterator.record))
        partition.position = iterator.record.offset + 1
      } else if (!iterator.nextBatch()) {
        partition.position = Math.max(partition.position, iterator.nextOffset)
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
