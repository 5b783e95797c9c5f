/**
 * How large a record may be. Nearly every record is far from the limit and costs two additions to see that.
 *
 * Thread: any. Kafka: KafkaProducer.ensureValidRecordSize.
 */
import type { ProducerSettings } from '../../config/producer-config.ts'
import { NO_HEADERS } from '../../wire/record/record-header.ts'
import { batchUpperBound } from '../../wire/record/record-size.ts'
import type { OutgoingRecord } from './producer-batch.ts'
import { recordTooLarge } from './producer-errors.ts'
import { type SlotSizes, upperBound } from './record-accumulator.ts'

/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_MAX = 3
/** Bytes of header, fields and lengths around key and value, at most: each length takes up to 5. */
const AROUND_MAX = batchUpperBound(0, 0, NO_HEADERS) + 2 * 5

export class RecordLimits {
  readonly #settings: ProducerSettings
  readonly #poolBytes: number
  /** A record of so many bytes of key and value, without headers, is never too large. */
  readonly #surelyFits: number

  constructor(settings: ProducerSettings, { slotBytes, slotCount }: SlotSizes) {
    this.#settings = settings
    this.#poolBytes = slotBytes * slotCount
    this.#surelyFits = Math.min(settings.maxRequestSize, this.#poolBytes) - AROUND_MAX
  }

  /** Why the record is refused, or null. */
  faultOf(record: OutgoingRecord): Error | null {
    const { key, value, headers } = record
    const valueMost = value === null ? 0 : typeof value === 'string' ? value.length * UTF8_MAX : value.length
    if (headers.length === 0 && valueMost + (key === null ? 0 : key.length) <= this.#surelyFits) return null
    return this.#exactFault(upperBound(record))
  }

  #exactFault(sizeBytes: number): Error | null {
    const { maxRequestSize, bufferMemory } = this.#settings
    if (sizeBytes > maxRequestSize) return recordTooLarge(sizeBytes, 'max.request.size', maxRequestSize)
    if (sizeBytes > this.#poolBytes) return recordTooLarge(sizeBytes, 'buffer.memory', bufferMemory)
    return null
  }
}
