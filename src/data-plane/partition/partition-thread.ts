/**
 * Entry of a partition thread: recovers its log, then passes until it is told to stop, and sleeps when there
 * is nothing to do.
 *
 *   broker ─▶ attach, stop, usage, truncate      host ─▶ online, drained      shared words for the rest
 *
 * Thread: its own; it blocks in Atomics.wait and has no event loop. Whoever posts a command rings its bell.
 * It ends by itself when it is stopped or the log is poisoned; `runState` says which. What the broker must
 * know beyond that it learns from the confirmed end.
 */
import { systemClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { Arena, type ArenaHandle } from '../../threads/arena.ts'
import { Bells } from '../../threads/bells.ts'
import type { Command, CommandPort } from '../../threads/command-port.ts'
import { ControlBlock, RUN_STATE_POISONED, RUN_STATE_STOPPED } from '../../threads/control-block.ts'
import { LeaseTable } from '../../threads/lease-table.ts'
import { SegmentTable } from '../../threads/segment-table.ts'
import { growWords } from '../../threads/shared-memory.ts'
import { enterThread } from '../../threads/thread-start.ts'
import { AtomicWords } from '../../threads/words.ts'
import { crc32cOf } from '../../wire/record/checksum.ts'
import { fileStorage } from '../log/file-storage.ts'
import type { Log } from '../log/log.ts'
import type { LogOptions } from '../log/log-settings.ts'
import type { Storage } from '../log/storage.ts'
import { TimedStorage } from '../log/timed-storage.ts'
import { type HostRingDescription, hostRing } from './host-ring.ts'
import { LogPublication } from './log-publication.ts'
import { PartitionHost } from './partition-host.ts'
import { PartitionReaders } from './partition-readers.ts'
import { PartitionRecovery } from './partition-recovery.ts'
import type { PartitionSettings } from './partition-settings.ts'
import { PartitionTruncation } from './partition-truncation.ts'

/** What the broker starts a partition thread with. */
export interface PartitionStart {
  readonly arena: ArenaHandle
  /** Address of the thread's scratch memory in the arena, or 0. */
  readonly scratch: number
  readonly bells: SharedArrayBuffer
  readonly bellRow: number
  readonly leases: SharedArrayBuffer
  readonly control: SharedArrayBuffer
  readonly segments: SharedArrayBuffer
  readonly directory: string
  readonly topicId: string
  readonly leaderEpoch: number
  readonly settings: PartitionSettings
  readonly rings: readonly HostRingDescription[]
}

/** What a partition thread has used. */
export interface PartitionUsage {
  /** Null where the system does not tell. */
  readonly cpuMs: number | null
  /** Milliseconds inside calls to the disk, whatever it did there. */
  readonly diskMs: number
  /**
   * Milliseconds in which it neither computed nor waited for a core nor slept for want of work: it stood, for
   * the disk as far as `diskMs` goes. Null where the system does not tell.
   */
  readonly blockedMs: number | null
  readonly passes: number
  readonly bytes: number
  /** Bytes copied for readers, into tail blocks. */
  readonly tailBytes: number
}

const SLEEP_MS = 100
const NANOSECONDS_PER_MS = 1e6
const SCHEDSTAT = '/proc/thread-self/schedstat'

class PartitionThread {
  readonly #port: CommandPort
  readonly #bells: Bells
  readonly #bellRow: number
  readonly #control: ControlBlock
  readonly #readers: PartitionReaders
  readonly #recovery: PartitionRecovery
  readonly #start: PartitionStart
  readonly #publication: LogPublication
  readonly #options: LogOptions
  readonly #storage = new TimedStorage(fileStorage, systemClock)
  #commands: Command[] = []
  #sleptMs = 0
  #stopping = false

  constructor(start: PartitionStart, port: CommandPort) {
    this.#start = start
    this.#port = port
    this.#bells = new Bells(new AtomicWords(start.bells))
    this.#bellRow = start.bellRow
    const words = new AtomicWords(start.control)
    this.#control = new ControlBlock(words)
    this.#readers = new PartitionReaders({
      control: this.#control,
      words,
      leases: new LeaseTable(new AtomicWords(start.leases)),
      bells: this.#bells
    })
    const segments = new SegmentTable(new AtomicWords(start.segments), bytes => {
      growWords(start.segments, bytes)
    })
    this.#publication = new LogPublication(this.#control, segments, start.leaderEpoch)
    this.#options = {
      storage: this.#storage,
      clock: systemClock,
      directory: start.directory,
      settings: start.settings.log,
      crc: crc32cOf,
      initialOffset: start.settings.initialOffset ?? 0,
      topicId: start.topicId
    }
    this.#recovery = new PartitionRecovery({
      control: this.#control,
      segments,
      publication: this.#publication,
      readers: this.#readers,
      options: this.#options
    })
  }

  run(): void {
    this.#recovery.begin()
    const log = this.#recovery.openLog()
    const host = new PartitionHost({
      memory: new Arena(this.#start.arena, this.#start.scratch),
      control: this.#control,
      publication: this.#publication,
      readers: this.#readers,
      bells: this.#bells,
      log,
      clock: systemClock,
      settings: this.#start.settings,
      leaderEpoch: this.#start.leaderEpoch
    })
    const rings = this.#start.rings.map(hostRing)
    for (const ring of rings) host.attachRing(ring)
    this.#recovery.list(log)
    this.#recovery.cutTail(log)
    this.#recovery.sweep(rings, log.logEndOffset)
    this.#recovery.publish(log)
    this.#recovery.finish()
    this.#port.post('online', {})
    host.ringEveryBell()
    this.#passUntilStopped(host, log)
    // A poisoned log is let go of without a word to the disk.
    log.close()
    if (host.failure !== null) throw host.failure
    this.#control.storeRunState(RUN_STATE_STOPPED)
  }

  #passUntilStopped(host: PartitionHost, log: Log): void {
    const mustWake = (): boolean => host.hasWork() || this.#hasCommands()
    while (true) {
      this.#control.beat()
      if (this.#hasCommands()) this.#obey(host, log)
      const finished = host.pass()
      if (host.failure !== null) return
      if (finished > 0) continue
      const drained = host.detachDrained()
      if (drained.length > 0) this.#port.post('drained', { rings: drained })
      if (this.#stopping) return
      const sleepsFromMs = systemClock.monotonic()
      this.#bells.sleep(this.#bellRow, mustWake, SLEEP_MS)
      this.#sleptMs += systemClock.monotonic() - sleepsFromMs
    }
  }

  #hasCommands(): boolean {
    const commands = this.#port.drain()
    if (commands.length > 0) this.#commands.push(...commands)
    return this.#commands.length > 0
  }

  #obey(host: PartitionHost, log: Log): void {
    const commands = this.#commands
    this.#commands = []
    for (const command of commands) {
      if (command.name === 'attach') host.attachRing(hostRing(ringOf(command)))
      else if (command.name === 'stop') this.#stopping = true
      else if (command.name === 'truncate') this.#truncate(command, log)
      else if (command.name === 'usage')
        this.#port.reply(command, this.#usage(host.passes, log.appendedBytes))
      else invariant(false, 'a partition thread knows its commands', { name: command.name })
    }
  }

  #usage(passes: number, bytes: number): PartitionUsage {
    const cores = coreTimes(fileStorage)
    const { tailBytes } = this.#readers
    const usage = { diskMs: this.#storage.insideMs, passes, bytes, tailBytes }
    if (cores === null) return { cpuMs: null, blockedMs: null, ...usage }
    const { cpuMs, queuedMs } = cores
    return { cpuMs, blockedMs: systemClock.monotonic() - this.#sleptMs - cpuMs - queuedMs, ...usage }
  }

  #truncate(command: Command, log: Log): void {
    const publication = this.#publication
    const truncation = new PartitionTruncation({
      log,
      readers: this.#readers,
      announceEnd: end => publication.announceEnd(log, end),
      confirmEnd: () => publication.confirmEnd(log)
    })
    const logEndOffset = truncation.run(Math.max(Number(command.body['offset']), log.logStartOffset))
    this.#port.reply(command, { logEndOffset })
  }
}

