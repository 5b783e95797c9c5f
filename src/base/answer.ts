/**
 * A value that comes later: a promise that also tells its listeners inside the very call that settles it, and
 * that can be waited for without the event loop, where it comes over something that can be read without one.
 *
 * A loop that never gives the event loop a turn lets no promise go on. What must go on all the same, as the
 * first questions of a producer, is asked and answered by these.
 *
 * Thread: the one that asked.
 */

/** Waits at most so long for what settles an answer. @returns false, at once, if waiting cannot help */
type Wait = (timeoutMs: number) => boolean

/** Methods, not functions: by that an answer of something counts as one of anything. */
interface Ends<Value> {
  onValue(value: Value): void
  onError(error: unknown): void
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown }

const cannotWait: Wait = () => false
const ignore = (): void => {}

export class Answer<Value> extends Promise<Value> {
  /** What `then`, `catch` and `finally` give is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #wait: Wait
  /** Those of the promise. */
  readonly #own: Ends<Value>
  #listeners: Ends<Value>[] = []
  #outcome: Outcome<Value> | null = null

  /** @param wait how to wait for it without the event loop; absent: that is not possible */
  constructor(wait: Wait = cannotWait) {
    let own: Ends<Value> = { onValue: ignore, onError: ignore }
    super((onValue, onError) => {
      own = { onValue, onError }
    })
    this.#wait = wait
    this.#own = own
  }

  get isSettled(): boolean {
    return this.#outcome !== null
  }

  /** Gives the value; without effect once it is settled. */
  settle(value: Value): void {
    this.#end({ value })
  }

  /** Gives an error in its place. One that nobody listens for is an unhandled rejection. */
  fail(error: unknown): void {
    this.#end({ error })
  }

  /** Calls one of the two, once, before the call that settles it returns; at once if that is past. */
  whenSettled(onValue: (value: Value) => void, onError: (error: unknown) => void): void {
    // Whoever gives a listener has heard of the error.
    this.catch(ignore)
    const listener = { onValue, onError }
    if (this.#outcome === null) this.#listeners.push(listener)
    else tell(listener, this.#outcome)
  }

  /**
   * Waits for it without the event loop, at most so long. What listens may run meanwhile.
   * @returns false, at once, where that cannot help: what it waits for is a timer, or a plain promise
   */
  block(timeoutMs: number): boolean {
    return this.isSettled || this.#wait(timeoutMs)
  }

  #end(outcome: Outcome<Value>): void {
    if (this.#outcome !== null) return
    this.#outcome = outcome
    tell(this.#own, outcome)
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) tell(listener, outcome)
  }
}

function tell<Value>(ends: Ends<Value>, outcome: Outcome<Value>): void {
  if ('value' in outcome) ends.onValue(outcome.value)
  else ends.onError(outcome.error)
}

/** What a promise is, if it is an answer; else one that follows it, and cannot be waited for. */
export function answerOf<Value>(promise: PromiseLike<Value>): Answer<Value> {
  if (promise instanceof Answer) return promise
  const answer = new Answer<Value>()
  Promise.resolve(promise).then(
    value => answer.settle(value),
    error => answer.fail(error)
  )
  return answer
}

/** Settled when all of them are; fails with the first that fails. */
export function allOf(answers: readonly Answer<unknown>[]): Answer<void> {
  const isOpen = (answer: Answer<unknown>): boolean => !answer.isSettled
  const all = new Answer<void>(timeoutMs => answers.some(answer => isOpen(answer) && answer.block(timeoutMs)))
  const onValue = (): void => {
    if (!answers.some(isOpen)) all.settle()
  }
  for (const answer of answers) answer.whenSettled(onValue, error => all.fail(error))
  onValue()
  return all
}
