/**
 * One partition of this broker: its control block, the rings into it, and the thread that serves it, which
 * the supervisor starts again when it dies. The block and the rings outlive the thread.
 *
 * Thread: the broker. Words of the host's role are touched here only while the partition is offline.
 */
import { invariant } from '../base/invariant.ts'
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { partitionDirectory, type TopicPartition } from '../base/topic-partition.ts'
import type { HostRingDescription } from '../data-plane/partition/host-ring.ts'
import type { PartitionSettings } from '../data-plane/partition/partition-settings.ts'
import type { PartitionStart } from '../data-plane/partition/partition-thread.ts'
import type { CommandReply } from '../threads/command-port.ts'
import {
  CONTROL_BLOCK_BYTES,
  ControlBlock,
  RUN_STATE_NONE,
  RUN_STATE_POISONED,
  TAIL_TABLE_WORD
} from '../threads/control-block.ts'
import { RingHost } from '../threads/ring.ts'
import { SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX } from '../threads/segment-table.ts'
import { allocateWords, growableWords } from '../threads/shared-memory.ts'
import { lendTailBlocks, TAIL_BLOCK_BYTES, TAIL_BLOCKS } from '../threads/tail-blocks.ts'
import { AtomicWords } from '../threads/words.ts'
import { startThread, type ThreadHandle } from '../threads/worker-pool.ts'
import type { Engine } from './engine.ts'
import { OfflineRings } from './offline-rings.ts'
import { type HostEffect, type HostState, Supervisor } from './supervisor.ts'

interface PartitionPlace extends TopicPartition {
  /** Small number, unique in the cluster. */
  readonly id: number
  readonly topicId: string
  readonly logDirectory: string
  readonly settings: PartitionSettings
  /** Where the compiled partition thread lies. */
  readonly entry: URL
  /** From now on `answerOffline` is wanted. */
  readonly wentOffline: () => void
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Constant while a partition has one replica: a restart does not change its leader. */
export const LEADER_EPOCH = 0

export class HostedPartition {
  readonly directory: string
  readonly controlWords = allocateWords(CONTROL_BLOCK_BYTES)
  readonly segmentWords = growableWords(SEGMENT_ENTRY_BYTES, SEGMENT_TABLE_BYTES_MAX)
  readonly bellRow: number
  readonly #place: PartitionPlace
  readonly #engine: Engine
  readonly #control: ControlBlock
  readonly #rings = new Map<number, HostRingDescription>()
  readonly #whenDrained = new Map<number, () => void>()
  readonly #offlineRings: OfflineRings
  readonly #supervisor = new Supervisor()
  readonly #scratch: number
  #thread: ThreadHandle | null = null
  readonly #begin = (): void => this.#start()
  /** Whether the thread has its turn to start. */
  #hasTurn = false
  /** Whether a thread has ever served: only then are there clients that wait for the next. */
  #hasEverServed = false
  #readyWaiters: Waiter[] = []
  #endWaiters: (() => void)[] = []
  /** Words of the last failure, null while there was none since the last start. */
  #failure: string | null = null

  constructor(place: PartitionPlace, engine: Engine) {
    this.#place = place
    this.#engine = engine
    this.directory = `${place.logDirectory}/${partitionDirectory(place)}`
    this.bellRow = engine.bellRows.take()
    const controlWords = new AtomicWords(this.controlWords)
    this.#control = new ControlBlock(controlWords)
    const region = engine.tryLendTail(TAIL_BLOCKS * TAIL_BLOCK_BYTES)
    if (region !== null) {
      const lent = { region, blocks: TAIL_BLOCKS, blockBytes: TAIL_BLOCK_BYTES }
      lendTailBlocks(controlWords, TAIL_TABLE_WORD, lent)
    }
    this.#control.initialise(place.id)
    this.#scratch = engine.lendScratch()
    this.#offlineRings = new OfflineRings(engine.bells, this.#control, engine.payloads)
  }

