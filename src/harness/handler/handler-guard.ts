/**
 * Keeps a measurement from a handler that never comes back, ends its thread, or takes all memory: such a
 * thread is ended from outside, and what was wrong is told in one sentence.
 *
 * Thread: the harness's. It looks at the tally: a row with more records offered than finished is in a call.
 */
import type { Clock } from '../../base/clock.ts'
import { InvariantError } from '../../base/invariant.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { formatBytes, formatCount, formatDuration } from '../../planner/units.ts'
import type { ThreadGroup } from '../thread-group.ts'
import { type HandlerSource, whatWas } from './handler-module.ts'

/** Without a record for so long a handler hangs. Kafka gives it max.poll.interval.ms, five minutes. */
const SILENCE_MS = 10_000
const LOOK_MS = 100
/** Old space of a thread with a handler: a leak is to end the measurement, not the machine. */
export const HANDLER_HEAP_MB = 1024

interface GuardOptions {
  readonly group: ThreadGroup
  readonly clock: Clock
  readonly source: HandlerSource
  readonly silenceMs?: number | undefined
  readonly heapMb?: number | undefined
}

/** What the threads are at: the first import of the module, or calls of its handler. */
type Phase = 'loading' | 'running'

interface Silence {
  finished: number
  offered: number
  sinceMs: number
}

export class HandlerGuard {
  readonly #options: GuardOptions

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /**
   * Loads the module in the first threads of the group.
   * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_HANDLER
   */
  async load(threads: number): Promise<void> {
    const { group, source } = this.#options
    const bodies = Array.from({ length: threads }, () => source)
    await this.#watch(() => group.run('handler', bodies), 'loading')
  }

  /**
   * Runs something of the group under guard.
   * @throws what it throws; HighwaterError HIGHWATER_HANDLER if the handler was the cause
   */
  watch<T>(run: () => Promise<T>): Promise<T> {
    return this.#watch(run, 'running')
  }

  async #watch<T>(run: () => Promise<T>, phase: Phase): Promise<T> {
    const silence = new SilenceWatch(this.#options)
    try {
      return await run()
    } catch (cause) {
      throw this.#explained(cause, phase, silence.isBroken)
    } finally {
      silence.stop()
    }
  }

  #explained(cause: unknown, phase: Phase, isHung: boolean): unknown {
    const { group, source, silenceMs = SILENCE_MS, heapMb = HANDLER_HEAP_MB } = this.#options
    const isLoading = phase === 'loading'
    const done = isLoading
      ? 'while it was loaded'
      : `after ${formatCount(group.board.finished())} records of this run`
    if (isHung) {
      const silence = formatDuration(silenceMs)
      const what = isLoading
        ? `never finished loading: what its module does at the top level, an await or a loop, has not ` +
          `ended for ${silence}`
        : `hangs: ${done} it has not returned for ${silence}`
      return fault(`The handler ${source.name} ${what}, and its thread was ended.`, cause)
    }
    const isOurs = cause instanceof HighwaterError && cause.code !== 'HIGHWATER_THREAD_ENDED'
    if (isOurs || cause instanceof KafkaError || cause instanceof InvariantError || !group.hasEnded)
      return cause
    if (codeOf(cause) === 'ERR_WORKER_OUT_OF_MEMORY') {
      return fault(
        `The handler ${source.name} used up the memory of its thread, ${formatBytes(heapMb * 2 ** 20)}, ` +
          `${done}: it keeps what it should let go.`,
        cause
      )
    }
    const exitCode = /^worker exited with code: (\d+)$/.exec(messageOf(cause))?.[1]
    if (exitCode !== undefined) {
      return fault(
        `The handler ${source.name} ended its thread with process.exit(${exitCode}) ${done}: a handler ` +
          'returns or throws.',
        cause
      )
    }
    return fault(`The handler ${source.name} left an error to nobody ${done}: ${whatWas(cause)}.`, cause)
  }
}

/** Looks again and again; ends the threads of the group when one of them is silent for too long. */
class SilenceWatch {
  isBroken = false
  readonly #options: GuardOptions
  readonly #rows: Silence[]
  #cancel: () => void

  constructor(options: GuardOptions) {
    const { clock, group } = options
    this.#options = options
    const sinceMs = clock.monotonic()
    this.#rows = Array.from({ length: group.size }, () => ({ finished: 0, offered: 0, sinceMs }))
    this.#cancel = clock.after(LOOK_MS, this.#look)
  }

  stop(): void {
    this.#cancel()
  }

  readonly #look = (): void => {
    const { clock, group, silenceMs = SILENCE_MS } = this.#options
    const now = clock.monotonic()
    for (const [row, seen] of this.#rows.entries()) {
      const finished = group.board.finishedBy(row)
      const offered = group.board.offeredBy(row)
      if (finished === offered || finished !== seen.finished || offered !== seen.offered) seen.sinceMs = now
      seen.finished = finished
      seen.offered = offered
      if (now - seen.sinceMs >= silenceMs) this.isBroken = true
    }
    if (this.isBroken) group.abort()
    else this.#cancel = clock.after(LOOK_MS, this.#look)
  }
}

function fault(message: string, cause: unknown): HighwaterError {
  return new HighwaterError('HIGHWATER_HANDLER', message, { cause })
}

function codeOf(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : null
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
