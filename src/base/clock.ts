/**
 * Time, and the only place that reads it. Deadlines are monotonic; wall time is for record timestamps alone.
 *
 * Thread: any; every thread has its own. Simulations pass a clock that moves when they say so.
 */
export interface Clock {
  /** Wall time in whole milliseconds since 1970, as a record's CreateTime has it. */
  now(): number
  /** Milliseconds since an arbitrary start, fractional, never going back. */
  monotonic(): number
  /** Calls `action` once after `delayMs`; the returned function cancels it. Keeps the process alive. */
  after(delayMs: number, action: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs)
    return () => clearTimeout(timer)
  }
}
