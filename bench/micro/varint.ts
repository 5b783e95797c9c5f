/** Varints of one to five bytes, written and read by the thousand. */
import { VarintCursor, varintSize, writeVarint } from '../../native-free/varint.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const COUNT = 1000
/** One value for each length. */
const VALUES = [1, 100, 10_000, 1_000_000, 1_000_000_000]

export function varintBenchmarks(): MicroBenchmark[] {
  const values = Int32Array.from({ length: COUNT }, (_, index) => VALUES[index % VALUES.length]!)
  const length = values.reduce((sum, value) => sum + varintSize(value), 0)
  const bytes = new Uint8Array(length)
  const cursor = new VarintCursor(bytes, 0, length)
  const write = (): number => {
    let at = 0
    for (let index = 0; index < COUNT; index += 1) at = writeVarint(bytes, at, values[index]!)
    return at
  }
  const read = (): number => {
    cursor.at = 0
    let sum = 0
    for (let index = 0; index < COUNT; index += 1) sum += cursor.readVarint()
    return sum
  }
  write()
  const sum = values.reduce((total, value) => total + value, 0)
  return [
    {
      name: 'varint write',
      bytes: length,
      operations: COUNT,
      run: write,
      check: found => expectResult('varint write', found, length)
    },
    {
      name: 'varint read',
      bytes: length,
      operations: COUNT,
      run: read,
      check: found => expectResult('varint read', found, sum)
    }
  ]
}
