/**
 * Entry of a partition thread: serves one partition, or many in turn, one pass each, until it has none left;
 * and sleeps when there is nothing to do.
 *
 *   broker ─▶ open, attach, stop, usage, truncate      thread ─▶ online, drained, let go      words: the rest
 *
 * Thread: its own; it blocks in Atomics.wait and has no event loop. Whoever posts a command rings its bell.
 * A partition whose disk refuses is let go of, and the others are served on. Anything else that is thrown
 * ends the thread: it may have been an accident, and what it left is taken over after the confirmed end.
 */
import { systemClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { Arena } from '../../threads/arena.ts'
import { Bells } from '../../threads/bells.ts'
import type { Command, CommandPort } from '../../threads/command-port.ts'
import { ControlBlock, RUN_STATE_POISONED } from '../../threads/control-block.ts'
import { LeaseTable } from '../../threads/lease-table.ts'
import { enterThread } from '../../threads/thread-start.ts'
import { AtomicWords } from '../../threads/words.ts'
import { fileStorage } from '../log/file-storage.ts'
import type { Storage } from '../log/storage.ts'
import { TimedStorage } from '../log/timed-storage.ts'
import { type HostRingDescription, hostRing } from './host-ring.ts'
import { type PartitionStart, startOf, type ThreadStart } from './partition-start.ts'
import { ServedPartition, type ServingThread } from './served-partition.ts'

/** What a partition has used, and its thread with it. */
export interface PartitionUsage {
  /** Of the thread. Null where the system does not tell. */
  readonly cpuMs: number | null
  /** Milliseconds the thread was inside calls to the disk, whatever it did there. */
  readonly diskMs: number
  /**
   * Milliseconds in which the thread neither computed nor waited for a core nor slept for want of work: it
   * stood, for the disk as far as `diskMs` goes. Null where the system does not tell.
   */
  readonly blockedMs: number | null
  /** Partitions that share this thread, this one among them; 0 while none serves it. */
  readonly threadPartitions: number
  /** Milliseconds in which the thread slept though this partition had work, for its pace alone. */
  readonly pacedMs: number
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
  readonly #bellRow: number
  readonly #storage = new TimedStorage(fileStorage, systemClock)
  readonly #thread: ServingThread
  readonly #toOpen: PartitionStart[]
  #served: ServedPartition[] = []
  /** Ids of partitions that are to be closed. */
  readonly #stopping = new Set<number>()
  readonly #mustWake = (): boolean => this.#hasCommands() || this.#idleMs() === 0
  #commands: Command[] = []
  #sleptMs = 0

  constructor(start: ThreadStart, partitions: readonly PartitionStart[], port: CommandPort) {
    this.#port = port
    this.#bellRow = start.bellRow
    this.#toOpen = [...partitions]
    this.#thread = {
      memory: new Arena(start.arena, start.scratch),
      bells: new Bells(new AtomicWords(start.bells)),
      leases: new LeaseTable(new AtomicWords(start.leases)),
      storage: this.#storage,
      clock: systemClock
    }
  }

  /** Until it serves no partition any more. One is opened at a time: those that serve need not wait long. */
  run(): void {
    for (;;) {
      if (this.#hasCommands()) this.#obey()
      const next = this.#toOpen.shift()
      if (next !== undefined) this.#open(next)
      if (this.#turns() > 0 || this.#toOpen.length > 0) continue
      this.#tellDrained()
      this.#closeStopping()
      if (this.#served.length === 0) return
      this.#sleep()
    }
  }

  #open(start: PartitionStart): void {
    let partition: ServedPartition
    try {
      partition = new ServedPartition(start, this.#thread)
    } catch (error) {
      if (!isUnusableDisk(error)) throw error
      new ControlBlock(new AtomicWords(start.control)).storeRunState(RUN_STATE_POISONED)
      this.#tellLetGo(start.id, error)
      return
    }
    partition.isStopping = this.#stopping.has(start.id)
    this.#served.push(partition)
    this.#port.post('online', { partition: start.id })
    partition.ringEveryBell()
  }

  #tellLetGo(partition: number, error: unknown): void {
    this.#port.post('letGo', { partition, message: error instanceof Error ? error.message : String(error) })
  }

  /** One turn for each partition. @returns batches finished */
  #turns(): number {
    let finished = 0
    let hasFailed = false
    for (const partition of this.#served) {
      finished += partition.turn()
      if (partition.failure !== null) hasFailed = true
    }
    if (!hasFailed) return finished
    for (const partition of this.#served.filter(({ failure }) => failure !== null)) {
      this.#letGo(partition, partition.failure)
    }
    return finished
  }

  #letGo(partition: ServedPartition, error: unknown): void {
    partition.abandon()
    this.#forget(partition)
    this.#tellLetGo(partition.id, error)
  }

  #forget(partition: ServedPartition): void {
    this.#served = this.#served.filter(served => served !== partition)
    this.#stopping.delete(partition.id)
  }

  /** A log that cannot be closed in order is told, and the others are closed nevertheless. */
  #closeStopping(): void {
    if (this.#stopping.size === 0) return
    for (const partition of this.#served.filter(({ isStopping }) => isStopping)) {
      try {
        partition.close()
        this.#forget(partition)
      } catch (error) {
        if (!isUnusableDisk(error)) throw error
        this.#letGo(partition, error)
      }
    }
  }

  #tellDrained(): void {
    for (const partition of this.#served) {
      const rings = partition.detachDrained()
      if (rings.length > 0) this.#port.post('drained', { partition: partition.id, rings })
    }
  }

  #sleep(): void {
    const idleMs = this.#idleMs()
    if (idleMs === 0) return
    const sleepsFromMs = systemClock.monotonic()
    this.#thread.bells.sleep(this.#bellRow, this.#mustWake, Math.min(idleMs, SLEEP_MS))
    const sleptMs = systemClock.monotonic() - sleepsFromMs
    this.#sleptMs += sleptMs
    for (const partition of this.#served) partition.slept(sleptMs)
  }

  /** Milliseconds until a partition may have a turn with something in it, as far as is known now. */
  #idleMs(): number {
    let least = Number.POSITIVE_INFINITY
    for (const partition of this.#served) least = Math.min(least, partition.sleepMs())
    return least
  }

  #hasCommands(): boolean {
    const commands = this.#port.drain()
    if (commands.length > 0) this.#commands.push(...commands)
    return this.#commands.length > 0
  }

  #obey(): void {
    const commands = this.#commands
    this.#commands = []
    for (const command of commands) {
      if (command.name === 'open') this.#toOpen.push(startOf(command))
      else if (command.name === 'attach') this.#attach(command)
      else if (command.name === 'stop') this.#stop(idOf(command))
      else if (command.name === 'truncate') this.#truncate(command)
      else if (command.name === 'usage') this.#tellUsage(command)
      else invariant(false, 'a partition thread knows its commands', { name: command.name })
    }
  }

  /** Null of one that was let go of: the broker hears of it, and answers in its place. */
  #find(id: number): ServedPartition | null {
    return this.#served.find(partition => partition.id === id) ?? null
  }

  #attach(command: Command): void {
    const id = idOf(command)
    const ring = ringOf(command)
    const waiting = this.#toOpen.findIndex(start => start.id === id)
    const start = this.#toOpen[waiting]
    if (start === undefined) this.#find(id)?.attachRing(hostRing(ring))
    else this.#toOpen[waiting] = { ...start, rings: [...start.rings, ring] }
  }

  #stop(id: number): void {
    this.#stopping.add(id)
    const partition = this.#find(id)
    if (partition !== null) partition.isStopping = true
  }

  #truncate(command: Command): void {
    const partition = this.#find(idOf(command))
    if (partition === null) {
      this.#port.replyError(command, notServed())
      return
    }
    try {
      this.#port.reply(command, { logEndOffset: partition.truncate(Number(command.body['offset'])) })
    } catch (error) {
      if (!isUnusableDisk(error)) throw error
      this.#letGo(partition, error)
      this.#port.replyError(command, error)
    }
  }

  #tellUsage(command: Command): void {
    const partition = this.#find(idOf(command))
    if (partition === null) {
      this.#port.replyError(command, notServed())
      return
    }
    const cores = coreTimes(fileStorage)
    const { cpuMs = null, queuedMs = 0 } = cores ?? {}
    const usage: PartitionUsage = {
      cpuMs,
      diskMs: this.#storage.insideMs,
      blockedMs: cpuMs === null ? null : systemClock.monotonic() - this.#sleptMs - cpuMs - queuedMs,
      threadPartitions: this.#served.length,
      ...partition.usage()
    }
    this.#port.reply(command, usage)
  }
}

function notServed(): HighwaterError {
  return new HighwaterError('HIGHWATER_STORAGE', 'the partition is not served any more: its disk refused')
}

function idOf({ body }: Command): number {
  return Number(body['partition'])
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
  const thread = new PartitionThread(
    data['start'] as ThreadStart,
    data['partitions'] as PartitionStart[],
    port
  )
  try {
    thread.run()
  } catch (error) {
    port.post('failed', { message: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    port.close()
  }
}
