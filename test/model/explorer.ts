/**
 * Explores every interleaving of small programs that run the real step functions over shared words.
 *
 * A program is synchronous, so it cannot be stopped in the middle. It is run again instead: from its start,
 * with the results of all accesses it has made so far. From there it runs ahead on guesses, which hold as
 * long as no other thread comes between; a private signal leaves it where it waits. Private state is rebuilt
 * by each run, so the history of results *is* the private state, and a state of the whole is the words plus
 * life and history of each thread. Depth-first, every state once. Where a program says with `knows` what is
 * left of its history, equal knowledge meets: a loop so has few states and an end.
 *
 * What counts as a violation: a program that throws, a deadlock (a wait lasts until a notification, there is
 * no timeout to save a lost one), a data race (two threads are about to access one word, one of them writes,
 * one of the accesses is plain: such a word is not published by anything), and what the model's own `check`
 * throws.
 *
 * Deaths: a thread with a further life may die before any of its accesses, also in a wait. The next life
 * starts after that, as after a confirmed end.
 */
import type { Words } from '../../src/threads/words.ts'
import { type Access, conflict, isWrite, sameAccess } from './access.ts'
import { Cells } from './cells.ts'
import { type ModelWords, ReplayedWords, SUSPENDED } from './replayed-words.ts'

/** Deterministic; everything it shares is in the words. What it returns is its result. */
export type Program = (words: ModelWords) => unknown

export interface ModelThread {
  readonly name: string
  /** The thread may die in each life but the last. */
  readonly lives: readonly Program[]
}

export interface Model {
  readonly threads: readonly ModelThread[]
  /** Before any thread runs. */
  readonly setup?: (words: Words) => void
  /** After the last thread has ended; throws if the outcome is wrong. Results in the order of `threads`. */
  readonly check?: (results: readonly unknown[], words: Words) => void
  /**
   * The thread, by its place in `threads`, that alone touches a word, or null. Nobody sees when such an
   * access happens, so it is not interleaved with others: only the deaths around it are explored.
   */
  readonly ownerOf?: (index: number) => number | null
  /**
   * Words before whose access a thread may die; all if absent. For words of which another model knows enough.
   */
  readonly mayDieAt?: (index: number) => boolean
  /** Names of words in traces. */
  readonly nameOf?: (index: number) => string
}

interface Violation {
  readonly kind: 'broken' | 'deadlock' | 'race' | 'wrong outcome'
  readonly text: string
  /** What every thread did, in order, from the start to the violation. */
  readonly trace: readonly string[]
}

interface Exploration {
  /** Different states seen. */
  readonly states: number
  /** Ends with every thread returned. */
  readonly outcomes: number
  readonly violation: Violation | null
}

/** Where a program is, after which results. Knows what comes next; made once. */
class Point {
  readonly id: number
  readonly program: Program
  readonly #before: Point | null
  readonly #gained: number
  access: Access | null = null
  result: unknown = undefined
  error: unknown = undefined
  broken = false
  readonly after = new Map<number, Point>()

  /** @param before the point whose access got the result `gained`; null at a start */
  constructor(id: number, program: Program, before: Point | null, gained: number) {
    this.id = id
    this.program = program
    this.#before = before
    this.#gained = gained
  }

  /** Results of all accesses since the start. */
  get history(): number[] {
    const results: number[] = []
    for (let point: Point = this; point.#before !== null; point = point.#before) results.push(point.#gained)
    return results.reverse()
  }
}

interface Step {
  readonly thread: number
  /** Null for a death. */
  readonly access: Access | null
  readonly outcome: number
}

const STATES_MAX = 3_000_000

class Explorer {
  readonly #model: Model
  readonly #cells = new Cells()
  readonly #replayed = new ReplayedWords(this.#cells)
  readonly #starts = new Map<Program, Point>()
  /** Points by what their program knows there. */
  readonly #known = new Map<Program, Map<string, Point>>()
  readonly #lives: number[]
  readonly #points: Point[]
  readonly #asleep: boolean[]
  readonly #seen = new Set<string>()
  readonly #path: Step[] = []
  #pointCount = 0
  #outcomes = 0
  #violation: Violation | null = null

