/**
 * One partition of a partition thread: its log, its host and its pace, from recovery to the end.
 *
 *   open ─▶ turn, turn, … ─▶ close      or abandon: the disk refused, and the files are let go of as they are
 *
 * A turn is one pass. `heartbeat` is odd while one goes on, and while the partition is opened: if the thread
 * dies of it, the broker sees which of its partitions it was.
 *
 * Thread: the partition thread.
 */
import type { Clock } from '../../base/clock.ts'
import type { Arena } from '../../threads/arena.ts'
import type { Bells } from '../../threads/bells.ts'
import { ControlBlock, RUN_STATE_POISONED, RUN_STATE_STOPPED } from '../../threads/control-block.ts'
import type { LeaseTable } from '../../threads/lease-table.ts'
import { SegmentTable } from '../../threads/segment-table.ts'
import { growWords } from '../../threads/shared-memory.ts'
import { AtomicWords } from '../../threads/words.ts'
import { crc32cOf } from '../../wire/record/checksum.ts'
import type { Log } from '../log/log.ts'
import type { Storage } from '../log/storage.ts'
import { type HostRing, hostRing } from './host-ring.ts'
import { LogPublication } from './log-publication.ts'
import { PartitionHost } from './partition-host.ts'
import { PartitionPace } from './partition-pace.ts'
import { PartitionReaders } from './partition-readers.ts'
import { PartitionRecovery } from './partition-recovery.ts'
import type { PartitionStart } from './partition-start.ts'
import { PartitionTruncation } from './partition-truncation.ts'

/** What the partitions of a thread share. */
export interface ServingThread {
  readonly memory: Arena
  readonly bells: Bells
  readonly leases: LeaseTable
  readonly storage: Storage
  readonly clock: Clock
}

/** What a partition has used of its thread. */
interface ServedUsage {
  readonly pacedMs: number
  readonly passes: number
  readonly bytes: number
  readonly tailBytes: number
}

export class ServedPartition {
  readonly id: number
  readonly #control: ControlBlock
  readonly #publication: LogPublication
  readonly #readers: PartitionReaders
  readonly #log: Log
  readonly #host: PartitionHost
  readonly #pace: PartitionPace | null
  /** Whether the sleep that begins is for its pace. */
  #isPaced = false
  /** It answers what it has, at once, and is closed. */
  isStopping = false

  /**
   * Opens the log, and serves.
   * @throws HighwaterError HIGHWATER_LOG_CORRUPT, HIGHWATER_STORAGE
   */
  constructor(start: PartitionStart, thread: ServingThread) {
    const { bells, clock, leases, memory, storage } = thread
    const { paceBytesPerSecond = 0 } = start.settings
    this.id = start.id
    const words = new AtomicWords(start.control)
    this.#control = new ControlBlock(words)
    this.#control.beat()
    this.#pace = paceBytesPerSecond > 0 ? new PartitionPace(paceBytesPerSecond, clock) : null
    const segments = new SegmentTable(new AtomicWords(start.segments), bytes => {
      growWords(start.segments, bytes)
    })
    this.#publication = new LogPublication(this.#control, segments, start.leaderEpoch)
    this.#readers = new PartitionReaders({ control: this.#control, words, leases, bells })
    const recovery = new PartitionRecovery({
      control: this.#control,
      segments,
      publication: this.#publication,
      readers: this.#readers,
      options: {
        storage,
        clock,
        directory: start.directory,
        settings: start.settings.log,
        crc: crc32cOf,
        initialOffset: start.settings.initialOffset ?? 0,
        topicId: start.topicId,
        keepsIndexesOpen: !start.sharesThread
      }
    })
    recovery.begin()
    this.#log = recovery.openLog()
    this.#host = new PartitionHost({
      memory,
      control: this.#control,
      publication: this.#publication,
      readers: this.#readers,
      bells,
      log: this.#log,
      clock,
      settings: start.settings,
      leaderEpoch: start.leaderEpoch,
      ...(this.#pace === null ? {} : { passBytesMax: this.#pace.passBytesMax })
    })
    this.#recover(recovery, start.rings.map(hostRing))
    this.#control.beat()
  }

  #recover(recovery: PartitionRecovery, rings: readonly HostRing[]): void {
    for (const ring of rings) this.#host.attachRing(ring)
    recovery.list(this.#log)
    recovery.cutTail(this.#log)
    recovery.sweep(rings, this.#log.logEndOffset)
    recovery.publish(this.#log)
    recovery.finish()
  }

  /** Once the broker knows that it serves. */
  ringEveryBell(): void {
    this.#host.ringEveryBell()
  }

  attachRing(ring: HostRing): void {
    this.#host.attachRing(ring)
  }

  /** One pass, if there is something and its pace permits. @returns batches finished */
  turn(): number {
    if (!this.#host.hasWork()) return 0
    this.#control.beat()
    const finished = this.#paceMs() > 0 ? 0 : this.#pass()
    this.#control.beat()
    return finished
  }

  #pass(): number {
    if (this.#pace === null) return this.#host.pass()
    const before = this.#log.appendedBytes
    const finished = this.#host.pass()
    this.#pace.appended(this.#log.appendedBytes - before)
    return finished
  }

  /** Milliseconds before the next pass may begin. */
  #paceMs(): number {
    return this.#pace === null || this.isStopping ? 0 : this.#pace.waitMs()
  }

  /** Why the log can take no more, or null. Then it is abandoned. */
  get failure(): unknown {
    return this.#host.failure
  }

  /** Milliseconds its thread may sleep for all it knows: 0 if a turn would find something to do. */
  sleepMs(): number {
    this.#isPaced = false
    if (!this.#host.hasWork()) return Number.POSITIVE_INFINITY
    const paceMs = this.#paceMs()
    this.#isPaced = paceMs > 0
    return paceMs
  }

  /** The thread has slept so long. */
  slept(ms: number): void {
    if (this.#isPaced) this.#pace?.slept(ms)
  }

  detachDrained(): number[] {
    return this.#host.detachDrained()
  }

  /** Between two passes. @returns the new log end offset */
  truncate(offset: number): number {
    const publication = this.#publication
    const truncation = new PartitionTruncation({
      log: this.#log,
      readers: this.#readers,
      announceEnd: end => publication.announceEnd(this.#log, end),
      confirmEnd: () => publication.confirmEnd(this.#log)
    })
    this.#control.beat()
    const logEndOffset = truncation.run(Math.max(offset, this.#log.logStartOffset))
    this.#control.beat()
    return logEndOffset
  }

  usage(): ServedUsage {
    const { passes } = this.#host
    const { tailBytes } = this.#readers
    return { pacedMs: this.#pace?.pacedMs ?? 0, passes, bytes: this.#log.appendedBytes, tailBytes }
  }

  /** Flushes and closes the log. @throws HighwaterError HIGHWATER_STORAGE */
  close(): void {
    this.#control.beat()
    this.#log.close()
    this.#control.storeRunState(RUN_STATE_STOPPED)
    this.#control.beat()
  }

  /** After the disk refused: nobody serves it any more. */
  abandon(): void {
    this.#log.abandon()
    this.#control.storeRunState(RUN_STATE_POISONED)
  }
}
