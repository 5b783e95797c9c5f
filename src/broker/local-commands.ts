/**
 * What a local channel and the broker thread say to each other: names and bodies of commands. Requests of
 * Kafka's protocol go under their own names with the types of `wire/protocol/messages.ts`; the rest lends
 * shared memory.
 *
 *   hello                 ─▶ HelloReply + arena, bells
 *   openProduceLane       ─▶ ProduceLaneReply + slots            closeProduceLane (no reply)
 *   openProducePartition  ─▶ ProducePartitionReply + ring
 *   openFetchLane         ─▶ FetchLaneReply + leases             closeFetchLane (no reply)
 *   openFetchPartition    ─▶ FetchPartitionReply + control, segments
 */
import { HighwaterError } from '../base/local-errors.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import type { PartitionUsage } from '../data-plane/partition/partition-thread.ts'
import type { ArenaHandle } from '../threads/arena.ts'
import type { Command, CommandReply, SharedValue } from '../threads/command-port.ts'

export type { PartitionUsage }

/** How many partitions more have a thread of their own, and what sets that: "a limit of 256 open files". */
export interface PartitionRoom {
  readonly partitions: number
  readonly reason: string
}

export interface HelloReply {
  /** Address of scratch memory for the caller's thread in the arena, or 0. */
  readonly scratch: number
}

export interface LaneName {
  readonly lane: number
}

export interface LaneSize {
  readonly slotBytes: number
  readonly slotCount: number
  readonly inFlightMax: number
}

export interface ProduceLaneReply extends LaneName {
  /** Address of slot 0 in the arena. */
  readonly region: number
  readonly bellRow: number
}

export interface ProducePartitionName extends LaneName, TopicPartition {}

export interface ProducePartitionReply {
  readonly capacity: number
  readonly hostBellRow: number
  readonly leaderEpoch: number
}

export interface FetchLaneReply extends LaneName {
  readonly bellRow: number
  /** Row in the lease table, or -1: all are taken. */
  readonly readerRow: number
}

export interface FetchPartitionReply {
  /** Absolute path of the partition's files. */
  readonly directory: string
}

/** The body of a command or reply, as both sides have agreed above; they are of one build. */
export function bodyAs<T extends object>({ body }: Pick<Command | CommandReply, 'body'>): T {
  const unnamed: object = body
  return unnamed as T
}

export function sharedWords(reply: CommandReply, name: string): SharedArrayBuffer {
  return sharedAs<SharedArrayBuffer>(reply, name)
}

export function sharedArena(reply: CommandReply): ArenaHandle {
  return {
    memory: sharedAs<WebAssembly.Memory>(reply, 'memory'),
    module: sharedAs<WebAssembly.Module>(reply, 'module')
  }
}

function sharedAs<T extends SharedValue>({ shared }: CommandReply, name: string): T {
  return shared[name] as T
}

/**
 * An offset that a log may be cut to.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function truncationOffset(offset: number): number {
  if (Number.isSafeInteger(offset) && offset >= 0) return offset
  const found = typeof offset === 'string' ? JSON.stringify(offset) : String(offset)
  throw new HighwaterError(
    'HIGHWATER_CONFIG',
    `A partition is truncated to an offset, a whole number from 0 on, not to ${found}.`
  )
}
