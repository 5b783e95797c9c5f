/** Encoding records into a batch of 16 KiB in private memory, header included, checksum not. */
import { RecordBatchBuilder } from '../../src/wire/record/record-batch-builder.ts'
import { NO_HEADERS } from '../../src/wire/record/record-header.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BATCH_BYTES = 16384
const TIMESTAMP = 1_700_000_000_000
const CLOSING = { producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 }

export function builderBenchmarks(): MicroBenchmark[] {
  return [100, 1000].flatMap(valueBytes => [
    benchmarkOf(`encode values of ${valueBytes} bytes`, new Uint8Array(valueBytes).fill(97)),
    benchmarkOf(`encode texts of ${valueBytes} characters`, 'a'.repeat(valueBytes))
  ])
}

function benchmarkOf(name: string, value: Uint8Array | string): MicroBenchmark {
  const staging = new Uint8Array(BATCH_BYTES)
  const builder = new RecordBatchBuilder()
  const run = (): number => {
    builder.reset(staging, BATCH_BYTES)
    while (builder.tryAppend({ timestamp: TIMESTAMP, key: null, value, headers: NO_HEADERS })) {
      // Until the batch is full.
    }
    builder.close(CLOSING)
    return builder.recordCount
  }
  const operations = run()
  const check = (found: number): void => {
    expectResult(name, found, operations)
    if (builder.sizeBytes < BATCH_BYTES - 2 * value.length)
      throw new Error(`${name} left its batch half empty.`)
  }
  return { name, bytes: builder.sizeBytes, operations, run, check }
}
