/**
 * Steps with waiting in between, as an async function has them, which go on inside the call that settles what
 * they wait for, where that is an `Answer`. So the same steps run with the event loop and, by `block`,
 * without one.
 *
 *   task(function* () { const reply = yield* arrival(port.call('hello', {})); ... })
 *
 * Thread: the one that began it.
 */
import { Answer, answerOf } from './answer.ts'
import { systemClock } from './clock.ts'

/** What a step waits for is yielded; what came is handed back, or thrown. */
export type Steps<Value> = Generator<PromiseLike<unknown>, Value, unknown>

/** Waits inside a task: as `await`. */
export function* arrival<Value>(promise: PromiseLike<Value>): Steps<Value> {
  return (yield promise) as Value
}

/** Runs the steps, the first of them now. The answer fails with what they throw. */
export function task<Value>(steps: () => Steps<Value>): Answer<Value> {
  return new Task(steps()).answer
}

class Task<Value> {
  readonly answer = new Answer<Value>(timeoutMs => this.#block(timeoutMs))
  readonly #steps: Steps<Value>
  /** Null while a step runs. */
  #awaited: Answer<unknown> | null = null

  constructor(steps: Steps<Value>) {
    this.#steps = steps
    this.#advance(() => steps.next())
  }

  #advance(resume: () => IteratorResult<PromiseLike<unknown>, Value>): void {
    this.#awaited = null
    let step: IteratorResult<PromiseLike<unknown>, Value>
    try {
      step = resume()
    } catch (error) {
      this.answer.fail(error)
      return
    }
    if (step.done === true) {
      this.answer.settle(step.value)
      return
    }
    this.#awaited = answerOf(step.value)
    this.#awaited.whenSettled(
      value => this.#advance(() => this.#steps.next(value)),
      error => this.#advance(() => this.#steps.throw(error))
    )
  }

  /** Waits for what the steps wait for, one after the other. */
  #block(timeoutMs: number): boolean {
    const until = systemClock.monotonic() + timeoutMs
    let hasWaited = false
    for (let left = timeoutMs; !this.answer.isSettled; left = until - systemClock.monotonic()) {
      const awaited = this.#awaited
      // Settled, but not heard of it yet: this is called by another that listens.
      if (awaited === null || awaited.isSettled) return hasWaited
      if ((hasWaited && left <= 0) || !awaited.block(left)) return hasWaited
      hasWaited = true
      if (!awaited.isSettled) return true
    }
    return true
  }
}
