/** A clock that stands still until the simulation moves it. */
import type { Clock } from '../../src/base/clock.ts'

const START_MS = 1_700_000_000_000

export class SimulationClock implements Clock {
  #elapsedMs = 0

  now(): number {
    return START_MS + this.#elapsedMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  after(): () => void {
    throw new Error('nothing in a simulation sets a timer')
  }

  advance(ms: number): void {
    this.#elapsedMs += ms
  }
}
