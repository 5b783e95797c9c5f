/**
 * A clock that moves only when a test says so. Timers run inside `advance`, in the order of their time.
 */
import type { Clock } from '../../src/base/clock.ts'

interface Timer {
  readonly at: number
  readonly action: () => void
}

const WALL_START = 1_700_000_000_000

export class ManualClock implements Clock {
  #time = 0
  #timers: Timer[] = []

  now(): number {
    return WALL_START + Math.floor(this.#time)
  }

  monotonic(): number {
    return this.#time
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { at: this.#time + delayMs, action }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  get timerCount(): number {
    return this.#timers.length
  }

  /** Time of the next timer, infinite if there is none. */
  get nextTimerAt(): number {
    return this.#timers.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY)
  }

  /** Moves time on and runs the timers that are due on the way. */
  advance(ms: number): void {
    const end = this.#time + ms
    while (this.nextTimerAt <= end) {
      const at = this.nextTimerAt
      const timer = this.#timers.find(other => other.at === at)
      this.#timers = this.#timers.filter(other => other !== timer)
      this.#time = Math.max(this.#time, at)
      timer?.action()
    }
    this.#time = Math.max(this.#time, end)
  }

  /** As a thread that blocks: time passes and no timer runs; they are late then. */
  block(ms: number): void {
    this.#time += ms
  }
}

/** Lets every promise that can go on do so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Moves time in small steps, and lets promises go on after each. */
export async function advanceSlowly(clock: ManualClock, ms: number, stepMs = 1): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(Math.min(stepMs, ms - passed))
    await settled()
  }
}
