/**
 * A reader finds bytes in the tail, leases their block and gives it back; and a writer moves on, block by
 * block.
 */
import { LEASE_TABLE_BYTES, LeaseTable } from '../../src/threads/lease-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import {
  lendTailBlocks,
  TAIL_BLOCK_BYTES,
  TAIL_BLOCKS,
  TailReader,
  TailWriter
} from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BATCH_BYTES = 16384
const REGION = 65536
const TABLE_BYTES = 4096
const ROUNDS = 200
const TAIL_BYTES = TAIL_BLOCKS * TAIL_BLOCK_BYTES
const SEGMENT_BYTES = 2 ** 30

export function tailBenchmarks(): MicroBenchmark[] {
  return [
    benchmarkOf('lease and give back a tail block', leasing()),
    benchmarkOf('find room for a batch in the tail', filling())
  ]
}

function benchmarkOf(name: string, run: () => number): MicroBenchmark {
  return { name, bytes: 0, operations: ROUNDS, run, check: found => expectResult(name, found, ROUNDS) }
}

/** Looks for places all over a full tail. */
function leasing(): () => number {
  const { writer, reader } = tail()
  for (let position = 0; position < TAIL_BYTES; position += BATCH_BYTES) {
    writer.addressFor(0, position, BATCH_BYTES)
    writer.filled(BATCH_BYTES)
  }
  const limit = { hwSegment: 0, hwPosition: TAIL_BYTES }
  return () => {
    let found = 0
    for (let round = 0; round < ROUNDS; round++) {
      if (reader.find(0, (round * 37 * BATCH_BYTES) % TAIL_BYTES, limit)) found += 1
      reader.release()
    }
    return found
  }
}

/** Batch behind batch, from segment to segment. */
function filling(): () => number {
  const { writer } = tail()
  let segment = 0
  let position = 0
  return () => {
    let placed = 0
    for (let round = 0; round < ROUNDS; round++) {
      if (writer.addressFor(segment, position, BATCH_BYTES) >= REGION) placed += 1
      writer.filled(BATCH_BYTES)
      position += BATCH_BYTES
      if (position === SEGMENT_BYTES) {
        segment += 1
        position = 0
      }
    }
    return placed
  }
}

function tail(): { writer: TailWriter; reader: TailReader } {
  const words = new AtomicWords(allocateWords(TABLE_BYTES))
  const leases = new LeaseTable(new AtomicWords(allocateWords(LEASE_TABLE_BYTES)))
  lendTailBlocks(words, 0, { region: REGION, blocks: TAIL_BLOCKS, blockBytes: TAIL_BLOCK_BYTES })
  leases.open(0, 0)
  const place = { words, tableWord: 0, leases, partitionId: 7 }
  return { writer: new TailWriter(place), reader: new TailReader(place, 0) }
}