  constructor(model: Model) {
    this.#model = model
    model.setup?.(this.#cells)
    this.#lives = model.threads.map(() => 0)
    this.#points = model.threads.map(({ lives }) => this.#start(lives[0]!))
    this.#asleep = model.threads.map(() => false)
  }

  explore(): Exploration {
    const broken = this.#points.findIndex(point => point.broken)
    if (broken >= 0) this.#enter(broken, this.#points[broken]!)
    else this.#visit()
    return { states: this.#seen.size, outcomes: this.#outcomes, violation: this.#violation }
  }

  /** The first point of a program. */
  #start(program: Program): Point {
    let point = this.#starts.get(program)
    if (point === undefined) {
      point = this.#run(new Point(this.#pointCount++, program, null, 0), null)
      this.#starts.set(program, point)
    }
    return point
  }

  /**
   * Runs a point's program and lays out the points of what it guessed.
   * @param pending the access that came before the point
   * @returns the point, or the one that stands for it
   */
  #run(point: Point, pending: Access | null): Point {
    const replayed = this.#replayed
    replayed.start(point.history)
    let result: unknown
    let error: unknown = null
    try {
      result = point.program(replayed)
    } catch (thrown) {
      error = thrown
    }
    if (!sameAccess(pending, replayed.last)) throw new Error('a program must be deterministic')
    const first = this.#standInFor(point, replayed.guesses[0]?.knowledge ?? replayed.knowledge)
    if (first !== point) return first
    let last = point
    for (const [index, { access, result: gained }] of replayed.guesses.entries()) {
      last.access = access
      const next = new Point(this.#pointCount++, point.program, last, gained)
      const known = (replayed.guesses[index + 1] ?? replayed).knowledge
      const standIn = this.#standInFor(next, known)
      last.after.set(gained, standIn)
      if (standIn !== next) return point
      last = next
    }
    if (error === SUSPENDED) last.access = replayed.pending
    else if (error !== null) {
      last.broken = true
      last.error = error
    } else last.result = result
    return point
  }

  /**
   * The first point at which the same program knew the same; this one, if it is the first or says nothing.
   */
  #standInFor(point: Point, knowledge: string | null): Point {
    if (knowledge === null) return point
    let known = this.#known.get(point.program)
    if (known === undefined) {
      known = new Map()
      this.#known.set(point.program, known)
    }
    const standIn = known.get(knowledge) ?? point
    known.set(knowledge, standIn)
    return standIn
  }

  #key(): string {
    const content = this.#cells.content
    let key = String.fromCharCode(content & 0xffff, content >>> 16)
    for (let thread = 0; thread < this.#points.length; thread++) {
      const id = this.#points[thread]!.id * 2 + (this.#asleep[thread] === true ? 1 : 0)
      key += String.fromCharCode(id & 0xffff, id >>> 16, this.#lives[thread]!)
    }
    return key
  }

  #visit(): void {
    const key = this.#key()
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (this.#seen.size > STATES_MAX) throw new Error(`a model has at most ${STATES_MAX} states`)
    if (this.#hasRace()) return
    const alone = this.#threadAtOwnWord()
    let running = 0
    let awake = 0
    for (let thread = 0; thread < this.#points.length; thread++) {
      const access = this.#points[thread]!.access
      if (access === null || (alone !== null && thread !== alone)) continue
      running++
      if (!this.#asleep[thread]) {
        awake++
        this.#step(thread, access)
      }
      if (this.#violation === null && this.#model.mayDieAt?.(access.index) !== false) this.#die(thread)
      if (this.#violation !== null) return
    }
    if (running > 0 && awake === 0) this.#report('deadlock', 'every thread that has not ended waits')
    if (running === 0) this.#finish()
  }

  /** A thread whose next access is to a word of its own, or null. */
  #threadAtOwnWord(): number | null {
    const { ownerOf } = this.#model
    if (ownerOf === undefined) return null
    for (let thread = 0; thread < this.#points.length; thread++) {
      const access = this.#points[thread]!.access
      const owner = access === null ? null : ownerOf(access.index)
      if (owner === thread) return thread
      if (owner !== null) throw new Error(`${this.#nameOf(thread)} touches a word that is not its own`)
    }
    return null
  }

  /** Moves on to a point and explores from there, unless the program broke at it. */
  #enter(thread: number, point: Point): void {
    const before = this.#points[thread]!
    this.#points[thread] = point
    if (point.broken) this.#report('broken', `${this.#nameOf(thread)}: ${String(point.error)}`)
    else this.#visit()
    this.#points[thread] = before
  }

  #after(point: Point, result: number): Point {
    let next = point.after.get(result)
    if (next === undefined) {
      next = this.#run(new Point(this.#pointCount++, point.program, point, result), point.access)
      point.after.set(result, next)
    }
    return next
  }

