/**
 * One partition thread as the broker sees it: it is started, handed partitions, and its end is heard of. As a
 * rule it serves one; where there are more partitions than threads, as many as `HostThreads` gives it.
 *
 *   serve ─▶ in the queue of starts ─▶ runs ─ confirmed end ─▶ each partition says whether it wants another
 *
 * Each partition has its own supervisor; here is only what they share. Of a death the partition is to blame
 * whose turn it was, or that was killed by name; if that cannot be told, all of them are.
 *
 * Thread: the broker.
 */
import { invariant } from '../base/invariant.ts'
import {
  openCommand,
  type PartitionStart,
  type ThreadStart
} from '../data-plane/partition/partition-start.ts'
import type { CommandReply } from '../threads/command-port.ts'
import { startThread, type ThreadHandle } from '../threads/worker-pool.ts'
import type { Engine } from './engine.ts'

/** What a thread shows of its life. */
export interface ThreadSigns {
  /** Changes whenever the thread does something for any of its partitions. */
  readonly progress: number
  /** Whether a partition is being opened: the others have no turn then. */
  readonly isRecovering: boolean
}

/** What a thread asks and tells each of its partitions. */
export interface ThreadPartition {
  readonly id: number
  /** Whether its turn goes on, or did when the thread died. */
  readonly isInTurn: boolean
  readonly isRecovering: boolean
  /** Whether it is being stopped. */
  readonly isUnwanted: boolean
  /** Changes whenever the thread does something for it. */
  readonly progress: number
  /** Looks after it. */
  tick(signs: ThreadSigns): void
  /** The thread that is to serve it begins to run. */
  threadStarts(): PartitionStart
  wentOnline(): void
  /** The thread serves on, but not this partition. */
  letGo(message: string): void
  drained(rings: readonly number[]): void
  /** The confirmed end. @param isBlamed whether it counts as a death of this partition */
  threadEnded(isBlamed: boolean, failure: string | null): void
}

export class HostThread {
  readonly bellRow: number
  readonly #engine: Engine
  readonly #entry: URL
  readonly #scratch: number
  /** Served, or to be served by the thread that is to start. */
  readonly #partitions = new Map<number, ThreadPartition>()
  /** Those of them that the thread was started with and has not opened yet. */
  readonly #unopened = new Set<number>()
  readonly #begin = (): void => this.#start()
  #thread: ThreadHandle | null = null
  /** Whether it is in the queue of starts. */
  #isWaiting = false
  /** Whether the thread has its turn to start. */
  #hasTurn = false
  /** Whether a thread has ever served: only then are there clients that wait for the next. */
  #hasEverServed = false
  #failure: string | null = null
  /** Killed by name. */
  #blamed: ThreadPartition | null = null
  /** Whether its partitions are being told of its end: then those that want the next are gathered. */
  #isTelling = false
  #placed = 0

  /** @throws HighwaterError HIGHWATER_RESOURCES if no bell is left */
  constructor(engine: Engine, entry: URL) {
    this.#engine = engine
    this.#entry = entry
    this.bellRow = engine.bellRows.take()
    this.#scratch = engine.lendScratch()
  }

  /** Partitions that were ever placed here. */
  get placed(): number {
    return this.#placed
  }

  /** One more partition is to be served here, from its first use on. */
  place(): void {
    this.#placed++
  }

  /** Whether there is a thread, which may be dying. */
  get isRunning(): boolean {
    return this.#thread !== null
  }

