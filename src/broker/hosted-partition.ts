/**
 * One partition of this broker: its control block, the rings into it, and its supervisor, which has it served
 * again when its thread dies. The block and the rings outlive the thread.
 *
 * Thread: the broker. Words of the host's role are touched here only while the partition is offline.
 */
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { partitionDirectory, type TopicPartition } from '../base/topic-partition.ts'
import type { HostRingDescription } from '../data-plane/partition/host-ring.ts'
import type { PartitionSettings } from '../data-plane/partition/partition-settings.ts'
import type { PartitionStart } from '../data-plane/partition/partition-start.ts'
import type { CommandReply } from '../threads/command-port.ts'
import {
  CONTROL_BLOCK_BYTES,
  ControlBlock,
  RUN_STATE_NONE,
  RUN_STATE_POISONED,
  RUN_STATE_RECOVERING,
  TAIL_TABLE_WORD
} from '../threads/control-block.ts'
import { hasEntries } from '../threads/ring.ts'
import { SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX } from '../threads/segment-table.ts'
import { allocateWords, growableWords } from '../threads/shared-memory.ts'
import { lendTailBlocks, TAIL_BLOCK_BYTES, TAIL_BLOCKS } from '../threads/tail-blocks.ts'
import { AtomicWords } from '../threads/words.ts'
import type { Engine } from './engine.ts'
import type { HostThread, ThreadPartition, ThreadSigns } from './host-thread.ts'
import { OfflineRings } from './offline-rings.ts'
import { type HostEffect, type HostState, Supervisor } from './supervisor.ts'

interface PartitionPlace extends TopicPartition {
  /** Small number, unique in the cluster. */
  readonly id: number
  readonly topicId: string
  readonly logDirectory: string
  readonly settings: PartitionSettings
  /** The thread that serves it, from its first use on. */
  readonly host: HostThread
  /** From now on `answerOffline` is wanted. */
  readonly wentOffline: () => void
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface AttachedRing {
  readonly description: HostRingDescription
  readonly words: AtomicWords
  readonly whenDrained: () => void
}

/** Constant while a partition has one replica: a restart does not change its leader. */
export const LEADER_EPOCH = 0

export class HostedPartition implements ThreadPartition {
  readonly directory: string
  readonly controlWords = allocateWords(CONTROL_BLOCK_BYTES)
  readonly segmentWords = growableWords(SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX)
  readonly #place: PartitionPlace
  readonly #engine: Engine
  readonly #control: ControlBlock
  readonly #rings = new Map<number, AttachedRing>()
  readonly #offlineRings: OfflineRings
  readonly #supervisor = new Supervisor()
  #readyWaiters: Waiter[] = []
  #endWaiters: (() => void)[] = []
  /** Words of the last failure, null while there was none since the last start. */
  #failure: string | null = null

  constructor(place: PartitionPlace, engine: Engine) {
    this.#place = place
    this.#engine = engine
    this.directory = `${place.logDirectory}/${partitionDirectory(place)}`
    const controlWords = new AtomicWords(this.controlWords)
    this.#control = new ControlBlock(controlWords)
    const region = engine.tryLendTail(TAIL_BLOCKS * TAIL_BLOCK_BYTES)
    if (region !== null) {
      const lent = { region, blocks: TAIL_BLOCKS, blockBytes: TAIL_BLOCK_BYTES }
      lendTailBlocks(controlWords, TAIL_TABLE_WORD, lent)
    }
    this.#control.initialise(place.id)
    this.#offlineRings = new OfflineRings(engine.bells, this.#control, engine.payloads)
  }

  get id(): number {
    return this.#place.id
  }

  get state(): HostState {
    return this.#supervisor.state
  }

  /** Of the thread that serves it. */
  get bellRow(): number {
    return this.#place.host.bellRow
  }

  get isInTurn(): boolean {
    return this.#control.isInTurn
  }

  get isRecovering(): boolean {
    return this.#control.runState === RUN_STATE_RECOVERING
  }

