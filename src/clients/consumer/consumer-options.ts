/**
 * What a program may give a consumer: settings, and code where a setting takes it.
 */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { ConsumerConfigInput } from '../../config/consumer-config.ts'
import type { ConsumerInterceptor } from './consumer-interceptors.ts'
import type { Deserializer, DeserializerNameFor } from './deserializers.ts'

/** @typeParam K, V what keys and values are, once they are deserialized */
export type ConsumerConfig<K = Uint8Array, V = Uint8Array> = ConsumerConfigInput & {
  readonly 'key.deserializer'?: DeserializerNameFor<K> | Deserializer<K> | undefined
  readonly 'value.deserializer'?: DeserializerNameFor<V> | Deserializer<V> | undefined
  readonly 'interceptor.classes'?: readonly ConsumerInterceptor<K, V>[] | undefined
}

export interface ConsumerTools {
  readonly clock?: Clock
  readonly random?: Random
}

export interface ForEachOptions {
  /** How long to wait if nothing is there; 0 if absent. */
  readonly timeoutMs?: number
  /** Blocks the thread instead of its event loop going on: for threads that have nothing else to do. */
  readonly blocking?: boolean
}