  /** Has each partition look at the thread. */
  tick(): void {
    if (this.#thread === null) return
    let progress = 0
    let isRecovering = false
    for (const partition of this.#partitions.values()) {
      progress = (progress + partition.progress) | 0
      isRecovering ||= partition.isRecovering
    }
    for (const partition of this.#partitions.values()) partition.tick({ progress, isRecovering })
  }

  /** Has the partition served, by the thread that runs or by one that is started for it. */
  serve(partition: ThreadPartition): void {
    this.#partitions.set(partition.id, partition)
    if (this.#isTelling) return
    if (this.#thread === null) {
      this.#askForStart()
      return
    }
    const { body, shared } = openCommand(partition.threadStarts())
    this.post('open', body, shared)
  }

  /** The partition is served no more. */
  forget(partition: ThreadPartition): void {
    this.#partitions.delete(partition.id)
    this.#unopened.delete(partition.id)
  }

  /** After a death it goes before all that have never served. */
  #askForStart(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    const { starts } = this.#engine
    if (this.#hasEverServed) starts.askAgain(this.#begin)
    else starts.ask(this.#begin)
  }

  /** Sends a command, and wakes the thread for it. Without a thread it is lost. */
  post(name: string, body: object, shared: Record<string, SharedArrayBuffer> = {}): void {
    this.#thread?.port.post(name, body, shared)
    this.ring()
  }

  /** As `post`, with an answer. Null without a thread. */
  call(name: string, body: object): Promise<CommandReply> | null {
    const reply = this.#thread?.port.call(name, body) ?? null
    this.ring()
    return reply
  }

  ring(): void {
    this.#engine.bells.ring(this.bellRow)
  }

  /** Ends the thread, whatever it does. @param blamed on whom it is counted; null: on the one in its turn */
  abort(reason: string, blamed: ThreadPartition | null = null): void {
    this.#failure = reason
    this.#blamed = blamed
    this.#thread?.abort()
  }

  /** The confirmed end of the thread that runs; at once without one. */
  async ended(): Promise<void> {
    await this.#thread?.ended
  }

  /** If none of its partitions wants it any more and it has not had its turn to start, that was its end. */
  withdrawUnwanted(): void {
    for (const partition of this.#partitions.values()) if (!partition.isUnwanted) return
    if (!this.#isWaiting || !this.#engine.starts.withdraw(this.#begin)) return
    this.#isWaiting = false
    this.#tellEnd(null)
  }

  #start(): void {
    const engine = this.#engine
    this.#isWaiting = false
    this.#hasTurn = true
    this.#failure = null
    this.#blamed = null
    engine.bells.revive(this.bellRow)
    const start: ThreadStart = {
      arena: engine.arena,
      scratch: this.#scratch,
      bells: engine.bellWords,
      bellRow: this.bellRow,
      leases: engine.leaseWords
    }
    const partitions = [...this.#partitions.values()].map(partition => {
      this.#unopened.add(partition.id)
      return partition.threadStarts()
    })
    const thread = startThread(this.#entry, { start, partitions })
    this.#thread = thread
    thread.port.onCommand(({ name, body }) => this.#hear(name, body))
    thread.port.onClose(() => engine.bells.markDead(this.bellRow))
    void this.#whenEnded(thread)
  }

  #hear(name: string, body: Record<string, unknown>): void {
    if (name === 'failed') {
      this.#failure = String(body['message'])
      return
    }
    const id = Number(body['partition'])
    const partition = this.#partitions.get(id)
    if (name === 'online') {
      this.#hasEverServed = true
      partition?.wentOnline()
      this.#opened(id)
    } else if (name === 'letGo') {
      partition?.letGo(String(body['message']))
      this.#opened(id)
    } else if (name === 'drained') partition?.drained(body['rings'] as number[])
    else invariant(false, 'the broker knows what partitions say', { name })
  }

  /** The turn to start ends when all that the thread was started with are open. */
  #opened(id: number): void {
    this.#unopened.delete(id)
    if (this.#unopened.size === 0) this.#endTurn()
  }

  #endTurn(): void {
    if (!this.#hasTurn) return
    this.#hasTurn = false
    this.#engine.starts.finished()
  }

  async #whenEnded(thread: ThreadHandle): Promise<void> {
    const { error } = await thread.ended
    this.#thread = null
    this.#unopened.clear()
    this.#endTurn()
    this.#tellEnd(this.#failure ?? error?.message ?? null)
  }

  #tellEnd(failure: string | null): void {
    const partitions = [...this.#partitions.values()]
    const blamed = partitions.find(partition =>
      this.#blamed === null ? partition.isInTurn : partition === this.#blamed
    )
    this.#partitions.clear()
    this.#isTelling = true
    for (const partition of partitions) {
      partition.threadEnded(blamed === undefined || blamed === partition, failure)
    }
    this.#isTelling = false
    if (this.#partitions.size > 0) this.#askForStart()
  }
}