function ringOf({ body, shared }: Command): HostRingDescription {
  const description: object = { ...body, ...shared }
  return description as HostRingDescription
}

/** What the calling thread had of the cores, and waited for them; null where the system does not tell. */
function coreTimes(storage: Storage): { cpuMs: number; queuedMs: number } | null {
  if (!storage.exists(SCHEDSTAT)) return null
  const [cpu, queued] = new TextDecoder().decode(storage.readAll(SCHEDSTAT)).split(' ').map(Number)
  if (cpu === undefined || queued === undefined) return null
  return { cpuMs: cpu / NANOSECONDS_PER_MS, queuedMs: queued / NANOSECONDS_PER_MS }
}

/** Another start would meet the same; anything else may have been an accident. */
function isUnusableDisk(error: unknown): boolean {
  if (!(error instanceof HighwaterError)) return false
  return error.code === 'HIGHWATER_STORAGE' || error.code === 'HIGHWATER_LOG_CORRUPT'
}

export default async function partitionThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const start = data['start'] as PartitionStart
  const thread = new PartitionThread(start, port)
  try {
    thread.run()
  } catch (error) {
    port.post('failed', { message: error instanceof Error ? error.message : String(error) })
    if (isUnusableDisk(error)) {
      new ControlBlock(new AtomicWords(start.control)).storeRunState(RUN_STATE_POISONED)
    }
    throw error
  } finally {
    port.close()
  }
}
