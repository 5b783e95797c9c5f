/**
 * Named sets of limits and constants of clusters that are not measured: each figure with its source and date.
 *
 * They age. A figure holds for the clusters its source speaks of; where nobody published one it is marked as
 * assumed, or left out. A user's own profile (`own-profile.ts`) replaces single values.
 */
import { HighwaterError } from '../base/local-errors.ts'
import type { ProfileQuantity } from './profile-quantities.ts'

export interface ProfileValue {
  readonly value: number
  readonly source: string
  /** When the source is from; `read 2026-11` where it does not say. */
  readonly date: string
  /** True if nobody published it. */
  readonly assumed: boolean
}

export interface Profile {
  readonly name: string
  /** One sentence: which clusters it is meant for. */
  readonly text: string
  readonly values: { readonly [quantity in ProfileQuantity]?: ProfileValue }
}

type ProfileValues = Profile['values']

const published = (value: number, source: string, date: string): ProfileValue => ({
  value,
  source,
  date,
  assumed: false
})
const assumed = (value: number, source: string): ProfileValue => ({
  value,
  source,
  date: '2026-11',
  assumed: true
})

export const DEFAULT_PROFILE = 'apache-kafka-4.1'

const RAO_2015 = 'Jun Rao, How to choose the number of topics/partitions in a Kafka cluster'
const RAO_2018 =
  'Jun Rao, Apache Kafka supports 200K partitions per cluster; advice, enforced by nothing (KIP-578)'
const MSK = 'Amazon MSK developer guide, best practices, partitions per broker with followers'
const READ = 'read 2026-11'

/** Figures of Kafka that do not depend on who runs it. */
const KAFKA: ProfileValues = {
  replicasPerBrokerMax: published(4000, RAO_2018, '2018'),
  partitionsPerRequestMax: published(2000, 'default of max.request.partition.size.limit', 'Kafka 4.1'),
  replicationMsPerPartition: published(0.02, `${RAO_2015}: 1 000 partitions add about 20 ms`, '2015'),
  replicaFetchers: published(1, 'default of num.replica.fetchers', 'Kafka 4.1'),
  mapsMax: published(65_530, 'Linux default of vm.max_map_count (KAFKA-6343)', READ)
}

const KRAFT: ProfileValues = {
  ...KAFKA,
  replicasPerClusterMax: published(2_000_000, 'Kafka documentation on KRaft: up to about 2 million', READ),
  detectMs: published(9000, 'default of broker.session.timeout.ms', 'Kafka 4.1'),
  electionMsPerLeader: assumed(0.1, 'at most: KRaft elects all in one batch of metadata records'),
  metadataMsPerPartition: assumed(0, 'standby controllers of KRaft hold the metadata already')
}

const ZOOKEEPER: ProfileValues = {
  ...KAFKA,
  replicasPerClusterMax: published(200_000, RAO_2018, '2018'),
  detectMs: published(18_000, 'default of zookeeper.session.timeout.ms', READ),
  electionMsPerLeader: published(5, `${RAO_2015}: 1 000 leaders take 5 s`, '2015'),
  metadataMsPerPartition: published(2, `${RAO_2015}: 10 000 partitions take 20 s`, '2015')
}

function msk(size: string, recommended: number, forUpdates: number | null): Profile {
  const values: ProfileValues = { ...KRAFT, replicasPerBrokerMax: published(recommended, MSK, READ) }
  const updates =
    forUpdates === null ? {} : { replicasPerBrokerForUpdatesMax: published(forUpdates, MSK, READ) }
  return {
    name: `msk-${size}`,
    text: `Amazon MSK, brokers of size kafka.${size}; times and disks as Apache Kafka.`,
    values: { ...values, ...updates }
  }
}

const HUAWEI = 'Huawei DMS: 100 to 2 000 partitions a broker by flavour'

function huawei(end: string, replicas: number): Profile {
  return {
    name: `huawei-${end}`,
    text: `Huawei DMS, the ${end} flavour; times and disks as Apache Kafka.`,
    values: { ...KRAFT, replicasPerBrokerMax: published(replicas, HUAWEI, READ) }
  }
}

const PROFILES: readonly Profile[] = [
  { name: DEFAULT_PROFILE, text: 'Apache Kafka 4.1 with KRaft, run by yourself.', values: KRAFT },
  {
    name: 'apache-kafka-zookeeper',
    text: 'Apache Kafka of the ZooKeeper days, which most published advice speaks of.',
    values: ZOOKEEPER
  },
  {
    name: 'latency-sensitive',
    text: 'Apache Kafka 4.1 where replication may add only a few milliseconds.',
    values: { ...KRAFT, latencyPartitionsFactor: published(100, `${RAO_2015}: 100 x b x r`, '2015') }
  },
  msk('t3.small', 300, null),
  msk('m7g.large', 1000, 1500),
  msk('m7g.xlarge', 1000, 1500),
  msk('m7g.2xlarge', 2000, 3000),
  msk('m7g.4xlarge', 4000, 6000),
  huawei('smallest', 100),
  huawei('largest', 2000),
  {
    name: 'redpanda',
    text: 'Redpanda, whose limits go by core and memory; its failover times are not known here.',
    values: {
      replicasPerCoreMax: published(1000, 'Redpanda, decommissioning: 40 cores, 40 000 partitions', READ),
      memoryBytesPerReplica: published(2e6, 'Redpanda sizing: 2 MB each; 4 MB up to version 24.2', READ)
    }
  },
  {
    name: 'highwater-embedded',
    text: 'This engine in one process: its limits are those of the machine, and they are measured.',
    values: {}
  }
]

const BY_NAME: ReadonlyMap<string, Profile> = new Map(PROFILES.map(profile => [profile.name, profile]))

export function profileNames(): string[] {
  return [...BY_NAME.keys()]
}

export function findProfile(name: string): Profile | undefined {
  return BY_NAME.get(name)
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function profileNamed(name: string): Profile {
  const profile = findProfile(name)
  if (profile !== undefined) return profile
  throw new HighwaterError(
    'HIGHWATER_CONFIG',
    `There is no profile ${JSON.stringify(name.slice(0, 40))}: give one of ${profileNames().join(', ')}, ` +
      'or a JSON file of your own.'
  )
}
