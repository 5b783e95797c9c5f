/**
 * The codec of a producer, and per topic how small it is expected to make records: that decides when a batch
 * counts as full, long before it is compressed.
 *
 * A batch is compressed as it is handed to its lane, in the caller's thread. This is the one place that would
 * change if another thread did it.
 *
 * Thread: the caller's.
 * Kafka: common/record/CompressionRatioEstimator, which all producers of a process share; common/compress.
 */
import { invariant } from '../../base/invariant.ts'
import { arrival, type Steps } from '../../base/task.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import { openRecordCompressor, type RecordCompressor } from '../../wire/record/record-compressor.ts'

/** A batch that became smaller than expected moves the expectation by so much, but not below itself. */
const IMPROVING_STEP = Math.fround(0.005)
/** One that became larger moves it by so much, or to itself. */
const DETERIORATE_STEP = Math.fround(0.05)

type CompressionSettings = Pick<
  ProducerSettings,
  'compressionType' | 'compressionGzipLevel' | 'compressionLz4Level' | 'compressionZstdLevel'
>

export class BatchCompression {
  readonly #settings: CompressionSettings
  readonly #ratios = new Map<string, number>()
  #compressor: RecordCompressor | null = null

  private constructor(settings: CompressionSettings) {
    this.#settings = settings
  }

  /** Null for a producer that does not compress. */
  static of(settings: CompressionSettings): BatchCompression | null {
    return settings.compressionType === 'none' ? null : new BatchCompression(settings)
  }

  /** Loads the codec: before the first batch is compressed. Only zstd takes the event loop for it. */
  *open(): Steps<void> {
    const { compressionType } = this.#settings
    invariant(compressionType !== 'none', 'there is no codec for plain batches')
    const opened = openRecordCompressor(compressionType, levelOf(this.#settings))
    this.#compressor = opened instanceof Promise ? yield* arrival(opened) : opened
  }

  /** Bits of a batch's attributes. */
  get codec(): number {
    return this.#opened.codec
  }

  /** Compressed bytes of a plain byte, as expected for the records of a topic. */
  ratioOf(topic: string): number {
    return this.#ratios.get(topic) ?? 1
  }

  /** The compressed form of a batch's records; valid until the next call. The expectation learns from it. */
  compress(topic: string, records: Uint8Array): Uint8Array {
    const compressed = this.#opened.compress(records)
    const observed = Math.fround(compressed.length / records.length)
    const expected = this.ratioOf(topic)
    if (observed > expected) {
      this.#ratios.set(topic, Math.max(Math.fround(expected + DETERIORATE_STEP), observed))
    } else if (observed < expected) {
      this.#ratios.set(topic, Math.max(Math.fround(expected - IMPROVING_STEP), observed))
    }
    return compressed
  }

  /** A batch that became so small was still too large for its broker: expect nothing for a while. */
  noteTooLarge(topic: string, ratio: number): void {
    this.#ratios.set(topic, Math.fround(Math.max(1, ratio)))
  }

  get #opened(): RecordCompressor {
    invariant(this.#compressor !== null, 'a codec is opened before the first batch is compressed')
    return this.#compressor
  }
}

function levelOf(settings: CompressionSettings): number {
  switch (settings.compressionType) {
    case 'gzip':
      return settings.compressionGzipLevel
    case 'lz4':
      return settings.compressionLz4Level
    default:
      return settings.compressionZstdLevel
  }
}
