/**
 * Compresses the records of a batch with one codec at one level.
 *
 * Opening zstd is asynchronous, because it has to be loaded; compressing is not.
 *
 * Thread: the one that opened it. Kafka: common/compress/Compression.
 */
import { gzip } from '../../../native-free/gzip.ts'
import { Lz4FrameWriter } from '../../../native-free/lz4.ts'
import { SnappyWriter } from '../../../native-free/snappy.ts'
import { loadZstdWriter } from '../../../native-free/zstd-writer.ts'
import { COMPRESSION_TYPES, type CompressionType } from './compression.ts'

export interface RecordCompressor {
  /** Bits of the batch's attributes. */
  readonly codec: number
  /** The compressed form of plain records; valid until the next call. */
  compress(records: Uint8Array): Uint8Array
}

/** At once, but for zstd. @param level of the codec, as its setting has it; snappy has none */
export function openRecordCompressor(
  type: Exclude<CompressionType, 'none'>,
  level: number
): RecordCompressor | Promise<RecordCompressor> {
  const codec = COMPRESSION_TYPES.indexOf(type)
  switch (type) {
    case 'gzip':
      return { codec, compress: records => gzip(records, level) }
    case 'snappy': {
      const writer = new SnappyWriter()
      return { codec, compress: records => writer.compress(records) }
    }
    case 'lz4': {
      const writer = new Lz4FrameWriter(level)
      return { codec, compress: records => writer.compress(records) }
    }
    case 'zstd':
      return loadZstdWriter(level).then(compress => ({ codec, compress }))
  }
}
