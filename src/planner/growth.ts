/**
 * What more partitions do to keys: the share of them that stays in place when a topic grows from N to N'.
 *
 * A key is on partition hash mod N. It stays if hash mod N = hash mod N', and of lcm(N,N') consecutive hashes
 * min(N,N') do: a share of min(N,N') / lcm(N,N'), which is gcd(N,N') / max(N,N'). Records of a key that moves
 * are in two partitions, and their order is lost.
 * Kafka: clients/producer/internals/BuiltInPartitioner.partitionForKey; partitions can be added, never taken
 * away, so only the half of the matrix above its diagonal can happen to a topic.
 */
import { invariant } from '../base/invariant.ts'

function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b]
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller]
  return larger
}

/** Share of keys, 0 to 1, that stay in their partition from `from` partitions to `to`, or back. */
export function keptKeyShare(from: number, to: number): number {
  invariant(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && to > 0, 'no such counts', {
    from,
    to
  })
  return greatestCommonDivisor(from, to) / Math.max(from, to)
}

/** Row i, column j: the share of keys that stay from `counts[i]` partitions to `counts[j]`. */
export function growthMatrix(counts: readonly number[]): number[][] {
  return counts.map(from => counts.map(to => keptKeyShare(from, to)))
}
