/**
 * Every record in the files of a log, read without the log's own code for reading.
 */

import { crc32cOf } from '../../../src/wire/record/checksum.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import type { MemoryStorage } from '../../support/memory-storage.ts'

const BATCH_BYTES_MAX = 65536

type RecordVisitor = (offset: number, bytes: Uint8Array, valueAt: number, valueEnd: number) => void

export function readWholeLog(disk: MemoryStorage, directory: string, visit: RecordVisitor): void {
  for (const path of disk.paths) {
    if (!path.startsWith(`${directory}/`) || !path.endsWith('.log')) continue
    const bytes = disk.bytesOf(path)
    const iterator = new RecordBatchIterator(BATCH_BYTES_MAX, (at, length) =>
      crc32cOf(bytes, at, at + length)
    )
    iterator.reset(bytes, 0, bytes.byteLength, 0)
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) {
        const { offset, valueAt, valueLength } = iterator.record
        visit(offset, iterator.record.bytes, valueAt, valueAt + valueLength)
      }
    }
  }
}
