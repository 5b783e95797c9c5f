/**
 * The chain of interceptors: sees every record before it is serialized, and hears what became of it before
 * its callback does.
 *
 * An interceptor that throws is passed over, with a warning the first time: the record goes on as the one
 * before left it.
 *
 * Thread: the caller's; keep them fast. Kafka: clients/producer/internals/ProducerInterceptors, and
 * AppendCallbacks of KafkaProducer.
 */
import { NO_HEADERS, type RecordHeader } from '../../wire/record/record-header.ts'
import { InterceptorChain } from '../interceptor-chain.ts'
import type { ProducerRecord } from './producer-record.ts'
import type { RecordCallback, RecordListener, RecordMetadata, SendCallback } from './record-future.ts'

export interface ProducerInterceptor<K = Uint8Array | string, V = Uint8Array | string> {
  /** Gives the record to send in place of this one, or the same. */
  onSend?(record: ProducerRecord<K, V>): ProducerRecord<K, V>
  /**
   * Called once per record.
   * @param metadata after a failure topic and partition alone, -1 for what is not known
   */
  onAcknowledgement?(metadata: RecordMetadata, error: Error | null, headers: readonly RecordHeader[]): void
  close?(): void
}

type AnyInterceptor = ProducerInterceptor<unknown, unknown>

export class ProducerInterceptors {
  readonly #chain: InterceptorChain<AnyInterceptor>
  readonly #acknowledged: readonly AnyInterceptor[]

  private constructor(chain: InterceptorChain<AnyInterceptor>) {
    this.#chain = chain
    this.#acknowledged = chain.all.filter(({ onAcknowledgement }) => onAcknowledgement !== undefined)
  }

  /** @param setting `interceptor.classes`. @returns null if there are none */
  static of(setting: object | null): ProducerInterceptors | null {
    const chain = InterceptorChain.of<AnyInterceptor>(setting, 'onSend, onAcknowledgement or close')
    return chain === null ? null : new ProducerInterceptors(chain)
  }

  /** The record to send. */
  onSend(record: ProducerRecord<unknown, unknown>): ProducerRecord<unknown, unknown> {
    let intercepted = record
    for (const interceptor of this.#chain.all) {
      if (interceptor.onSend === undefined) continue
      try {
        const next: unknown = interceptor.onSend(intercepted)
        if (!isRecord(next)) throw new TypeError('a record is expected back')
        intercepted = next
      } catch (error) {
        this.#chain.passOver(interceptor, 'onSend', error)
      }
    }
    return intercepted
  }

  /** What to tell of the record's fate in place of `callback`. */
  listenerFor(
    record: ProducerRecord<unknown, unknown>,
    callback: SendCallback | null
  ): RecordCallback | null {
    if (this.#acknowledged.length === 0) return callback
    return new InterceptedRecord(this, record.headers ?? NO_HEADERS, callback)
  }

  /** The record was refused by an error that `send` throws. */
  onSendError({ topic, partition = -1, headers }: ProducerRecord<unknown, unknown>, error: Error): void {
    this.onAcknowledgement({ topic, partition, offset: -1, timestamp: -1 }, error, headers ?? NO_HEADERS)
  }

  onAcknowledgement(metadata: RecordMetadata, error: Error | null, headers: readonly RecordHeader[]): void {
    for (const interceptor of this.#acknowledged) {
      try {
        interceptor.onAcknowledgement?.(metadata, error, headers)
      } catch (thrown) {
        this.#chain.passOver(interceptor, 'onAcknowledgement', thrown)
      }
    }
  }

  close(): void {
    this.#chain.close()
  }
}

/** One record of a producer with interceptors, until its fate is known. */
export class InterceptedRecord implements RecordListener {
  /**
   * The record was refused before it reached a batch: the callback hears of it first then. Kafka: the ends of
   * doSend, and of AppendCallbacks.onCompletion.
   */
  isRefused = false
  readonly #interceptors: ProducerInterceptors
  readonly #headers: readonly RecordHeader[]
  readonly #callback: SendCallback | null

  constructor(
    interceptors: ProducerInterceptors,
    headers: readonly RecordHeader[],
    callback: SendCallback | null
  ) {
    this.#interceptors = interceptors
    this.#headers = headers
    this.#callback = callback
  }

  get hasCallback(): boolean {
    return this.#callback !== null
  }

  acknowledge(error: Error | null, metadata: RecordMetadata): void {
    if (!this.isRefused) this.#interceptors.onAcknowledgement(metadata, error, this.#headers)
    try {
      this.#callback?.(error, error === null ? metadata : null)
    } finally {
      if (this.isRefused) this.#interceptors.onAcknowledgement(metadata, error, this.#headers)
    }
  }
}

function isRecord(value: unknown): value is ProducerRecord<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'topic' in value
}
