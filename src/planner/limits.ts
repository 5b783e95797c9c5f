/**
 * What a partition count uses of each limit of a profile, with the source of the limit.
 *
 * Most limits are advice: nothing enforces them, a cluster beyond them gets slow to start, to elect and to
 * recover. Replicas are counted in all topics of the cluster, for a broker bears all of them.
 */
import { invariant } from '../base/invariant.ts'
import type { ProfileQuantity } from './profile-quantities.ts'
import type { Profile } from './profiles.ts'

/** One limit and what is used of it. */
export interface LimitCheck {
  readonly name: string
  readonly used: number
  readonly limit: number
  readonly unit: string
  readonly source: string
  readonly date: string
  readonly ok: boolean
  /** What goes wrong beyond it. */
  readonly beyond: 'overload' | 'refused' | 'several answers'
}

interface Placement {
  readonly partitions: number
  readonly replicationFactor: number
  readonly brokers: number
  /** Replicas that the cluster has already, of other topics; 0 if absent. */
  readonly otherReplicas?: number
  /** Of one broker; null where it is not known, and then no limit goes by it. */
  readonly brokerCores: number | null
  readonly brokerMemoryBytes: number | null
}

interface Use {
  readonly quantity: ProfileQuantity
  readonly name: string
  readonly used: number
  readonly unit: string
  /** Limit that `figure` of the profile means for this placement; null where it cannot be told. */
  readonly limitBy: (figure: number) => number | null
  readonly beyond: LimitCheck['beyond']
}

/** Replicas on the broker that has most, if they are spread evenly. */
export function replicasPerBroker({
  partitions,
  replicationFactor,
  brokers,
  otherReplicas = 0
}: Placement): number {
  return Math.ceil((partitions * replicationFactor + otherReplicas) / brokers)
}

const same = (figure: number): number => figure

function usesOf(placement: Placement): Use[] {
  const { partitions, replicationFactor, brokers, otherReplicas = 0 } = placement
  const { brokerCores, brokerMemoryBytes } = placement
  const onBroker = replicasPerBroker(placement)
  const replicas = { used: onBroker, unit: 'replicas', beyond: 'overload' } as const
  return [
    { ...replicas, quantity: 'replicasPerBrokerMax', name: 'replicas per broker', limitBy: same },
    {
      ...replicas,
      quantity: 'replicasPerBrokerForUpdatesMax',
      name: 'replicas per broker for updates',
      limitBy: same,
      beyond: 'refused'
    },
    {
      ...replicas,
      quantity: 'replicasPerClusterMax',
      name: 'replicas in the cluster',
      used: partitions * replicationFactor + otherReplicas,
      limitBy: same
    },
    {
      ...replicas,
      quantity: 'replicasPerCoreMax',
      name: 'replicas per broker by its cores',
      limitBy: figure => (brokerCores === null ? null : figure * brokerCores)
    },
    {
      ...replicas,
      quantity: 'memoryBytesPerReplica',
      name: 'replicas per broker by its memory',
      limitBy: figure => (brokerMemoryBytes === null ? null : Math.floor(brokerMemoryBytes / figure))
    },
    {
      ...replicas,
      quantity: 'latencyPartitionsFactor',
      name: 'replicas per broker for low latency',
      limitBy: figure => figure * brokers * replicationFactor
    },
    {
      quantity: 'partitionsPerRequestMax',
      name: 'partitions per request',
      used: partitions,
      unit: 'partitions',
      limitBy: same,
      beyond: 'several answers'
    }
  ]
}

/** Every limit of the profile that can be told for this placement, in a fixed order. */
export function checkLimits(placement: Placement, profile: Profile): LimitCheck[] {
  const { partitions, replicationFactor, brokers } = placement
  invariant(partitions >= 1 && brokers >= 1, 'partitions lie on brokers', { partitions, brokers })
  invariant(replicationFactor >= 1, 'a partition has a replica', { replicationFactor })
  return usesOf(placement).flatMap(({ quantity, name, used, unit, limitBy, beyond }) => {
    const figure = profile.values[quantity]
    const limit = figure === undefined ? null : limitBy(figure.value)
    if (figure === undefined || limit === null) return []
    const { source, date } = figure
    return [{ name, used, limit, unit, source, date, ok: used <= limit, beyond }]
  })
}
