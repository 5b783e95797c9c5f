/**
 * Which partition a keyed record goes to: Kafka's hash of the key over all partitions of the topic, so that
 * the same key meets the same partition from every client.
 *
 * Kafka: clients/producer/internals/BuiltInPartitioner.partitionForKey.
 */
import { murmur2, toPositive } from '../../native-free/murmur2.ts'

/** Index of the partition for a serialized key; an empty key is a key. */
export function partitionForKey(key: Uint8Array, partitionCount: number): number {
  return toPositive(murmur2(key)) % partitionCount
}
