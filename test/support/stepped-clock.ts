/** A clock that moves when somebody waits for it: what a loop waits for comes at once. */
import type { Clock } from '../../src/base/clock.ts'

export class SteppedClock implements Clock {
  timeMs = 0
  now = (): number => this.timeMs
  monotonic = (): number => this.timeMs

  after(delayMs: number, action: () => void): () => void {
    this.timeMs += delayMs
    queueMicrotask(action)
    return () => {}
  }
}
