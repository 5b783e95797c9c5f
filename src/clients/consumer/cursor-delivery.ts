/**
 * Hands out records in place: `forEach` without a copy and without an object per record.
 *
 * Thread: the consumer's. The cursor is valid inside the call of the handler, and throws after `deliver`.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { FetchResponse } from '../../wire/protocol/messages.ts'
import { RecordBatchIterator, type RecordCursor } from '../../wire/record/record-batch-iterator.ts'
import type { AssignedPartition } from './assigned-partition.ts'

export type RecordHandler = (record: RecordCursor, partition: TopicPartition) => void

export class CursorDelivery {
  /** Records of the last delivery. */
  records = 0
  readonly #iterator: RecordBatchIterator
  #crc32c: FetchResponse['crc32c'] = () => 0

  /** @param batchBytesMax bounds what a compressed batch may unfold to */
  constructor(batchBytesMax: number, checkCrcs: boolean) {
    const checksum = (at: number, length: number): number => this.#crc32c(at, length)
    this.#iterator = new RecordBatchIterator(batchBytesMax, checkCrcs ? checksum : null)
  }

  /** Bytes of the batches of the last delivery. */
  get bytes(): number {
    return this.#iterator.position
  }

  /**
   * Calls `handle` for every record and moves the position of the partition; if `handle` throws, its record
   * is the next one.
   * @returns how many records there were
   * @throws KafkaError CORRUPT_MESSAGE, UNSUPPORTED_COMPRESSION_TYPE
   */
  deliver(partition: AssignedPartition, response: FetchResponse, handle: RecordHandler): number {
    const iterator = this.#iterator
    const record = iterator.record
    const { end } = partition
    let position = partition.position
    let count = 0
    let isCut = false
    this.#crc32c = response.crc32c
    partition.isContinued = false
    iterator.reset(response.bytes, 0, response.bytes.length, position)
    try {
      while (iterator.nextBatch()) {
        isCut = iterator.nextOffset > end
        if (isCut) break
        while (iterator.nextRecord()) {
          handle(record, partition)
          position = record.offset + 1
          count += 1
        }
        position = iterator.nextOffset
      }
      while (isCut && iterator.nextRecord() && record.offset < end) {
        handle(record, partition)
        position = record.offset + 1
        count += 1
      }
      // Batches that show no record have offsets too.
      position = Math.min(end, iterator.nextOffset)
      partition.isContinued = !isCut
    } finally {
      partition.position = position
      this.records = count
      iterator.release()
    }
    return count
  }
}
