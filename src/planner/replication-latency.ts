/**
 * Latency that replication adds by the number of partitions between two brokers.
 *
 * One fetcher thread of a broker copies all it follows on another: n_pair = N (RF - 1) / (B (B - 1))
 * partitions if they are spread evenly, and each round costs kappa for each of them. Readers wait for it with
 * any acks, producers with acks=all. Jun Rao, 2015: 1 000 partitions between two brokers add about 20 ms, so
 * kappa is 20 µs.
 */
import { invariant } from '../base/invariant.ts'

interface ReplicatedLayout {
  /** Of all topics of the cluster. */
  readonly partitions: number
  readonly replicationFactor: number
  readonly brokers: number
}

interface FetcherCost {
  /** kappa: milliseconds for each partition a round copies. */
  readonly msPerPartition: number
  /** num.replica.fetchers. */
  readonly fetchers: number
}

/** Partitions that one broker follows on another; 0 where nothing is replicated. */
export function partitionsPerPair({ partitions, replicationFactor, brokers }: ReplicatedLayout): number {
  invariant(replicationFactor <= brokers, 'replicas lie on different brokers', { replicationFactor, brokers })
  if (replicationFactor === 1) return 0
  return (partitions * (replicationFactor - 1)) / (brokers * (brokers - 1))
}

/** Milliseconds that replication adds to the latency of a record. */
export function addedLatencyMs(layout: ReplicatedLayout, { msPerPartition, fetchers }: FetcherCost): number {
  return (partitionsPerPair(layout) * msPerPartition) / fetchers
}
