/**
 * MurmurHash2, 32 bits: the hash by which Kafka's default partitioner places a keyed record.
 *
 * The same key must reach the same partition from every client, so this is protocol in all but name.
 * Kafka: common/utils/Utils.murmur2 and toPositive.
 */
const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** Signed 32-bit hash of the bytes from `from` up to `end`. */
export function murmur2(bytes: Uint8Array, from = 0, end = bytes.length): number {
  const length = end - from
  const endOfWords = from + (length & ~3)
  let hash = SEED ^ length
  for (let at = from; at < endOfWords; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, MULTIPLIER)
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER)
    hash = Math.imul(hash, MULTIPLIER) ^ word
  }
  if (endOfWords < end) {
    for (let at = endOfWords; at < end; at += 1) hash ^= bytes[at]! << (8 * (at - endOfWords))
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

/** Clears the sign bit, which is not the absolute value: -1 gives 2147483647. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff
}
