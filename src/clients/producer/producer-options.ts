/**
 * What a producer is made with: its settings, four of which are code whose types follow those of keys and
 * values.
 */
import type { ProducerConfig } from '../../config/producer-config.ts'
import type { Serializer, SerializerNameFor } from '../serializers.ts'
import type { ProducerInterceptor } from './interceptors.ts'
import type { Partitioner, PartitionFunction } from './partitioner.ts'

type CodeSetting = 'key.serializer' | 'value.serializer' | 'partitioner.class' | 'interceptor.classes'

export type ProducerOptions<K = Uint8Array | string, V = Uint8Array | string> = Omit<
  ProducerConfig,
  CodeSetting
> & {
  readonly 'key.serializer'?: SerializerNameFor<K> | Serializer<K> | undefined
  readonly 'value.serializer'?: SerializerNameFor<V> | Serializer<V> | undefined
  readonly 'partitioner.class'?:
    | Extract<ProducerConfig['partitioner.class'], string>
    | PartitionFunction<K, V>
    | Partitioner<K, V>
    | undefined
  /** Called in this order. */
  readonly 'interceptor.classes'?: readonly ProducerInterceptor<K, V>[] | undefined
}
