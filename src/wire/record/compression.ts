/**
 * Codecs of a record batch by their attribute bits, and the way back to plain records.
 *
 * Only the records of a batch are compressed, as one blob; its header stays readable. What the blob looks
 * like is told in the codec's file in native-free.
 *
 * Thread: any; each thread has its own tables, made when a codec is first used.
 * Kafka: common/record/CompressionType, common/compress.
 */
import { gunzip } from '../../../native-free/gzip.ts'
import { decompressLz4 } from '../../../native-free/lz4.ts'
import { decompressSnappy } from '../../../native-free/snappy.ts'
import { decompressZstd } from '../../../native-free/zstd.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { CODEC_MASK } from './record-batch.ts'

/** By attribute bits. */
export const COMPRESSION_TYPES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionType = (typeof COMPRESSION_TYPES)[number]

/**
 * A client compresses as it encodes, so Kafka sets no limit to what a batch unfolds to: one of 1 MiB may hold
 * a GiB of zeros. Without a limit a damaged or hostile batch could take all memory. This one is far above
 * what any client makes of `batch.size`, and 256 times the largest batch permitted by default.
 */
const RECORDS_BYTES_MAX = 256 * 1024 * 1024
/** Where larger batches are permitted, so much more; but never beyond what one batch may cost a process. */
const EXPANSION = 8
const RECORDS_BYTES_CEILING = 1024 * 1024 * 1024

/** The most bytes the records of a batch may unfold to, where batches of `batchBytesMax` are permitted. */
export function decompressedBytesMax(batchBytesMax: number): number {
  return Math.min(Math.max(RECORDS_BYTES_MAX, EXPANSION * batchBytesMax), RECORDS_BYTES_CEILING)
}

/**
 * The plain records of a compressed batch, in fresh memory, of which so much is taken as is really filled.
 * @throws KafkaError UNSUPPORTED_COMPRESSION_TYPE; an Error of the codec for damaged or too many bytes.
 */
export function decompressRecords(
  attributes: number,
  compressed: Uint8Array,
  outputBytesMax: number
): Uint8Array {
  const codec = attributes & CODEC_MASK
  switch (COMPRESSION_TYPES[codec]) {
    case 'gzip':
      return gunzip(compressed, outputBytesMax)
    case 'snappy':
      return decompressSnappy(compressed, outputBytesMax)
    case 'lz4':
      return decompressLz4(compressed, outputBytesMax)
    case 'zstd':
      return decompressZstd(compressed, outputBytesMax)
    default:
      throw new KafkaError(
        'UNSUPPORTED_COMPRESSION_TYPE',
        `codec ${codec} is none of those that are known: ${COMPRESSION_TYPES.slice(1).join(', ')}`
      )
  }
}