  get progress(): number {
    return (this.#control.heartbeat + this.#control.runState) | 0
  }

  /**
   * Starts the partition if this is its first use, and waits until it serves.
   * @throws KafkaError KAFKA_STORAGE_ERROR when it is offline
   */
  async ready(): Promise<void> {
    if (this.state === 'online') return
    if (this.state === 'offline') throw this.#offlineError()
    const online = new Promise<void>((resolve, reject) => this.#readyWaiters.push({ resolve, reject }))
    this.#obey(this.#supervisor.needed(this.#now))
    await online
  }

  /** Why it is offline, or null if it is not. */
  get offlineReason(): string | null {
    return this.state === 'offline' ? this.#offlineText() : null
  }

  #offlineText(): string {
    const { topic, partition } = this.#place
    return `${topic}-${partition} is offline: ${this.#failure ?? 'its thread ended'}`
  }

  #offlineError(): KafkaError {
    return new KafkaError('KAFKA_STORAGE_ERROR', this.#offlineText())
  }

  /** Tells the host of a new ring. @param whenDrained called once the ring is closed, empty and forgotten */
  attach(description: HostRingDescription, whenDrained: () => void): void {
    const words = new AtomicWords(description.ring)
    this.#rings.set(description.id, { description, words, whenDrained })
    if (this.state === 'offline') this.#offlineRings.add(description)
    else if (this.#place.host.isRunning) {
      const { ring, slots, ...body } = description
      this.#place.host.post('attach', { partition: this.id, ...body }, { ring, slots })
    }
  }

  /** A reader has ended: its interest goes with it. */
  forgetReader(readerRow: number): void {
    this.#control.disarmInterest(readerRow)
  }

  /** Wakes the host; a ring was closed. */
  ring(): void {
    this.#place.host.ring()
  }

  /** What it and its thread have used, or null while none serves. */
  async usage(): Promise<CommandReply | null> {
    if (this.state !== 'online') return null
    return this.#place.host.call('usage', { partition: this.id })
  }

  /**
   * Takes back every batch that ends at `offset` or later. @returns the new log end offset
   * @throws KafkaError KAFKA_STORAGE_ERROR when no thread serves
   */
  async truncate(offset: number): Promise<CommandReply> {
    const reply =
      this.state === 'online' ? this.#place.host.call('truncate', { partition: this.id, offset }) : null
    if (reply === null) throw this.#offlineError()
    return reply
  }

  /** Kills the thread, and waits for its confirmed end. */
  async kill(): Promise<void> {
    const { host } = this.#place
    if (!host.isRunning) return
    host.abort('it was killed', this)
    await host.ended()
  }

  /**
   * Flushes and closes the log, and waits for the confirmed end of the thread; of one that serves others too
   * these must be stopped as well.
   * @returns why the log could not be flushed, or null; of a partition that was offline before nothing is
   * told
   */
  async stop(): Promise<string | null> {
    const effect = this.#supervisor.stop(this.#now)
    const wasAlive = effect !== 'release'
    const ended = new Promise<void>(resolve => this.#endWaiters.push(resolve))
    this.#obey(effect)
    this.#place.host.withdrawUnwanted()
    await ended
    return wasAlive && this.#control.runState === RUN_STATE_POISONED ? this.#failure : null
  }

  /** Nobody uses it any more. */
  get isUnwanted(): boolean {
    return this.state === 'stopping'
  }

  /** Looks after the thread. While it opens another partition, this one has the patience that takes. */
  tick({ progress, isRecovering }: ThreadSigns): void {
    const isElsewhere = isRecovering && !this.isRecovering
    const runState = isElsewhere ? RUN_STATE_RECOVERING : this.#control.runState
    const workWaiting = this.state === 'online' && !isElsewhere && this.#hasWork()
    this.#obey(this.#supervisor.tick(this.#now, { runState, heartbeat: progress, workWaiting }))
  }

  /** Answers what was submitted to an offline partition. @returns whether this must go on */
  answerOffline(): boolean {
    if (this.state !== 'offline') return false
    this.drained(this.#offlineRings.answer())
    return !this.#offlineRings.isEmpty
  }

  get #now(): number {
    return this.#engine.clock.monotonic()
  }

  #hasWork(): boolean {
    for (const { words } of this.#rings.values()) if (hasEntries(words)) return true
    return false
  }

  #obey(effect: HostEffect): void {
    const { host } = this.#place
    if (effect === 'start') host.serve(this)
    else if (effect === 'ask-to-stop') host.post('stop', { partition: this.id })
    else if (effect === 'go-offline') this.#goOffline()
    else if (effect === 'release') this.#release()
    else if (effect === 'abort') host.abort('it made no progress')
  }

  #goOffline(): void {
    if (this.#control.runState !== RUN_STATE_POISONED) {
      this.#failure = `its thread died again and again, the last time: ${this.#failure ?? 'it ended'}`
    }
    this.#takeRings()
    for (const waiter of this.#readyWaiters.splice(0)) waiter.reject(this.#offlineError())
    this.#place.wentOffline()
  }

  threadStarts(): PartitionStart {
    this.#failure = null
    this.#supervisor.started(this.#now)
    this.#control.storeRunState(RUN_STATE_NONE)
    this.#control.endTurn()
    this.#control.nextIncarnation()
    return {
      id: this.id,
      control: this.controlWords,
      segments: this.segmentWords,
      directory: this.directory,
      topicId: this.#place.topicId,
      leaderEpoch: LEADER_EPOCH,
      settings: this.#place.settings,
      sharesThread: this.#place.host.placed > 1,
      rings: [...this.#rings.values()].map(({ description }) => description)
    }
  }

  wentOnline(): void {
    this.#obey(this.#supervisor.online(this.#now))
    for (const waiter of this.#readyWaiters.splice(0)) waiter.resolve()
  }

  letGo(message: string): void {
    this.#failure = message
    // Its end is that of the thread, which is told to stop.
    if (this.state === 'stopping') return
    this.#place.host.forget(this)
    this.#obey(this.#supervisor.ended(this.#now, this.#control.runState))
  }

  threadEnded(isBlamed: boolean, failure: string | null): void {
    this.#failure ??= failure
    this.#obey(this.#supervisor.ended(this.#now, this.#control.runState, isBlamed))
  }

  drained(rings: readonly number[]): void {
    for (const id of rings) {
      const ring = this.#rings.get(id)
      this.#rings.delete(id)
      ring?.whenDrained()
    }
  }

  /** No thread has the host's role, nor will any: the broker takes it. */
  #takeRings(): void {
    for (const { description } of this.#rings.values()) this.#offlineRings.add(description)
  }

  /** Without a thread. What one had not answered, because it died or none came after it, is answered here. */
  #release(): void {
    this.#takeRings()
    this.drained(this.#offlineRings.answer())
    const closed = new HighwaterError(
      'HIGHWATER_CLOSED',
      'the cluster was closed while a partition was opened'
    )
    for (const waiter of this.#readyWaiters.splice(0)) waiter.reject(closed)
    for (const resolve of this.#endWaiters.splice(0)) resolve()
  }
}
