/**
 * What an invariant is told while a simulation runs, and how it says that it does not hold.
 */
import type { LogView } from '../../../src/threads/log-view.ts'
import type { History, PublishedBatch, PublishedContents, SentRecord } from '../history.ts'
import type { SimulatedPartition } from '../simulated-partition.ts'
import type { SimulatedProducer } from '../simulated-producer.ts'
import type { ReadRecord } from '../simulated-reader.ts'

/** Says what was expected and what was found instead. */
export type Report = (text: string) => void

export interface PartitionState {
  readonly simulated: SimulatedPartition
  readonly contents: PublishedContents
}

/** What was lent or opened and is not back. */
export interface HeldResources {
  /** Of the arena. */
  readonly lentBytes: number
  /** Tail blocks that readers hold. */
  readonly leases: number
  /** Files that readers have open, once they were told to let go of them. */
  readonly readerHandles: number
}

export interface WorldState {
  readonly held: HeldResources
  readonly history: History
  readonly partitions: readonly PartitionState[]
  readonly producers: readonly SimulatedProducer[]
}

/** A log view that was published. */
export interface Publication {
  readonly partition: PartitionState
  /** Null at the first. */
  readonly before: LogView | null
  readonly after: LogView
  readonly versions: number
}

/** The hooks an invariant wants; each is called at once when the thing has happened. */
export interface Invariant {
  published?(publication: Publication): void
  /** A batch lies below the published end now. */
  batch?(batch: PublishedBatch): void
  /** A record lies below the published end now; null: its value is nobody's. */
  record?(batch: PublishedBatch, offset: number, record: SentRecord | null): void
  /** A caller was told what became of its record. */
  settled?(record: SentRecord): void
  read?(read: ReadRecord): void
  /** The recovery of a partition is finished. */
  recovered?(partition: PartitionState): void
  /** After each event. */
  stepped?(): void
  /** All is repaired, nobody sends any more, every answer has come. */
  ended?(): void
}

export type InvariantFactory = (world: WorldState, report: Report) => Invariant
