/**
 * The partitions a consumer reads, in the order in which it was given them, and whose turn it is.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/SubscriptionState.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { OffsetReset } from '../../config/offset-reset.ts'
import { AssignedPartition } from './assigned-partition.ts'

/** A partition to read, or a range of its offsets: from `from` to before `to`. */
export interface PartitionRange extends TopicPartition {
  /** Offset to begin with; if absent it goes on where it was, or begins as auto.offset.reset says. */
  readonly from?: number | undefined
  /** The first offset that is not read; if absent there is no end. */
  readonly to?: number | undefined
}

export class SubscriptionState {
  #partitions: AssignedPartition[] = []
  /** The same by name. */
  #byName = new Map<string, AssignedPartition>()
  /** The partition the next round starts with. */
  #turn = 0
  readonly #reset: OffsetReset

  constructor(reset: OffsetReset) {
    this.#reset = reset
  }

  get all(): readonly AssignedPartition[] {
    return this.#partitions
  }

  /** Every partition has an end and was read up to it. */
  get isAtEnd(): boolean {
    return this.#partitions.length > 0 && this.#partitions.every(({ isAtEnd }) => isAtEnd)
  }

  /** A partition that stays keeps what is known of it, and its position unless the new range has one. */
  assign(ranges: readonly PartitionRange[]): void {
    checkRanges(ranges)
    const before = this.#byName
    this.#partitions = ranges.map(range => {
      const assigned = before.get(nameOf(range)) ?? new AssignedPartition(range, this.#reset)
      assigned.end = range.to ?? Number.POSITIVE_INFINITY
      if (range.from !== undefined) assigned.moveTo(range.from)
      return assigned
    })
    this.#byName = new Map(this.#partitions.map(assigned => [nameOf(assigned), assigned]))
    this.#turn = 0
  }

  /** @throws HighwaterError HIGHWATER_CONFIG if it is not assigned */
  find(wanted: TopicPartition): AssignedPartition {
    const assigned = this.#byName.get(nameOf(wanted))
    if (assigned !== undefined) return assigned
    const { topic, partition } = wanted
    throw new HighwaterError('HIGHWATER_CONFIG', `${topic}-${partition} is not assigned to this consumer.`)
  }

  /** Those named, or all. */
  these(wanted: readonly TopicPartition[] | undefined): readonly AssignedPartition[] {
    return wanted === undefined ? this.#partitions : wanted.map(partition => this.find(partition))
  }

  /** Partitions to read now: not paused and not at their end. */
  active(): AssignedPartition[] {
    return this.#partitions.filter(({ isPaused, isAtEnd }) => !isPaused && !isAtEnd)
  }

  /** All ready ones of these once, each time beginning with another one. */
  round(active: readonly AssignedPartition[]): AssignedPartition[] {
    const turn = this.#turn % Math.max(1, active.length)
    this.#turn = turn + 1
    return [...active.slice(turn), ...active.slice(0, turn)].filter(({ isReady }) => isReady)
  }
}

/** Before anything is changed. */
function checkRanges(ranges: readonly PartitionRange[]): void {
  const names = new Set<string>()
  for (const range of ranges) {
    checkOffset(range.from ?? 0)
    checkOffset(range.to ?? 0)
    const name = nameOf(range)
    if (names.has(name)) {
      throw new HighwaterError('HIGHWATER_CONFIG', `${name} is named twice: assign it once.`)
    }
    names.add(name)
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function checkOffset(offset: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0) return
  throw new HighwaterError('HIGHWATER_CONFIG', `An offset must be a whole number, 0 or more, not ${offset}.`)
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function checkTime(timestampMs: number): void {
  if (Number.isSafeInteger(timestampMs) && timestampMs >= 0) return
  const text = `A time must be a whole number of milliseconds since 1970, 0 or more, not ${timestampMs}.`
  throw new HighwaterError('HIGHWATER_CONFIG', text)
}

export function isSame(left: TopicPartition, right: TopicPartition): boolean {
  return left.topic === right.topic && left.partition === right.partition
}
