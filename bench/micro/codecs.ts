/** Compressing and unfolding the records of a batch, with text that folds as log lines do. */
import { gunzip, gzip } from '../../native-free/gzip.ts'
import { decompressLz4, Lz4FrameWriter } from '../../native-free/lz4.ts'
import { decompressSnappy, SnappyWriter } from '../../native-free/snappy.ts'
import { decompressZstd } from '../../native-free/zstd.ts'
import { loadZstdWriter } from '../../native-free/zstd-writer.ts'
import { seededRandom } from '../../src/base/random.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BODY_BYTES = 65_536
/** compression.zstd.level of Kafka 4. */
const ZSTD_LEVEL = 3
const WORDS = ['offset', 'partition', 'leader', 'epoch', 'fetched', 'appended', 'segment', 'batch', 'topic']

interface Codec {
  readonly name: string
  compress(bytes: Uint8Array): Uint8Array
  decompress(bytes: Uint8Array): Uint8Array
}

async function codecs(): Promise<Codec[]> {
  const snappy = new SnappyWriter()
  const lz4 = new Lz4FrameWriter()
  const compressZstd = await loadZstdWriter(ZSTD_LEVEL)
  return [
    { name: 'gzip', compress: bytes => gzip(bytes), decompress: bytes => gunzip(bytes, BODY_BYTES) },
    {
      name: 'snappy',
      compress: bytes => snappy.compress(bytes),
      decompress: bytes => decompressSnappy(bytes, BODY_BYTES)
    },
    {
      name: 'lz4',
      compress: bytes => lz4.compress(bytes),
      decompress: bytes => decompressLz4(bytes, BODY_BYTES)
    },
    { name: 'zstd', compress: compressZstd, decompress: bytes => decompressZstd(bytes, BODY_BYTES) }
  ]
}

export async function codecBenchmarks(): Promise<MicroBenchmark[]> {
  const body = logLines(BODY_BYTES)
  const all = await codecs()
  return all.flatMap(({ name, compress, decompress }) => {
    // A writer uses its memory again.
    const folded = compress(body).slice()
    return [
      benchmarkOf(`${name} compress, 64 KiB`, folded.length, () => compress(body).length),
      benchmarkOf(`${name} decompress, 64 KiB`, BODY_BYTES, () => decompress(folded).length)
    ]
  })
}

function benchmarkOf(name: string, expected: number, run: () => number): MicroBenchmark {
  return { name, bytes: BODY_BYTES, operations: 1, run, check: found => expectResult(name, found, expected) }
}

/** Words and numbers, the same for every run. */
function logLines(length: number): Uint8Array {
  const random = seededRandom(1)
  let text = ''
  while (text.length < length) {
    text += `2026-01-01T00:00:${10 + random.below(50)} ${WORDS[random.below(WORDS.length)]} `
    text += `${WORDS[random.below(WORDS.length)]}=${random.below(1_000_000)}\n`
  }
  return new TextEncoder().encode(text).subarray(0, length)
}
