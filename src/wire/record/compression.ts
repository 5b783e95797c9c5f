/**
 * Codecs of a record batch by their attribute bits, and the way back to plain records.
 *
 * Only the records of a batch are compressed; its header stays readable. gzip is a plain RFC 1952 stream.
 *
 * Kafka: common/record/CompressionType. Codecs this version cannot read are refused by name.
 */
import { gunzip } from '../../../native-free/gzip.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { CODEC_MASK } from './record-batch.ts'

const CODEC_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const GZIP = 1

/** A small batch can claim to hold gigabytes; beyond this it is treated as damaged. */
const DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
const EXPANSION_MAX = 8

/**
 * The most bytes the records of a batch may decompress to, where batches of `batchBytesMax` are permitted.
 */
export function decompressedBytesMax(batchBytesMax: number): number {
  return Math.min(EXPANSION_MAX * batchBytesMax, DECOMPRESSED_BYTES_MAX)
}

/**
 * The plain records of a compressed batch, in fresh memory.
 * @throws KafkaError UNSUPPORTED_COMPRESSION_TYPE; an Error of the codec for damaged or too many bytes.
 */
export function decompressRecords(
  attributes: number,
  compressed: Uint8Array,
  outputBytesMax: number
): Uint8Array {
  const codec = attributes & CODEC_MASK
  if (codec === GZIP) return gunzip(compressed, outputBytesMax)
  throw new KafkaError(
    'UNSUPPORTED_COMPRESSION_TYPE',
    `codec ${codec} (${CODEC_NAMES[codec] ?? 'unknown'}) is not supported; send the batch ` +
      `uncompressed or with gzip`
  )
}
