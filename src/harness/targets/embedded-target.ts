/**
 * The embedded engine as a target: a cluster of its own in a fresh temporary directory, removed at the end.
 *
 * Thread: `EmbeddedTarget` is the harness's; `connectTarget` runs in load threads.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import { Admin } from '../../clients/admin/admin.ts'
import { type ClusterHandle, connectHandle } from '../../cluster/cluster-handle.ts'
import { type Cluster, type ClusterOptions, startCluster } from '../../cluster/embedded-cluster.ts'
import { parseBrokerConfig } from '../../config/broker-config.ts'
import type { PartitionOverhead } from '../../planner/verifiability.ts'
import type { Channel } from '../../wire/network/channel.ts'
import type { PartitionRoom, PartitionUsage, Target, TargetHandle } from '../target.ts'

const MIB = 2 ** 20
/** A thread's own memory and handles, measured on Node 20 with 10 to 500 threads. */
const THREAD_BYTES = 8.7 * MIB
const THREAD_HANDLES = 4
/** .log, .index and .timeindex of the partition, and the reader's .log. */
const PARTITION_FILES = 4
/** A consumer thread per partition and the loaders share the places a cluster has for clients. */
const CONSUMERS_MAX = 48

/** Says what is wrong with settings before anything is started. @throws HighwaterError HIGHWATER_CONFIG */
export function checkEngine(config: ClusterOptions): void {
  parseBrokerConfig(config)
  if (config['log.dirs'] !== undefined) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      'A measurement makes a log directory of its own and removes it: leave log.dirs out, and ' +
        'set TMPDIR for another disk.'
    )
  }
}

/** @param config settings of the cluster. @throws HighwaterError HIGHWATER_CONFIG */
export async function startEmbeddedTarget(config: ClusterOptions = {}): Promise<Target> {
  checkEngine(config)
  const cluster = await startCluster(config)
  try {
    const admin = new Admin(await cluster.connect())
    return new EmbeddedTarget(cluster, admin)
  } catch (cause) {
    await cluster.close()
    throw cause
  }
}

class EmbeddedTarget implements Target {
  readonly kind = 'embedded'
  readonly label = 'this engine on this machine'
  readonly partitionOverhead: PartitionOverhead = {
    memoryBytes: 2 * THREAD_BYTES,
    fileHandles: 2 * THREAD_HANDLES + PARTITION_FILES
  }
  readonly logDirectory: string
  readonly #cluster: Cluster
  readonly #admin: Admin

  constructor(cluster: Cluster, admin: Admin) {
    this.#cluster = cluster
    this.#admin = admin
    this.logDirectory = cluster.logDir
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    await this.#admin.createTopics([{ topic, numPartitions: partitions }])
  }

  async emptyTopic(topic: string, partitions: number): Promise<void> {
    const names = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
    await Promise.all(names.map(name => this.#cluster.truncatePartition(name, 0)))
  }

  async openHandle(): Promise<TargetHandle> {
    const { port } = await this.#cluster.handle()
    return { port }
  }

  partitionUsage(partition: TopicPartition): Promise<PartitionUsage> {
    return this.#cluster.partitionUsage(partition)
  }

  async partitionRoom(): Promise<PartitionRoom> {
    const room = await this.#cluster.partitionRoom()
    if (room.partitions <= CONSUMERS_MAX) return room
    return { partitions: CONSUMERS_MAX, reason: `${CONSUMERS_MAX} places for consumers` }
  }

  close(): Promise<void> {
    return this.#cluster.close()
  }
}

/** A load thread's way into the target whose handle it was started with. */
export function connectTarget(handle: TargetHandle): Promise<Channel> {
  return connectHandle(handle as object as ClusterHandle)
}
