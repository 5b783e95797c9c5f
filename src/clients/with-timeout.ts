/**
 * A promise with a deadline, and a pause, by a clock that a test can move.
 */
import type { Clock } from '../base/clock.ts'
import { KafkaError } from '../base/kafka-error.ts'

/** Rejects with REQUEST_TIMED_OUT if `answer` takes longer; what it gives later is dropped. */
export function withTimeout<Value>(answer: Promise<Value>, timeoutMs: number, clock: Clock): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => {
      reject(new KafkaError('REQUEST_TIMED_OUT', `no answer within ${timeoutMs} ms`))
    })
    answer.then(resolve, reject).finally(cancel)
  })
}

export function pause(delayMs: number, clock: Clock): Promise<void> {
  return new Promise(resolve => clock.after(delayMs, resolve))
}
