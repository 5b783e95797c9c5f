import { describe, expect, test } from 'vitest'
import { EvenArrivals } from '../../../src/harness/benchmark/arrivals.ts'
import { Histogram } from '../../../src/harness/benchmark/histogram.ts'
import { type BenchSink, type LoadResult, runLoad } from '../../../src/harness/benchmark/load-loop.ts'
import { type Stall, stalledUntil } from '../../../src/harness/benchmark/stall.ts'
import { SteppedClock } from '../../support/stepped-clock.ts'

interface SentRecord {
  readonly due: number
  readonly sent: number
  readonly isTimed: boolean
}

/** Answers at once, but for what `onReady` does to the clock. */
class CountingSink implements BenchSink {
  failure: Error | null = null
  readonly records: SentRecord[] = []
  marks = 0
  flushes = 0
  onReady: () => void = () => {}

  send(due: number, sent: number, isTimed: boolean): void {
    this.records.push({ due, sent, isTimed })
  }

  async ready(): Promise<void> {
    this.onReady()
  }

  async flush(): Promise<void> {
    this.flushes += 1
  }

  mark(): void {
    this.marks += 1
  }

  publish(): void {}
}

interface Changes {
  readonly sink?: BenchSink
  readonly clock?: SteppedClock
  readonly recordsPerSecond?: number | null
  readonly measureMs?: number
  readonly endMs?: number
  readonly recordsMax?: number
  readonly isStopped?: () => boolean
  readonly onSlip?: (micros: number) => void
}

function run(sink: BenchSink, changes: Changes = {}): Promise<LoadResult> {
  const { recordsPerSecond = 1000 } = changes
  const clock = changes.clock ?? new SteppedClock()
  return runLoad({
    sink,
    clock,
    isStopped: changes.isStopped ?? (() => false),
    arrivals:
      recordsPerSecond === null
        ? null
        : new EvenArrivals({ startMs: 0, recordsPerSecond, loader: 0, loaders: 1 }),
    startMs: 0,
    measureMs: changes.measureMs ?? 0,
    endMs: changes.endMs ?? 100,
    recordsMax: changes.recordsMax ?? Number.POSITIVE_INFINITY,
    burstRecords: 64,
    onSlip: changes.onSlip ?? (() => {})
  })
}

describe('a loader with a schedule', () => {
  test('sends what is due and no more, until no record is due', async () => {
    const sink = new CountingSink()
    const result = await run(sink)
    expect(sink.records.map(({ due }) => due)).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(result).toMatchObject({ sent: 100, measured: 100, waitedMs: 0 })
    expect(sink.flushes).toBe(1)
  })

  test('sends its lead without measuring it, and marks the first record that counts', async () => {
    const sink = new CountingSink()
    expect(await run(sink, { measureMs: 40 })).toMatchObject({ sent: 100, measured: 60 })
    expect(sink.records.filter(({ isTimed }) => isTimed)).toHaveLength(60)
    expect(sink.records.find(({ isTimed }) => isTimed)?.due).toBe(40)
    expect(sink.marks).toBe(1)
  })

  test('keeps the due time of a record that could not leave when it was due', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    let stalls = 1
    sink.onReady = () => {
      if (clock.timeMs >= 20 && stalls-- > 0) clock.timeMs += 50
    }
    await run(sink, { clock })
    const late = sink.records.filter(({ due, sent }) => sent - due >= 1)
    expect(late.map(({ due }) => due)).toEqual(Array.from({ length: 49 }, (_, index) => 21 + index))
    expect(sink.records).toHaveLength(100)
  })

  test('is not blamed for what the engine made it wait', async () => {
    const clock = new SteppedClock()
    const sink = new CountingSink()
    sink.onReady = () => {
      if (clock.timeMs === 20) clock.timeMs += 50
    }
    const slips: number[] = []
    await run(sink, { clock, onSlip: micros => slips.push(micros) })
    expect(Math.max(...slips)).toBe(0)
  })

  test('may take as long to catch up as it was made to wait, and no longer', async () => {
    const clock = new SteppedClock()
    const sink = new CountingSink()
    sink.onReady = () => {
      if (clock.timeMs >= 20 && clock.timeMs < 21) clock.timeMs += 50
    }
    // A record takes 1.2 ms to send, and one is due each millisecond: it never catches up.
    sink.send = () => {
      clock.timeMs += clock.timeMs >= 70 ? 1.2 : 0
    }
    const slips: number[] = []
    await run(sink, { clock, endMs: 200, onSlip: micros => slips.push(micros) })
    // In the 50 ms of grace 41 records left, each as soon as the one before had.
    const excused = slips.slice(21, 62)
    expect(Math.max(...excused)).toBeLessThan(1300)
    expect(slips[63]).toBeGreaterThan(45_000)
  })

  test('is blamed for its own lateness', async () => {
    const clock = new SteppedClock()
    const late = Object.assign(new SteppedClock(), {
      monotonic: () => clock.timeMs,
      // Wakes 10 ms late each time, as a thread does that gets a fifth of a core.
      after: (delayMs: number, action: () => void) => clock.after(delayMs + 10, action)
    })
    const slips: number[] = []
    await run(new CountingSink(), { clock: late, endMs: 1000, onSlip: micros => slips.push(micros) })
    expect(slips).toHaveLength(1000)
    expect(Math.max(...slips)).toBeCloseTo(10_000, 6)
  })

  test('ends after so many records, or when it is told to', async () => {
    const sink = new CountingSink()
    expect((await run(sink, { recordsMax: 7 })).sent).toBe(7)
    const stopped = new CountingSink()
    expect((await run(stopped, { isStopped: () => stopped.records.length >= 5 })).sent).toBe(5)
  })

  test('counts the bursts in which its records left', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    expect((await run(sink, { clock })).bursts).toBe(100)
    const coarse = Object.assign(new SteppedClock(), {
      monotonic: () => clock.timeMs,
      after: (_: number, action: () => void) => clock.after(5, action)
    })
    clock.timeMs = 0
    expect((await run(new CountingSink(), { clock: coarse })).bursts).toBe(21)
  })

  test('has no result when a record failed, in a burst or at the end', async () => {
    const sink = new CountingSink()
    sink.onReady = () => {
      sink.failure = new Error('the disk is full.')
    }
    await expect(run(sink)).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: 'No result: records failed, the first with: the disk is full.'
    })
    const unheard = new CountingSink()
    unheard.flush = () => Promise.reject(new Error('2 records were not delivered'))
    await expect(run(unheard)).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
  })
})

