/**
 * A promise with a deadline, and a pause, by a clock that a test can move.
 */
import { Answer, answerOf } from '../base/answer.ts'
import type { Clock } from '../base/clock.ts'
import { KafkaError } from '../base/kafka-error.ts'

/** Rejects with REQUEST_TIMED_OUT if `answer` takes longer; what it gives later is dropped. */
export function withTimeout<Value>(
  answer: PromiseLike<Value>,
  timeoutMs: number,
  clock: Clock
): Answer<Value> {
  const awaited = answerOf(answer)
  const bounded = new Answer<Value>(blockMs => !awaited.isSettled && awaited.block(blockMs))
  const cancel = clock.after(timeoutMs, () => {
    bounded.fail(new KafkaError('REQUEST_TIMED_OUT', `no answer within ${timeoutMs} ms`))
  })
  awaited.whenSettled(
    value => {
      cancel()
      bounded.settle(value)
    },
    error => {
      cancel()
      bounded.fail(error)
    }
  )
  return bounded
}

export function pause(delayMs: number, clock: Clock): Promise<void> {
  return new Promise(resolve => clock.after(delayMs, resolve))
}
