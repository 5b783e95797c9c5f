/**
 * What is measured: something that takes topics, producers and consumers. The embedded engine now; a Kafka
 * cluster will be a second form, driven by the same loads.
 *
 * Thread: the harness's; `open` gives other threads their own way in.
 */
import type { TopicPartition } from '../base/topic-partition.ts'
import type { PartitionOverhead } from '../planner/verifiability.ts'

export interface Target {
  readonly kind: 'embedded'
  /** What figures of this target hold for, beside every one of them. */
  readonly label: string
  /** Directory whose disk holds the records; null where it is not this machine's. */
  readonly logDirectory: string | null
  /** What one more partition of a planned load takes here, its consumer included. */
  readonly partitionOverhead: PartitionOverhead
  createTopic(topic: string, partitions: number): Promise<void>
  /** Takes all records of a topic from the disk; its offsets begin at 0 again. Nothing is sent meanwhile. */
  emptyTopic(topic: string, partitions: number): Promise<void>
  /** Data for a load thread, which passes it to `connectTarget`; for one thread, once. */
  openHandle(): Promise<TargetHandle>
  partitionUsage(partition: TopicPartition): Promise<PartitionUsage>
  /** Partitions that one more topic may have, each with a consumer thread of its own. */
  partitionRoom(): Promise<PartitionRoom>
  close(): Promise<void>
}

/** Travels to one load thread among its start data; ports in it are transferred. */
export type TargetHandle = Record<string, unknown>

export interface PartitionRoom {
  readonly partitions: number
  /** What sets it: "a limit of 256 open files". */
  readonly reason: string
}

/** Of a partition's thread since its start, in milliseconds; null where the system does not tell. */
export interface PartitionUsage {
  readonly cpuMs: number | null
  /** Inside calls to the disk: computing there, waiting for a core, waiting for the disk. */
  readonly diskMs: number
  /** Asleep with work waiting, for its `engine.partition.pace` alone. */
  readonly pacedMs: number
  /** Neither computing, nor waiting for a core, nor asleep for want of work. */
  readonly blockedMs: number | null
}
