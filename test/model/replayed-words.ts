/**
 * How a synchronous program is stopped in the middle: it is run again from its start, its accesses answered
 * from their known results, and then a little ahead on guesses.
 */
import type { Words } from '../../src/threads/words.ts'
import type { Access, Operation } from './access.ts'
import type { Cells } from './cells.ts'

/** Words of a model, through which a program also tells what it knows. */
export interface ModelWords extends Words {
  /**
   * What the program does from here on follows from `knowledge` and from what it will read. A plain value.
   * If it is not the whole truth, violations may be missed.
   */
  knows(knowledge: unknown): void
}

/** Leaves a program at an access without a result. */
export const SUSPENDED = Symbol('suspended')
/** Accesses a run goes ahead at most: a program that polls would never come back. */
const AHEAD_MAX = 1_000

/** An access beyond the known history, with the result it would have now. */
interface Guess {
  readonly access: Access
  readonly result: number
  /** What the program knew before it, or null. */
  readonly knowledge: string | null
}

/**
 * Answers the accesses of a program from its history. Beyond it the run goes on as if no other thread came
 * between, up to a wait or the end, and notes what it assumed: mostly that is how it comes, and saves a run
 * per access.
 */
export class ReplayedWords implements ModelWords {
  readonly #cells: Cells
  #history: readonly number[] = []
  #next = 0
  #written = new Map<number, number>()
  guesses: Guess[] = []
  pending: Access | null = null
  /** What the program has said since its last access, beyond the history. */
  knowledge: string | null = null
  /** The access that got the last result of the history: must be the one that was pending before. */
  last: Access | null = null

  constructor(cells: Cells) {
    this.#cells = cells
  }

  start(history: readonly number[]): void {
    this.#history = history
    this.#next = 0
    this.#written = new Map()
    this.guesses = []
    this.pending = null
    this.knowledge = null
    this.last = null
  }

  knows(knowledge: unknown): void {
    if (this.#next === this.#history.length) this.knowledge = JSON.stringify(knowledge)
  }

  #access(operation: Operation, index: number, value: number): number {
    // A `finally` on the way out may touch words again.
    if (this.pending !== null) throw SUSPENDED
    const access = { operation, index, value }
    if (this.#next < this.#history.length) {
      if (this.#next === this.#history.length - 1) this.last = access
      return this.#history[this.#next++]!
    }
    if (operation === 'wait' || this.guesses.length === AHEAD_MAX) {
      this.pending = access
      throw SUSPENDED
    }
    const now = this.#written.get(index) ?? this.#cells.get(index)
    if (operation === 'set' || operation === 'store') this.#written.set(index, value)
    if (operation === 'add') this.#written.set(index, (now + value) | 0)
    const result = operation === 'get' || operation === 'load' ? now : 0
    this.guesses.push({ access, result, knowledge: this.knowledge })
    this.knowledge = null
    return result
  }

  get(index: number): number {
    return this.#access('get', index, 0)
  }

  set(index: number, value: number): void {
    this.#access('set', index, value | 0)
  }

  load(index: number): number {
    return this.#access('load', index, 0)
  }

  store(index: number, value: number): void {
    this.#access('store', index, value | 0)
  }

  add(index: number, value: number): void {
    this.#access('add', index, value | 0)
  }

  notify(index: number): void {
    this.#access('notify', index, 0)
  }

  wait(index: number, expected: number): void {
    this.#access('wait', index, expected)
  }

  waitAsync(): Promise<unknown> | null {
    throw new Error('waitAsync makes the same accesses as wait: model that one')
  }
}
