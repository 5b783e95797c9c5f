/**
 * Entry of a partition thread: recovers its log, then passes until it is told to stop, and sleeps when there
 * is nothing to do.
 *
 *   broker ─▶ attach, stop, usage      host ─▶ online, drained      view, rings and bells for the rest
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
import { SegmentTable } from '../../threads/segment-table.ts'
import { growWords } from '../../threads/shared-memory.ts'
import { enterThread } from '../../threads/thread-start.ts'
import { AtomicWords } from '../../threads/words.ts'
import { crc32cOf } from '../../wire/record/checksum.ts'
import { fileStorage } from '../log/file-storage.ts'
import type { LogOptions } from '../log/log-settings.ts'
import type { Storage } from '../log/storage.ts'
import { type HostRingDescription, hostRing } from './host-ring.ts'
import { LogPublication } from './log-publication.ts'
import { PartitionHost } from './partition-host.ts'
import { PartitionRecovery } from './partition-recovery.ts'
import type { PartitionSettings } from './partition-settings.ts'

/** What the broker starts a partition thread with. */
export interface PartitionStart {
  readonly arena: ArenaHandle
  readonly bells: SharedArrayBuffer
  readonly bellRow: number
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
  readonly passes: number
  readonly bytes: number
}

const SLEEP_MS = 100
const NANOSECONDS_PER_MS = 1e6
const SCHEDSTAT = '/proc/thread-self/schedstat'

class PartitionThread {
  readonly #port: CommandPort
  readonly #bells: Bells
  readonly #bellRow: number
  readonly #control: ControlBlock
  readonly #recovery: PartitionRecovery
  readonly #start: PartitionStart
  readonly #publication: LogPublication
  readonly #options: LogOptions
  #commands: Command[] = []
  #stopping = false

  constructor(start: PartitionStart, port: CommandPort) {
    this.#start = start
    this.#port = port
    this.#bells = new Bells(new AtomicWords(start.bells))
    this.#bellRow = start.bellRow
    this.#control = new ControlBlock(new AtomicWords(start.control))
    const segments = new SegmentTable(new AtomicWords(start.segments), bytes => {
      growWords(start.segments, bytes)
    })
    this.#publication = new LogPublication(this.#control, segments, start.leaderEpoch)
    this.#options = {
      storage: fileStorage,
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
      options: this.#options
    })
  }

  run(): void {
    this.#recovery.begin()
    const log = this.#recovery.openLog()
    const host = new PartitionHost({
      memory: new Arena(this.#start.arena),
      control: this.#control,
      publication: this.#publication,
      bells: this.#bells,
      log,
      clock: systemClock,
      settings: this.#start.settings,
      leaderEpoch: this.#start.leaderEpoch
    })
    const rings = this.#start.rings.map(hostRing)
    for (const ring of rings) host.attachRing(ring)
    this.#recovery.list(log)
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

  #passUntilStopped(host: PartitionHost, log: { readonly appendedBytes: number }): void {
    const mustWake = (): boolean => host.hasWork() || this.#hasCommands()
    while (true) {
      this.#control.beat()
      if (this.#hasCommands()) this.#obey(host, log.appendedBytes)
      const finished = host.pass()
      if (host.failure !== null) return
      if (finished > 0) continue
      const drained = host.detachDrained()
      if (drained.length > 0) this.#port.post('drained', { rings: drained })
      if (this.#stopping) return
      this.#bells.sleep(this.#bellRow, mustWake, SLEEP_MS)
    }
  }

  #hasCommands(): boolean {
    const commands = this.#port.drain()
    if (commands.length > 0) this.#commands.push(...commands)
    return this.#commands.length > 0
  }

  #obey(host: PartitionHost, bytes: number): void {
    const commands = this.#commands
    this.#commands = []
    for (const command of commands) {
      if (command.name === 'attach') host.attachRing(hostRing(ringOf(command)))
      else if (command.name === 'stop') this.#stopping = true
      else if (command.name === 'usage') {
        const usage: PartitionUsage = { cpuMs: threadCpuMs(fileStorage), passes: host.passes, bytes }
        this.#port.reply(command, usage)
      } else invariant(false, 'a partition thread knows its commands', { name: command.name })
    }
  }
}

function ringOf({ body, shared }: Command): HostRingDescription {
  const description: object = { ...body, ...shared }
  return description as HostRingDescription
}

/** Processor time of the calling thread, or null where the system does not tell. */
function threadCpuMs(storage: Storage): number | null {
  if (!storage.exists(SCHEDSTAT)) return null
  const [nanoseconds] = new TextDecoder().decode(storage.readAll(SCHEDSTAT)).split(' ')
  return Number(nanoseconds) / NANOSECONDS_PER_MS
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
