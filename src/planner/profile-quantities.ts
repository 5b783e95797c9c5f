/**
 * What a profile may say of a broker or a cluster: names, units and ranges of its values.
 *
 * Each is a figure that somebody published or assumed and that is not measured here, so it carries its source
 * and its date. A quantity that a profile leaves out is not known there and limits nothing.
 */

interface QuantityDefinition {
  readonly unit: string
  /** What the figure means. */
  readonly text: string
  /** The least value; a fraction is permitted unless `whole`. */
  readonly min: number
  readonly whole: boolean
}

const whole = (unit: string, text: string): QuantityDefinition => ({ unit, text, min: 1, whole: true })
const atLeastZero = (unit: string, text: string): QuantityDefinition => ({ unit, text, min: 0, whole: false })

export const PROFILE_QUANTITIES = {
  replicasPerBrokerMax: whole('replicas', 'replicas on a broker, leaders and followers'),
  replicasPerBrokerForUpdatesMax: whole('replicas', 'replicas on a broker that is still to be updated'),
  replicasPerClusterMax: whole('replicas', 'replicas in a cluster'),
  replicasPerCoreMax: whole('replicas', 'replicas for each core of a broker'),
  partitionsPerRequestMax: whole('partitions', 'partitions described in one answer'),
  latencyPartitionsFactor: whole('partitions', 'k of k x brokers x replication factor a broker'),
  memoryBytesPerReplica: whole('B', 'memory for each replica'),
  detectMs: atLeastZero('ms', 'time until a dead broker is noticed'),
  electionMsPerLeader: atLeastZero('ms', 'time to elect one new leader'),
  metadataMsPerPartition: atLeastZero('ms', 'time a new controller takes for each partition'),
  replicationMsPerPartition: atLeastZero('ms', 'latency for each partition between two brokers'),
  replicaFetchers: whole('threads', 'fetcher threads between two brokers'),
  mapsMax: whole('maps', 'memory maps of a process'),
  openFilesMax: whole('handles', 'open files of a process'),
  brokerInMax: whole('B/s', 'network in of a broker'),
  brokerOutMax: whole('B/s', 'network out of a broker'),
  brokerDiskWriteMax: whole('B/s', 'disk writes of a broker'),
  brokerDiskBytes: whole('B', 'disk of a broker')
} as const satisfies Record<string, QuantityDefinition>

export type ProfileQuantity = keyof typeof PROFILE_QUANTITIES

export function isProfileQuantity(name: string): name is ProfileQuantity {
  return Object.hasOwn(PROFILE_QUANTITIES, name)
}
