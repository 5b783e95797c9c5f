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

/** Looks at both clocks; the closest two readings tell how far they are apart. */
const CLOCK_LOOKS = 10

/**
 * As `systemClock`, but with the same monotonic time in all threads of the process: `performance.now` counts
 * from each thread's own start, `process.hrtime` from the machine's.
 */
export const processClock: Clock = { ...systemClock, monotonic: sharedMonotonic() }

function sharedMonotonic(): () => number {
  let offset = Number.POSITIVE_INFINITY
  for (let look = 0; look < CLOCK_LOOKS; look++) {
    const own = performance.now()
    const [seconds, nanoseconds] = process.hrtime()
    // A thread that was put aside between the two sees them further apart than they are.
    offset = Math.min(offset, seconds * 1000 + nanoseconds / 1e6 - own)
  }
  return () => performance.now() + offset
}
