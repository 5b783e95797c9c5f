/**
 * One measured quantity as Kafka's clients count it: its total since the start, and average, maximum and
 * rate over the last few samples of a fixed time (2 of 30 s by default).
 *
 * A sample is kept while any of its events lies inside the time of all samples; a rate divides by at least
 * all samples but the current one, so that a first burst is not taken for a steady rate.
 *
 * Thread: its owner's. Kafka: common/metrics/stats/SampledStat, Rate, Avg, Max, CumulativeSum.
 */
export interface SampleWindow {
  /** The setting `metrics.num.samples`. */
  readonly samples: number
  /** The setting `metrics.sample.window.ms`. */
  readonly windowMs: number
}

interface Sample {
  startedAt: number
  lastEventAt: number
  events: number
  sum: number
  max: number
}

export class SampledSensor {
  readonly #window: SampleWindow
  readonly #samples: Sample[] = []
  #current = 0
  #total = 0
  #events = 0

  constructor(window: SampleWindow) {
    this.#window = window
  }

  /** Sum of all values since the start. */
  get total(): number {
    return this.#total
  }

  /** How many values there were since the start. */
  get events(): number {
    return this.#events
  }

  /** @param now monotonic milliseconds, never less than before */
  record(value: number, now: number): void {
    const sample = this.#sampleAt(now)
    sample.events += 1
    sample.sum += value
    if (value > sample.max) sample.max = value
    sample.lastEventAt = now
    this.#total += value
    this.#events += 1
  }

  /** NaN where there was nothing to average, as Kafka has it. */
  average(now: number): number {
    this.#forget(now)
    let events = 0
    for (const sample of this.#samples) events += sample.events
    return events === 0 ? Number.NaN : this.#sum() / events
  }

  /** NaN where there was nothing. */
  max(now: number): number {
    this.#forget(now)
    const most = this.#samples.reduce((max, sample) => Math.max(max, sample.max), Number.NEGATIVE_INFINITY)
    return most === Number.NEGATIVE_INFINITY ? Number.NaN : most
  }

  /** Values per second. */
  rate(now: number): number {
    this.#forget(now)
    return (this.#sum() / this.#elapsedMs(now)) * 1000
  }

  /** Events per second. */
  eventRate(now: number): number {
    this.#forget(now)
    const events = this.#samples.reduce((sum, sample) => sum + sample.events, 0)
    return (events / this.#elapsedMs(now)) * 1000
  }

  #sampleAt(now: number): Sample {
    const { samples, windowMs } = this.#window
    const current = this.#samples[this.#current]
    if (current !== undefined && now - current.startedAt < windowMs) return current
    // One more than asked for: the oldest may reach into the time that is looked at.
    if (current !== undefined) this.#current = (this.#current + 1) % (samples + 1)
    const next = this.#samples[this.#current] ?? { startedAt: 0, lastEventAt: 0, events: 0, sum: 0, max: 0 }
    this.#samples[this.#current] = next
    empty(next, now)
    return next
  }

  /** Empties samples whose last event lies before the time of all samples. */
  #forget(now: number): void {
    const { samples, windowMs } = this.#window
    for (const sample of this.#samples) if (now - sample.lastEventAt >= samples * windowMs) empty(sample, now)
  }

  #sum(): number {
    return this.#samples.reduce((sum, sample) => sum + sample.sum, 0)
  }

  #elapsedMs(now: number): number {
    const { samples, windowMs } = this.#window
    const oldest = this.#samples.reduce((least, { startedAt }) => Math.min(least, startedAt), now)
    const elapsed = now - oldest
    const missing = samples - 1 - Math.floor(elapsed / windowMs)
    return Math.max(1, elapsed + Math.max(0, missing) * windowMs)
  }
}

function empty(sample: Sample, now: number): void {
  sample.startedAt = now
  sample.lastEventAt = now
  sample.events = 0
  sample.sum = 0
  sample.max = Number.NEGATIVE_INFINITY
}
