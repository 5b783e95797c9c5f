/**
 * One partition as its broker keeps it: control block, segment table, rings and disk, and the lives of its
 * threads one after another, as the real supervisor decides.
 *
 *   alive ─ ends itself, or is ended at an effect ─▶ dying ─ held write lands ─ confirmed ─▶ alive
 *   offline ─ rings are answered by the broker ─ the operator repairs the disk and starts it again ─▶ alive
 */
import type { Clock } from '../../src/base/clock.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { OfflineRings } from '../../src/broker/offline-rings.ts'
import { type HostEffect, Supervisor } from '../../src/broker/supervisor.ts'
import type { LogOptions, LogSettings } from '../../src/data-plane/log/log-settings.ts'
import type { Storage } from '../../src/data-plane/log/storage.ts'
import type { HostRingDescription } from '../../src/data-plane/partition/host-ring.ts'
import type { PayloadMemory } from '../../src/data-plane/partition/partition-host.ts'
import { BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import {
  CONTROL_BLOCK_BYTES,
  ControlBlock,
  RUN_STATE_NONE,
  RUN_STATE_POISONED,
  TAIL_TABLE_WORD
} from '../../src/threads/control-block.ts'
import { RingHost } from '../../src/threads/ring.ts'
import { SEGMENT_ENTRY_BYTES, SegmentTable } from '../../src/threads/segment-table.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { lendTailBlocks } from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { crc32cOf } from '../../src/wire/record/checksum.ts'
import { MemoryStorage } from '../support/memory-storage.ts'
import { HostLife, type HostVariant } from './simulated-host.ts'
import { type MortalDisk, ThreadEnded } from './thread-life.ts'

interface PartitionOptions {
  readonly index: number
  readonly clock: Clock
  readonly memory: PayloadMemory
  readonly leases: SharedArrayBuffer
  readonly tail: { readonly region: number; readonly blocks: number; readonly blockBytes: number }
  readonly settings: LogSettings
  readonly maxMessageBytes: number
  readonly initialOffset: number
  readonly variant: HostVariant
  /** The wrong order: a new thread starts before the end of the old one is confirmed. */
  readonly takesOverAtOnce: boolean
}

/** Segments a simulated log may have. */
const SEGMENTS_MAX = 4096

export class SimulatedPartition {
  readonly index: number
  readonly directory: string
  readonly disk = new MemoryStorage()
  readonly controlWords = allocateWords(CONTROL_BLOCK_BYTES)
  readonly segmentWords = allocateWords(SEGMENTS_MAX * SEGMENT_ENTRY_BYTES)
  readonly control = new ControlBlock(new AtomicWords(this.controlWords))
  readonly segments = new SegmentTable(new AtomicWords(this.segmentWords))
  readonly rings = new Map<number, HostRingDescription>()
  /** What a thread threw that no thread may throw. */
  fault: unknown = null
  deaths = 0
  /** Told of each ring the hosts have let go of. */
  onDrained: (id: number) => void = () => {}
  readonly #options: PartitionOptions
  readonly #bells = allocateWords(BELLS_BYTES)
  #supervisor = new Supervisor()
  #offlineRings: OfflineRings
  #host: HostLife | null = null
  /** Disks of ended threads with a write that has not landed. */
  readonly #held: MortalDisk[] = []
  /** Disks of ended threads with a handle that the system could not close yet. */
  #unclosed: MortalDisk[] = []

  constructor(options: PartitionOptions) {
    this.#options = options
    this.index = options.index
    this.directory = `/logs/simulated-${options.index}`
    this.disk.makeDirectory('/logs')
    lendTailBlocks(new AtomicWords(this.controlWords), TAIL_TABLE_WORD, options.tail)
    this.control.initialise(options.index)
    this.#offlineRings = this.#newOfflineRings()
    this.#obey(this.#supervisor.needed(this.#now))
  }

  get host(): HostLife | null {
    return this.#host
  }

  get state(): string {
    return this.#supervisor.state
  }

  get isAlive(): boolean {
    return this.#host !== null && !this.#host.life.isOver
  }

  get hasHeldWrite(): boolean {
    return this.#held.length > 0
  }

  /** How this log is opened from `storage`. */
  logOptions(storage: Storage): LogOptions {
    const { clock, settings, initialOffset } = this.#options
    return { storage, clock, directory: this.directory, settings, crc: crc32cOf, initialOffset }
  }

  get #now(): number {
    return this.#options.clock.monotonic()
  }

  #newOfflineRings(): OfflineRings {
    return new OfflineRings(new Bells(new AtomicWords(this.#bells)), this.control, this.#options.memory.view)
  }

  attach(ring: HostRingDescription): void {
    this.rings.set(ring.id, ring)
    if (this.state === 'offline') this.#offlineRings.add(ring)
    else if (this.isAlive) this.#host?.attach(ring)
  }

  /** The thread will end at its `effects`-th effect from now. */
  kill(effects: number, holdsWrite: boolean): void {
    this.#host?.life.endAfter(effects, holdsWrite)
  }

  /** One step of whoever has the host's role. */
  step(): void {
    if (this.#host === null) this.#answerOffline()
    else if (this.isAlive) this.#stepHost(this.#host)
    else this.confirmEnd()
  }

  #stepHost(host: HostLife): void {
    const wasOnline = host.isOnline
    try {
      if (!host.step()) host.life.isOver = true
    } catch (error) {
      host.life.isOver = true
      if (error instanceof HighwaterError) this.#refuseToServe(error)
      else if (!(error instanceof ThreadEnded)) this.fault ??= error
    }
    if (host.isOnline && !wasOnline) this.#obey(this.#supervisor.online(this.#now))
    if (host.drained.length > 0) this.#forget(host.drained.splice(0))
    if (host.life.isOver) this.#die(host)
  }

  /** As the real thread entry: another start would meet the same. */
  #refuseToServe(error: HighwaterError): void {
    if (error.code === 'HIGHWATER_LOG_CORRUPT') this.fault ??= error
    this.control.storeRunState(RUN_STATE_POISONED)
  }

  #die(host: HostLife): void {
    this.deaths++
    if (host.disk.hasHeldWrite) this.#held.push(host.disk)
    if (this.#options.takesOverAtOnce) this.confirmEnd()
  }

  /** The write of an ended thread lands. */
  landHeldWrite(): void {
    this.#held.shift()?.landHeldWrite()
  }

  /** The confirmed end: what the thread had under way has landed, its handles are closed. */
  confirmEnd(): void {
    const host = this.#host
    if (host === null || !host.life.isOver) return
    if (!this.#options.takesOverAtOnce) this.landHeldWrite()
    this.#unclosed.push(host.disk)
    this.#host = null
    this.#obey(this.#supervisor.ended(this.#now, this.control.runState))
  }

  #obey(effect: HostEffect): void {
    if (effect === 'start') this.#start()
    if (effect === 'go-offline') for (const ring of this.rings.values()) this.#offlineRings.add(ring)
  }

  #start(): void {
    this.#closeLeftovers()
    this.control.storeRunState(RUN_STATE_NONE)
    this.control.nextIncarnation()
    this.#host = new HostLife({
      ...this.#options,
      disk: this.disk,
      logOptions: storage => this.logOptions(storage),
      control: this.controlWords,
      segments: this.segmentWords,
      bells: this.#bells,
      rings: [...this.rings.values()]
    })
  }

  #closeLeftovers(): void {
    this.#unclosed = this.#unclosed.filter(disk => disk.hasHeldWrite || !disk.closeAll())
  }

  #answerOffline(): void {
    this.#forget(this.#offlineRings.answer())
  }

  #forget(ids: readonly number[]): void {
    for (const id of ids) {
      this.rings.delete(id)
      this.onDrained(id)
    }
  }

  /** Nothing waits, nobody recovers. */
  get isQuiet(): boolean {
    if (this.state !== 'online' || !this.isAlive || this.hasHeldWrite) return false
    for (const { ring, capacity } of this.rings.values()) {
      if (new RingHost(new AtomicWords(ring), capacity).available() > 0) return false
    }
    return true
  }

  /** The operator repairs the disk, and starts the partition again if it went offline. */
  repair(): void {
    this.disk.clearFaults()
    this.disk.capacityBytes = Number.POSITIVE_INFINITY
    this.#closeLeftovers()
    if (this.state !== 'offline') return
    this.#supervisor = new Supervisor()
    this.#offlineRings = this.#newOfflineRings()
    this.#obey(this.#supervisor.needed(this.#now))
  }
}