  #step(thread: number, access: Access): void {
    const cells = this.#cells
    const before = cells.get(access.index)
    const content = cells.content
    const point = this.#points[thread]!
    let result = 0
    if (access.operation === 'get' || access.operation === 'load') result = before
    this.#path.push({ thread, access, outcome: before })
    if (access.operation === 'notify') this.#notify(thread, access.index)
    else if (access.operation === 'wait' && before === access.value) {
      this.#asleep[thread] = true
      this.#visit()
      this.#asleep[thread] = false
    } else {
      if (access.operation === 'add') cells.set(access.index, before + access.value)
      else if (isWrite(access)) cells.set(access.index, access.value)
      this.#enter(thread, this.#after(point, result))
      if (isWrite(access)) cells.restore(access.index, before, content)
    }
    this.#path.pop()
  }

  #notify(thread: number, index: number): void {
    const woken: number[] = []
    for (let other = 0; other < this.#points.length; other++) {
      if (!this.#asleep[other] || this.#points[other]!.access?.index !== index) continue
      woken.push(other)
    }
    const slept = woken.map(other => this.#points[other]!)
    for (const other of woken) {
      this.#asleep[other] = false
      this.#points[other] = this.#after(this.#points[other]!, 0)
    }
    this.#enter(thread, this.#after(this.#points[thread]!, 0))
    for (const [position, other] of woken.entries()) {
      this.#asleep[other] = true
      this.#points[other] = slept[position]!
    }
  }

  #die(thread: number): void {
    const program = this.#model.threads[thread]!.lives[this.#lives[thread]! + 1]
    if (program === undefined) return
    const asleep = this.#asleep[thread]!
    this.#path.push({ thread, access: null, outcome: 0 })
    this.#lives[thread]!++
    this.#asleep[thread] = false
    this.#enter(thread, this.#start(program))
    this.#asleep[thread] = asleep
    this.#lives[thread]!--
    this.#path.pop()
  }

  #hasRace(): boolean {
    for (let left = 0; left < this.#points.length; left++) {
      for (let right = left + 1; right < this.#points.length; right++) {
        const [one, two] = [this.#points[left]!.access, this.#points[right]!.access]
        if (one === null || two === null || one.index !== two.index || !conflict(one, two)) continue
        const who = `${this.#nameOf(left)} (${one.operation}) and ${this.#nameOf(right)} (${two.operation})`
        this.#report('race', `${who} at ${this.#wordOf(one.index)}`)
        return true
      }
    }
    return false
  }

  #finish(): void {
    this.#outcomes++
    try {
      this.#model.check?.(
        this.#points.map(point => point.result),
        this.#cells
      )
    } catch (error) {
      this.#report('wrong outcome', String(error))
    }
  }

  #nameOf(thread: number): string {
    return this.#model.threads[thread]!.name
  }

  #wordOf(index: number): string {
    return this.#model.nameOf?.(index) ?? `word ${index}`
  }

  #report(kind: Violation['kind'], text: string): void {
    const trace = this.#path.map(({ thread, access, outcome }) => {
      if (access === null) return `${this.#nameOf(thread)} dies`
      const { operation, index, value } = access
      const what = isWrite(access) ? `${operation} ${value}` : `${operation} -> ${outcome}`
      return `${this.#nameOf(thread)}: ${this.#wordOf(index)} ${operation === 'notify' ? 'notify' : what}`
    })
    this.#violation = { kind, text, trace }
  }
}

/** All states of a model, or as far as the first violation. */
export function explore(model: Model): Exploration {
  return new Explorer(model).explore()
}
