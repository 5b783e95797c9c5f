/**
 * What the broker gives a partition thread: what all its partitions share when it starts, and each partition
 * when it is to serve it. A partition may come with the start or later, as a command.
 *
 * Thread: made by the broker, read by the partition thread.
 */
import { invariant } from '../../base/invariant.ts'
import type { ArenaHandle } from '../../threads/arena.ts'
import type { Command } from '../../threads/command-port.ts'
import type { HostRingDescription } from './host-ring.ts'
import type { PartitionSettings } from './partition-settings.ts'

/** What a thread is started with, whatever it serves. */
export interface ThreadStart {
  readonly arena: ArenaHandle
  /** Address of the thread's scratch memory in the arena, or 0. */
  readonly scratch: number
  readonly bells: SharedArrayBuffer
  readonly bellRow: number
  readonly leases: SharedArrayBuffer
}

/** What crosses as the body of a command. */
interface PartitionFacts {
  /** Small number, unique in the cluster. */
  readonly id: number
  readonly directory: string
  readonly topicId: string
  readonly leaderEpoch: number
  readonly settings: PartitionSettings
  /** Whether its thread serves others too: then it holds fewer files open. */
  readonly sharesThread: boolean
}

export interface PartitionStart extends PartitionFacts {
  readonly control: SharedArrayBuffer
  readonly segments: SharedArrayBuffer
  readonly rings: readonly HostRingDescription[]
}

/** The command that hands a new partition to a thread that runs. No caller can have a ring into it yet. */
export function openCommand(start: PartitionStart): {
  readonly body: object
  readonly shared: Record<string, SharedArrayBuffer>
} {
  const { control, segments, rings, ...facts } = start
  invariant(rings.length === 0, 'a partition that is opened by command has no rings yet')
  return { body: facts, shared: { control, segments } }
}

export function startOf({ body, shared }: Command): PartitionStart {
  const given: object = { ...body, ...shared, rings: [] }
  return given as PartitionStart
}
