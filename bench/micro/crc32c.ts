/** CRC-32C in the arena by WebAssembly and outside it by plain JavaScript, and the block copy. */
import { compileBlockModule, crc32cOf, instantiateBlockOperations } from '../../native-free/crc32c.ts'
import { CRC32C_TABLE_BYTES, writeCrc32cTables } from '../../native-free/crc32c-tables.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BATCH_BYTES = 16384
const SOURCE = 65536
const TARGET = 131072 + 8
const PAGES = 4

export function crc32cBenchmarks(): MicroBenchmark[] {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true })
  writeCrc32cTables(new DataView(memory.buffer, 0, CRC32C_TABLE_BYTES), 0)
  const blocks = instantiateBlockOperations(compileBlockModule(), memory)
  const folding = instantiateBlockOperations(compileBlockModule(), memory, CRC32C_TABLE_BYTES)
  const shared = new Uint8Array(memory.buffer)
  const bytes = Uint8Array.from({ length: BATCH_BYTES }, (_, index) => (index * 31) & 0xff)
  shared.set(bytes, SOURCE)
  const expected = crc32cOf(bytes)
  const copied = (): number => {
    blocks.copy(TARGET, SOURCE, BATCH_BYTES)
    return shared[TARGET + BATCH_BYTES - 1]!
  }
  const of = (name: string, result: number, run: () => number): MicroBenchmark => ({
    name,
    bytes: BATCH_BYTES,
    operations: 1,
    run,
    check: found => expectResult(name, found, result)
  })
  return [
    of('crc32c in the arena, folded, 16 KiB', expected, () => folding.crc32c(SOURCE, BATCH_BYTES)),
    of('crc32c in the arena, by tables, 16 KiB', expected, () => blocks.crc32c(SOURCE, BATCH_BYTES)),
    of('crc32c in plain JavaScript, 16 KiB', blocks.crc32c(SOURCE, BATCH_BYTES), () => crc32cOf(bytes)),
    of('copy in the arena, 16 KiB', bytes.at(-1)!, copied)
  ]
}
