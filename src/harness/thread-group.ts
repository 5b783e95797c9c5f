/**
 * Load threads of one kind: started together, given the same command, closed together. They stay for all
 * runs, so that each pays for its warm-up once.
 *
 * Thread: the harness's.
 */
import type { Clock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { startThread, type ThreadHandle } from '../threads/worker-pool.ts'
import { interrupted } from './run-series.ts'
import type { Target } from './target.ts'
import { TallyBoard } from './thread-tally.ts'

/** A thread that has not ended so long after it was asked to is killed. */
const CLOSE_MS = 5000

interface ThreadGroupOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly target: Target
  /** Compiled worker file. */
  readonly entry: URL
  readonly threadsMax: number
  /** What every thread of the group is started with, beside its handle, its row and its tally. */
  readonly start: object
  /** Megabytes of heap of a thread; as many as Node gives by default. */
  readonly heapMb?: number | undefined
}

export class ThreadGroup {
  readonly board: TallyBoard
  readonly #options: ThreadGroupOptions
  readonly #threads: ThreadHandle[] = []

  constructor(options: ThreadGroupOptions) {
    this.#options = options
    this.board = new TallyBoard(options.threadsMax)
  }

  get size(): number {
    return this.#threads.length
  }

  /** Starts threads until there are `count`, and waits until each is connected. */
  async grow(count: number): Promise<void> {
    const { target, entry, threadsMax, start, heapMb } = this.#options
    const limits = heapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMb } }
    invariant(count <= threadsMax, 'a group has a row for each thread', { count, threadsMax })
    const connecting: Promise<unknown>[] = []
    for (let row = this.#threads.length; row < count; row++) {
      const handle = await target.openHandle()
      const thread = startThread(entry, { ...handle, start, row, tally: this.board.buffer }, limits)
      this.#threads.push(thread)
      connecting.push(call(thread, 'connect', {}))
    }
    await allOrFirstError(connecting)
  }

  /**
   * Runs a command on the first threads, one body each; the counts of the board start again.
   * @throws HighwaterError HIGHWATER_INTERRUPTED at once when interrupted, while the threads come to an end
   */
  run(command: string, bodies: readonly object[]): Promise<Record<string, unknown>[]> {
    this.board.reset()
    const running: Promise<Record<string, unknown>>[] = []
    for (const [row, body] of bodies.entries()) {
      const thread = this.#threads[row]
      invariant(thread !== undefined, 'a command has a thread', { row })
      running.push(this.#stopOnError(call(thread, command, body)))
    }
    const all = unlessInterrupted(allOrFirstError(running), this.#options.signal)
    // Whoever started the run looks at it only after the sampling: until then nobody has failed to handle an
    // error.
    all.catch(() => {})
    return all
  }

  /** Whether a thread of the group has ended, by itself or by `abort`. */
  get hasEnded(): boolean {
    return this.#threads.some(({ port }) => port.isClosed)
  }

  /** Kills all threads wherever they are: what they were to answer fails. `close` is still due. */
  abort(): void {
    for (const thread of this.#threads) thread.abort()
  }

  /** Ends a run that goes on, lets every thread close what it holds, and waits for its end. */
  async close(): Promise<void> {
    this.board.stop()
    for (const thread of this.#threads) {
      if (!thread.port.isClosed) thread.port.post('close', {})
    }
    const cancel = this.#options.clock.after(CLOSE_MS, () => {
      for (const thread of this.#threads) thread.abort()
    })
    await Promise.all(this.#threads.map(thread => thread.ended))
    cancel()
    this.#threads.length = 0
  }

  /** One thread that fails ends the run of all. */
  async #stopOnError<T>(running: Promise<T>): Promise<T> {
    try {
      return await running
    } catch (cause) {
      this.board.stop()
      throw cause
    }
  }
}

function unlessInterrupted<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => reject(interrupted())
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    const settled = (): void => signal.removeEventListener('abort', interrupt)
    running.then(resolve, reject).finally(settled)
  })
}

/** All results; the first error only when every one has settled, so that nothing still runs behind it. */
async function allOrFirstError<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const results: T[] = []
  for (const settled of await Promise.allSettled(running)) {
    if (settled.status === 'rejected') throw settled.reason
    results.push(settled.value)
  }
  return results
}

async function call(thread: ThreadHandle, command: string, body: object): Promise<Record<string, unknown>> {
  try {
    return (await thread.port.call(command, body)).body
  } catch (cause) {
    if (!(cause instanceof HighwaterError) || cause.code !== 'HIGHWATER_THREAD_ENDED') throw cause
    const { error } = await thread.ended
    throw error ?? cause
  }
}
