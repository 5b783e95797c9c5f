/** Walking every record of a batch of 16 KiB, with and without its checksum. */
import { crc32cOf } from '../../native-free/crc32c.ts'
import { RecordBatchBuilder } from '../../src/wire/record/record-batch-builder.ts'
import { RecordBatchIterator } from '../../src/wire/record/record-batch-iterator.ts'
import { NO_HEADERS } from '../../src/wire/record/record-header.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BATCH_BYTES = 16384
const VALUE_BYTES = 100

export function iteratorBenchmarks(): MicroBenchmark[] {
  const { bytes, recordCount } = fullBatch()
  const checksum = (at: number, length: number): number => crc32cOf(bytes, at, at + length)
  return [
    benchmarkOf('iterate records of 100 bytes', new RecordBatchIterator(BATCH_BYTES, null)),
    benchmarkOf('iterate and check records of 100 bytes', new RecordBatchIterator(BATCH_BYTES, checksum))
  ]

  function benchmarkOf(name: string, iterator: RecordBatchIterator): MicroBenchmark {
    const run = (): number => {
      iterator.reset(bytes, 0, bytes.length, 0)
      let seen = 0
      while (iterator.nextBatch()) {
        while (iterator.nextRecord()) seen += iterator.record.valueLength
      }
      return seen
    }
    const check = (found: number): void => expectResult(name, found, recordCount * VALUE_BYTES)
    return { name, bytes: bytes.length, operations: recordCount, run, check }
  }
}

function fullBatch(): { bytes: Uint8Array; recordCount: number } {
  const staging = new Uint8Array(BATCH_BYTES)
  const builder = new RecordBatchBuilder()
  const value = new Uint8Array(VALUE_BYTES).fill(97)
  builder.reset(staging, BATCH_BYTES)
  while (builder.tryAppend({ timestamp: 1_700_000_000_000, key: null, value, headers: NO_HEADERS })) {
    // Until the batch is full.
  }
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 })
  builder.sealCrc()
  return { bytes: staging.subarray(0, builder.sizeBytes), recordCount: builder.recordCount }
}