describe('a loader at saturation', () => {
  test('sends bursts with room between them, and times one record in sixteen', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    sink.onReady = () => {
      clock.timeMs += 3
    }
    const result = await run(sink, { clock, recordsPerSecond: null, endMs: 9 })
    expect(result).toMatchObject({ sent: 192, measured: 192, waitedMs: 9, elapsedMs: 9 })
    expect(sink.records.filter(({ isTimed }) => isTimed)).toHaveLength(12)
    expect(sink.records.every(({ due, sent }) => due === sent)).toBe(true)
  })

  test('does not measure its lead', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    sink.onReady = () => {
      clock.timeMs += 3
    }
    const result = await run(sink, { clock, recordsPerSecond: null, measureMs: 4, endMs: 9 })
    expect(result).toMatchObject({ sent: 192, measured: 64 })
    expect(sink.records.filter(({ isTimed }) => isTimed)).toHaveLength(4)
  })
})

/** A partition that falls silent again and again, behind a producer with room for `room` records. */
class StalledSink extends CountingSink {
  readonly scheduled = new Histogram()
  readonly sent = new Histogram()
  #pending: SentRecord[] = []
  readonly #clock: SteppedClock
  readonly #stall: Stall
  readonly #room: number

  constructor(clock: SteppedClock, stall: Stall, room: number) {
    super()
    this.#clock = clock
    this.#stall = stall
    this.#room = room
  }

  override send(due: number, sent: number, isTimed: boolean): void {
    this.#pending.push({ due, sent, isTimed })
    if (stalledUntil(this.#stall, this.#clock.timeMs) === null) this.#answer()
  }

  override async ready(): Promise<void> {
    if (this.#pending.length < this.#room) return
    this.#clock.timeMs = stalledUntil(this.#stall, this.#clock.timeMs) ?? this.#clock.timeMs
    this.#answer()
  }

  override async flush(): Promise<void> {
    this.#answer()
  }

  #answer(): void {
    const now = this.#clock.timeMs
    for (const { due, sent } of this.#pending) {
      this.scheduled.record((now - due) * 1000)
      this.sent.record((now - sent) * 1000)
    }
    this.#pending = []
  }
}

describe('a partition that is silent for 200 ms of each second', () => {
  test('shows in the latency from the due time, and hides in the one from the sending', async () => {
    const clock = new SteppedClock()
    const sink = new StalledSink(clock, { silentMs: 200, periodMs: 1000 }, 50)
    const slips: number[] = []
    await run(sink, { clock, recordsPerSecond: 10_000, endMs: 5000, onSlip: micros => slips.push(micros) })
    expect(sink.scheduled.total).toBe(50_000)
    expect(sink.scheduled.quantile(0.99)).toBeGreaterThanOrEqual(190_000)
    expect(sink.scheduled.max).toBeLessThanOrEqual(200_200)
    // Only what filled the room at the begin of each silence was sent before it.
    expect(sink.sent.quantile(0.99)).toBeLessThan(1000)
    expect(sink.sent.max).toBeGreaterThan(195_000)
    expect(Math.max(...slips)).toBeLessThan(1)
  })

  test('shows in both where everything that comes has room', async () => {
    const clock = new SteppedClock()
    const sink = new StalledSink(clock, { silentMs: 200, periodMs: 1000 }, Number.POSITIVE_INFINITY)
    await run(sink, { clock, recordsPerSecond: 10_000, endMs: 5000 })
    expect(sink.scheduled.quantile(0.99)).toBeGreaterThanOrEqual(189_000)
    expect(sink.sent.quantile(0.99)).toBeGreaterThanOrEqual(189_000)
  })
})
