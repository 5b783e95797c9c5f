/**
 * Which partition a keyed record goes to: Kafka's hash of the key over all partitions of the topic, so that
 * the same key meets the same partition from every client.
 *
 * Kafka: clients/producer/internals/BuiltInPartitioner.partitionForKey.
 */
import { murmur2, toPositive } from '../../native-free/murmur2.ts'

/** Hash of a serialized key, which lies in `bytes` from `from` to `end`; the sign bit is not used. */
export function keyHash(bytes: Uint8Array, from = 0, end = bytes.length): number {
  return murmur2(bytes, from, end)
}

/** Index of the partition for a serialized key; an empty key is a key. */
export function partitionForKey(key: Uint8Array, partitionCount: number): number {
  return toPositive(murmur2(key)) % partitionCount
}
