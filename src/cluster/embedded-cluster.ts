/**
 * A cluster in this process: one broker on its own thread, and partition threads below it.
 *
 * Thread: the one that called `startCluster`; other threads get a handle. Everything ends with `close`.
 */
import { resolve } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import { arrival, type Steps, task } from '../base/task.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import type { BrokerOptions } from '../broker/broker.ts'
import { bodyAs, type PartitionRoom, type PartitionUsage } from '../broker/local-commands.ts'
import { makeTemporaryLogDirectory, removeLockOfDead, removeLogDirectory } from '../broker/log-directory.ts'
import { type BrokerConfig, parseBrokerConfig } from '../config/broker-config.ts'
import type { MessagePort } from '../threads/command-port.ts'
import { threadEntry } from '../threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../threads/worker-pool.ts'
import type { Channel } from '../wire/network/channel.ts'
import { type ClusterHandle, connectHandle } from './cluster-handle.ts'

export type ClusterOptions = BrokerConfig

export interface Cluster {
  /** Absolute path of the directory with all logs. */
  readonly logDir: string
  /** A client's way in from another thread; one for each. */
  handle(): Promise<ClusterHandle>
  /** A channel for this thread. */
  connect(): Promise<Channel>
  /** Kills the thread of a partition, as a crash would; it is started again. For tests of what that means. */
  killPartition(partition: TopicPartition): Promise<void>
  /**
   * Takes the end of a partition back, as an unclean election of a leader would: acknowledged records at
   * `offset` and behind it are lost. For tests of what that means.
   * @returns the new log end offset: `offset`, or the start of the batch it lies in
   * @throws HighwaterError HIGHWATER_CONFIG, with nothing touched, if `offset` is none
   */
  truncatePartition(partition: TopicPartition, offset: number): Promise<number>
  partitionUsage(partition: TopicPartition): Promise<PartitionUsage>
  /** How many partitions more have a thread of their own each; it takes more, which share threads. */
  partitionRoom(): Promise<PartitionRoom>
  /**
   * Answers what was submitted, flushes and closes all logs, and ends every thread. Again: nothing.
   * @throws HighwaterError HIGHWATER_STORAGE if a log could not be flushed, HIGHWATER_THREAD_ENDED if the
   * broker had died before; then too all has ended
   */
  close(): Promise<void>
}

const ENTRY = threadEntry(import.meta.url, '../broker/broker-thread.ts', 'bundle')

class EmbeddedCluster implements Cluster {
  readonly logDir: string
  readonly #broker: ThreadHandle
  readonly #removeLogs: boolean
  #closing: Promise<void> | null = null

  constructor(broker: ThreadHandle, logDir: string, removeLogs: boolean) {
    this.#broker = broker
    this.logDir = logDir
    this.#removeLogs = removeLogs
    void this.#warnOfDeath()
  }

  /** Whoever does not wait for an answer, or never closes the cluster, hears of it too. */
  async #warnOfDeath(): Promise<void> {
    const { error } = await this.#broker.ended
    if (this.#closing !== null) return
    process.emitWarning(brokerDied(error).message, { code: 'HIGHWATER_THREAD_ENDED' })
  }

  handle(): Promise<ClusterHandle> {
    return task(() => this.#handle())
  }

  *#handle(): Steps<ClusterHandle> {
    if (this.#closing !== null) throw new HighwaterError('HIGHWATER_CLOSED', 'the cluster is closed')
    const { shared } = yield* arrival(this.#broker.port.call('connect', {}))
    const port = shared['port'] as MessagePort
    return { port, transferList: [port] }
  }

  connect(): Promise<Channel> {
    return task(() => this.#connect())
  }

  *#connect(): Steps<Channel> {
    return yield* arrival(connectHandle(yield* this.#handle()))
  }

  async killPartition({ topic, partition }: TopicPartition): Promise<void> {
    await this.#broker.port.call('killPartition', { topic, partition })
  }

  async truncatePartition({ topic, partition }: TopicPartition, offset: number): Promise<number> {
    const { body } = await this.#broker.port.call('truncatePartition', { topic, partition, offset })
    return Number(body['logEndOffset'])
  }

  async partitionUsage({ topic, partition }: TopicPartition): Promise<PartitionUsage> {
    return bodyAs(await this.#broker.port.call('partitionUsage', { topic, partition }))
  }

  async partitionRoom(): Promise<PartitionRoom> {
    return bodyAs(await this.#broker.port.call('partitionRoom', {}))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#broker.port.call('close', {})
    } catch (error) {
      if (!isThreadEnded(error)) throw error
      const { error: cause } = await this.#broker.ended
      removeLockOfDead(this.logDir)
      throw brokerDied(cause)
    } finally {
      await endBroker(this.#broker)
      if (this.#removeLogs) removeLogDirectory(this.logDir)
    }
  }
}

function isThreadEnded(error: unknown): boolean {
  return error instanceof HighwaterError && error.code === 'HIGHWATER_THREAD_ENDED'
}

function brokerDied(cause: Error | null): HighwaterError {
  const reason = cause?.message ?? 'it ended'
  const text = `the broker died before it was closed: ${reason}; the next start recovers its logs`
  return new HighwaterError('HIGHWATER_THREAD_ENDED', text, { cause })
}

async function endBroker(broker: ThreadHandle): Promise<void> {
  broker.port.close()
  await broker.ended
}

/**
 * Starts a cluster.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_STORAGE if the directory cannot be used,
 * HIGHWATER_RESOURCES if another cluster uses it or the machine refuses the memory, HIGHWATER_LOG_CORRUPT,
 * HIGHWATER_THREAD_ENDED if the broker's thread could not start
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { logDirs, engineArenaBytes, enginePartitionPace, enginePartitionThreadsMax } =
    parseBrokerConfig(options)
  const isTemporary = logDirs === null
  const logDir = isTemporary ? makeTemporaryLogDirectory() : resolve(logDirs)
  try {
    const broker = await openBroker({
      logDirectory: logDir,
      arenaBytes: engineArenaBytes,
      partitionPace: enginePartitionPace,
      partitionThreadsMax: enginePartitionThreadsMax
    })
    return new EmbeddedCluster(broker, logDir, isTemporary)
  } catch (error) {
    if (isTemporary) removeLogDirectory(logDir)
    throw error
  }
}

async function openBroker(options: BrokerOptions): Promise<ThreadHandle> {
  const broker = startThread(ENTRY, { options })
  try {
    await broker.port.call('open', {})
    return broker
  } catch (error) {
    await endBroker(broker)
    if (!isThreadEnded(error)) throw error
    const { error: cause } = await broker.ended
    const text = `the broker could not be started: ${cause?.message ?? 'its thread ended'}`
    throw new HighwaterError('HIGHWATER_THREAD_ENDED', text, { cause })
  }
}