  get state(): HostState {
    return this.#supervisor.state
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
  attach(ring: HostRingDescription, whenDrained: () => void): void {
    this.#rings.set(ring.id, ring)
    this.#whenDrained.set(ring.id, whenDrained)
    if (this.state === 'offline') this.#offlineRings.add(ring)
    else if (this.#thread !== null) {
      const { ring: words, slots, ...body } = ring
      this.#tell('attach', body, { ring: words, slots })
    }
  }

  /** A reader has ended: its interest goes with it. */
  forgetReader(readerRow: number): void {
    this.#control.disarmInterest(readerRow)
  }

  /** Wakes the host; a ring was closed. */
  ring(): void {
    this.#engine.bells.ring(this.bellRow)
  }

  /** What the thread has used, or null while none serves. */
  async usage(): Promise<CommandReply | null> {
    if (this.#thread === null || this.state !== 'online') return null
    const reply = this.#thread.port.call('usage', {})
    this.ring()
    return reply
  }

  /**
   * Takes back every batch that ends at `offset` or later. @returns the new log end offset
   * @throws KafkaError KAFKA_STORAGE_ERROR when no thread serves
   */
  async truncate(offset: number): Promise<CommandReply> {
    if (this.#thread === null || this.state !== 'online') throw this.#offlineError()
    const reply = this.#thread.port.call('truncate', { offset })
    this.ring()
    return reply
  }

  /** Kills the thread, and waits for its confirmed end. */
  async kill(): Promise<void> {
    const thread = this.#thread
    if (thread === null) return
    this.#failure = 'it was killed'
    thread.abort()
    await thread.ended
  }

  /**
   * Flushes and closes the log, and waits for the confirmed end of the thread.
   * @returns why the log could not be flushed, or null; of a partition that was offline before nothing is
   * told
   */
  async stop(): Promise<string | null> {
    const effect = this.#supervisor.stop(this.#now)
    const wasAlive = effect !== 'release'
    const ended = new Promise<void>(resolve => this.#endWaiters.push(resolve))
    this.#obey(effect)
    // Without a thread there is no end to wait for.
    if (this.#engine.starts.withdraw(this.#begin)) this.#threadEnded()
    await ended
    return wasAlive && this.#control.runState === RUN_STATE_POISONED ? this.#failure : null
  }

  /** Looks after the thread. */
  tick(): void {
    if (this.#thread === null) return
    const { runState, heartbeat } = this.#control
    const workWaiting = this.state === 'online' && this.#hasWork()
    this.#obey(this.#supervisor.tick(this.#now, { runState, heartbeat, workWaiting }))
  }

  /** Answers what was submitted to an offline partition. @returns whether this must go on */
  answerOffline(): boolean {
    if (this.state !== 'offline') return false
    this.#forget(this.#offlineRings.answer())
    return !this.#offlineRings.isEmpty
  }

  get #now(): number {
    return this.#engine.clock.monotonic()
  }

  #hasWork(): boolean {
    for (const { ring, capacity } of this.#rings.values()) {
      if (new RingHost(new AtomicWords(ring), capacity).available() > 0) return true
    }
    return false
  }

  #tell(name: string, body: object, shared: Record<string, SharedArrayBuffer> = {}): void {
    this.#thread?.port.post(name, body, shared)
    this.ring()
  }

  #obey(effect: HostEffect): void {
    if (effect === 'start') this.#askForStart()
    else if (effect === 'ask-to-stop') this.#tell('stop', {})
    else if (effect === 'go-offline') this.#goOffline()
    else if (effect === 'release') this.#release()
    else if (effect === 'abort') {
      this.#failure = 'it made no progress'
      this.#thread?.abort()
    }
  }

  /** After a death it goes before all that have never served. */
  #askForStart(): void {
    const { starts } = this.#engine
    if (this.#hasEverServed) starts.askAgain(this.#begin)
    else starts.ask(this.#begin)
  }

  #goOffline(): void {
    if (this.#control.runState !== RUN_STATE_POISONED) {
      this.#failure = `its thread died again and again, the last time: ${this.#failure ?? 'it ended'}`
    }
    this.#takeRings()
    for (const waiter of this.#readyWaiters.splice(0)) waiter.reject(this.#offlineError())
    this.#place.wentOffline()
  }

  #start(): void {
    const engine = this.#engine
    this.#hasTurn = true
    this.#failure = null
    this.#supervisor.started(this.#now)
    engine.bells.revive(this.bellRow)
    this.#control.storeRunState(RUN_STATE_NONE)
    this.#control.nextIncarnation()
    const start: PartitionStart = {
      arena: engine.arena,
      scratch: this.#scratch,
      bells: engine.bellWords,
      bellRow: this.bellRow,
      leases: engine.leaseWords,
      control: this.controlWords,
      segments: this.segmentWords,
      directory: this.directory,
      topicId: this.#place.topicId,
      leaderEpoch: LEADER_EPOCH,
      settings: this.#place.settings,
      rings: [...this.#rings.values()]
    }
    const thread = startThread(this.#place.entry, { start })
    this.#thread = thread
    thread.port.onCommand(({ name, body }) => {
      if (name === 'online') this.#wentOnline()
      else if (name === 'failed') this.#failure = String(body['message'])
      else if (name === 'drained') this.#forget(body['rings'] as number[])
      else invariant(false, 'the broker knows what partitions say', { name })
    })
    thread.port.onClose(() => engine.bells.markDead(this.bellRow))
    void this.#whenEnded(thread)
  }

  async #whenEnded(thread: ThreadHandle): Promise<void> {
    const { error } = await thread.ended
    this.#failure ??= error?.message ?? null
    this.#thread = null
    this.#endTurn()
    this.#threadEnded()
  }

  #threadEnded(): void {
    this.#obey(this.#supervisor.ended(this.#now, this.#control.runState))
  }

  #endTurn(): void {
    if (!this.#hasTurn) return
    this.#hasTurn = false
    this.#engine.starts.finished()
  }

  #wentOnline(): void {
    this.#hasEverServed = true
    this.#endTurn()
    this.#obey(this.#supervisor.online(this.#now))
    for (const waiter of this.#readyWaiters.splice(0)) waiter.resolve()
  }

  #forget(rings: readonly number[]): void {
    for (const id of rings) {
      this.#rings.delete(id)
      const whenDrained = this.#whenDrained.get(id)
      this.#whenDrained.delete(id)
      whenDrained?.()
    }
  }

  /** No thread has the host's role, nor will any: the broker takes it. */
  #takeRings(): void {
    for (const ring of this.#rings.values()) this.#offlineRings.add(ring)
  }

  /** Without a thread. What one had not answered, because it died or none came after it, is answered here. */
  #release(): void {
    this.#takeRings()
    this.#forget(this.#offlineRings.answer())
    const closed = new HighwaterError(
      'HIGHWATER_CLOSED',
      'the cluster was closed while a partition was opened'
    )
    for (const waiter of this.#readyWaiters.splice(0)) waiter.reject(closed)
    for (const resolve of this.#endWaiters.splice(0)) resolve()
    this.#engine.bellRows.giveBack(this.bellRow)
  }
}
