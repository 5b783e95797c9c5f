/**
 * Code of others that sees records before `poll` gives them, and offsets once they are committed.
 *
 * In the order of the list each gets what the one before it gave. One that throws is passed over, with a
 * warning the first time: the records go on as the one before left them.
 *
 * Thread: the consumer's. Kafka: clients/consumer/ConsumerInterceptor, internals/ConsumerInterceptors.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import { configError } from '../../config/define-config.ts'
import type { ConsumerRecord } from './consumer-record.ts'

/** An offset that was committed: the next to read. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number
}

export interface ConsumerInterceptor<K = Uint8Array, V = Uint8Array> {
  /** The records that are given in place of these; called only where there are some. */
  onConsume?(records: ConsumerRecord<K, V>[]): ConsumerRecord<K, V>[]
  /** Not called yet: nothing is committed without consumer groups. */
  onCommit?(offsets: readonly CommittedOffset[]): void
  close?(): void
}

type AnyRecord = ConsumerRecord<unknown, unknown>
type AnyInterceptor = ConsumerInterceptor<unknown, unknown>
type Hook = keyof AnyInterceptor

export class ConsumerInterceptors {
  readonly #chain: readonly AnyInterceptor[]
  /** Hooks that threw before. */
  readonly #warned = new Map<AnyInterceptor, Set<Hook>>()

  private constructor(chain: readonly AnyInterceptor[]) {
    this.#chain = chain
  }

  /** @param setting `interceptor.classes`. @returns null if there are none */
  static of(setting: object | null): ConsumerInterceptors | null {
    if (setting === null) return null
    if (!Array.isArray(setting) || !setting.every(isInterceptor)) {
      throw configError('interceptor.classes must be a list of objects with onConsume, onCommit or close.')
    }
    return setting.length === 0 ? null : new ConsumerInterceptors([...setting])
  }

  /** The records to give. */
  onConsume(records: AnyRecord[]): AnyRecord[] {
    let intercepted = records
    for (const interceptor of this.#chain) {
      if (interceptor.onConsume === undefined) continue
      try {
        const next: unknown = interceptor.onConsume(intercepted)
        if (!Array.isArray(next)) throw new TypeError('a list of records is expected back')
        intercepted = next
      } catch (error) {
        this.#warn(interceptor, 'onConsume', error)
      }
    }
    return intercepted
  }

  close(): void {
    for (const interceptor of this.#chain) {
      try {
        interceptor.close?.()
      } catch (error) {
        this.#warn(interceptor, 'close', error)
      }
    }
  }

  /** Once per interceptor and hook: it may throw every time. */
  #warn(interceptor: AnyInterceptor, hook: Hook, error: unknown): void {
    const warned = this.#warned.get(interceptor) ?? new Set()
    this.#warned.set(interceptor, warned)
    if (warned.has(hook)) return
    warned.add(hook)
    const reason = error instanceof Error ? error.message : String(error)
    process.emitWarning(`An interceptor threw in ${hook} and was passed over; the first time: ${reason}`, {
      code: 'HIGHWATER_INTERCEPTOR'
    })
  }
}

function isInterceptor(value: unknown): value is AnyInterceptor {
  return typeof value === 'object' && value !== null
}
