/**
 * Code of others that sees records before `poll` gives them, and offsets once they are committed.
 *
 * In the order of the list each gets what the one before it gave. One that throws is passed over, with a
 * warning the first time: the records go on as the one before left them.
 *
 * Thread: the consumer's. Kafka: clients/consumer/ConsumerInterceptor, internals/ConsumerInterceptors.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import { InterceptorChain } from '../interceptor-chain.ts'
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

export class ConsumerInterceptors {
  readonly #chain: InterceptorChain<AnyInterceptor>

  private constructor(chain: InterceptorChain<AnyInterceptor>) {
    this.#chain = chain
  }

  /** @param setting `interceptor.classes`. @returns null if there are none */
  static of(setting: object | null): ConsumerInterceptors | null {
    const chain = InterceptorChain.of<AnyInterceptor>(setting, 'onConsume, onCommit or close')
    return chain === null ? null : new ConsumerInterceptors(chain)
  }

  /** The records to give. */
  onConsume(records: AnyRecord[]): AnyRecord[] {
    let intercepted = records
    for (const interceptor of this.#chain.all) {
      if (interceptor.onConsume === undefined) continue
      try {
        const next: unknown = interceptor.onConsume(intercepted)
        if (!Array.isArray(next)) throw new TypeError('a list of records is expected back')
        intercepted = next
      } catch (error) {
        this.#chain.passOver(interceptor, 'onConsume', error)
      }
    }
    return intercepted
  }

  close(): void {
    this.#chain.close()
  }
}
