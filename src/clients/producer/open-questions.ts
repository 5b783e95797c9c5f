/**
 * What a producer has asked and not been answered, and how it waits for that inside `send`: a loop that sends
 * without a pause has stopped the event loop, by which the answers would come.
 *
 * Thread: the caller's.
 */
import type { Answer } from '../../base/answer.ts'

export class OpenQuestions {
  readonly #open = new Set<Answer<unknown>>()

  /** Errors are for whoever asked; here nobody hears of them. */
  add(question: Answer<unknown>): void {
    for (const other of this.#open) if (other.isSettled) this.#open.delete(other)
    if (!question.isSettled) this.#open.add(question)
  }

  /** Waits for the first that can be waited for, at most so long. @returns false, at once, if none can */
  waitBlocking(timeoutMs: number): boolean {
    for (const question of this.#open) {
      if (question.isSettled) this.#open.delete(question)
      else if (question.block(timeoutMs)) return true
    }
    return false
  }
}
