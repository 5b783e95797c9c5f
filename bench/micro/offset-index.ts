/** Looking up offsets in the index of one segment: a binary search over the entries of 256 MiB of log. */
import { OffsetIndex } from '../../src/data-plane/log/offset-index.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const ENTRIES = 65_536
const BASE_OFFSET = 77_106_001
const RECORDS_PER_ENTRY = 37
const BYTES_PER_ENTRY = 4096
const INDEX_BYTES_MAX = 10_485_760
const LOOKUPS = 1000
/** A step without a common factor with the offsets: it visits all of the index in no order. */
const STRIDE = 1_640_531

export function offsetIndexBenchmarks(): MicroBenchmark[] {
  const index = new OffsetIndex(BASE_OFFSET, INDEX_BYTES_MAX)
  for (let entry = 0; entry < ENTRIES; entry++) {
    index.append(BASE_OFFSET + (entry + 1) * RECORDS_PER_ENTRY, entry * BYTES_PER_ENTRY)
  }
  const records = ENTRIES * RECORDS_PER_ENTRY
  const offsets = Array.from({ length: LOOKUPS }, (_, i) => ((i * STRIDE) % records) + RECORDS_PER_ENTRY)
  const expected = offsets.reduce((sum, at) => sum + Math.floor(at / RECORDS_PER_ENTRY) - 1, 0)
  const run = (): number => {
    let sum = 0
    for (let i = 0; i < LOOKUPS; i++) sum += index.floor(BASE_OFFSET + offsets[i]!)
    return sum
  }
  const name = `offset index lookup, ${ENTRIES} entries`
  const check = (found: number): void => expectResult(name, found, expected)
  return [{ name, bytes: 0, operations: LOOKUPS, run, check }]
}
