import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { generateLoad, type LoadSink, type LoadTally } from '../../src/harness/load-generator.ts'

/** A clock that moves when somebody waits for it. */
class SteppedClock implements Clock {
  timeMs = 0
  now = () => this.timeMs
  monotonic = () => this.timeMs
  after(delayMs: number, action: () => void): () => void {
    this.timeMs += delayMs
    queueMicrotask(action)
    return () => {}
  }
}

/** Takes records in no time, but for what `onReady` does to the clock. */
class CountingSink implements LoadSink {
  acknowledged = 0
  failure: Error | null = null
  sentTo: number[] = []
  flushed = 0
  onReady: () => void = () => {}
  onAcknowledged: () => void = () => {}

  get batches(): number {
    return Math.floor(this.acknowledged / 10)
  }

  send(partition: number): void {
    this.sentTo.push(partition)
  }

  async ready(): Promise<void> {
    this.onReady()
    this.acknowledged = this.sentTo.length
  }

  async flush(): Promise<void> {
    this.flushed += 1
  }
}

/** Says stop once `isOver`; keeps what was published. */
class RecordingTally implements LoadTally {
  readonly published: (readonly [finished: number, offered: number, batches: number])[] = []
  readonly #isOver: () => boolean

  constructor(isOver: () => boolean) {
    this.#isOver = isOver
  }

  get isStopped(): boolean {
    return this.#isOver()
  }

  publish(finished: number, offered: number, batches: number): void {
    this.published.push([finished, offered, batches])
  }
}

describe('a loader at saturation', () => {
  test('sends in bursts and looks for room between them, until it is told to stop', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    const tally = new RecordingTally(() => sink.sentTo.length >= 24)
    sink.onReady = () => {
      clock.timeMs += 3
    }
    const options = { sink, tally, clock, partitions: [0], burstRecords: 8, recordsPerSecond: null }
    expect(await generateLoad(options)).toEqual({
      sent: 24,
      waitedMs: 9,
      elapsedMs: 9,
      delayOverInterval: null
    })
    expect(sink.flushed).toBe(1)
    expect(tally.published).toEqual([
      [8, 8, 0],
      [16, 16, 1],
      [24, 24, 2],
      [24, 24, 2]
    ])
  })

  test('publishes what is acknowledged while it waits for room', async () => {
    const sink = new CountingSink()
    const tally = new RecordingTally(() => sink.sentTo.length >= 8)
    sink.onReady = () => {
      sink.acknowledged = 3
      sink.onAcknowledged()
    }
    const clock = new SteppedClock()
    await generateLoad({ sink, tally, clock, partitions: [0], burstRecords: 8, recordsPerSecond: null })
    expect(tally.published[0]).toEqual([3, 8, 0])
  })

  test('lets partitions take turns, over bursts too', async () => {
    const sink = new CountingSink()
    const tally = new RecordingTally(() => sink.sentTo.length >= 8)
    const clock = new SteppedClock()
    const partitions = [0, 1, 2]
    await generateLoad({ sink, tally, clock, partitions, burstRecords: 4, recordsPerSecond: null })
    expect(sink.sentTo).toEqual([0, 1, 2, 0, 1, 2, 0, 1])
  })

  test('ends with the first error of a record', async () => {
    const sink = new CountingSink()
    sink.onReady = () => {
      sink.failure = new Error('the disk is full')
    }
    const tally = new RecordingTally(() => false)
    const clock = new SteppedClock()
    const running = generateLoad({
      sink,
      tally,
      clock,
      partitions: [0],
      burstRecords: 4,
      recordsPerSecond: null
    })
    await expect(running).rejects.toThrow('the disk is full')
  })
})

describe('a loader with a schedule', () => {
  test('sends what is due and no more', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    const tally = new RecordingTally(() => clock.timeMs >= 100)
    const task = { sink, tally, clock, partitions: [0], burstRecords: 64, recordsPerSecond: 1000 }
    const result = await generateLoad(task)
    expect(result.sent).toBeGreaterThanOrEqual(91)
    expect(result.sent).toBeLessThanOrEqual(101)
    expect(result.delayOverInterval).toBe(0)
  })

  test('catches up with its schedule after the engine let it wait', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    let stalls = 1
    sink.onReady = () => {
      if (clock.timeMs >= 20 && stalls-- > 0) clock.timeMs += 50
    }
    const tally = new RecordingTally(() => clock.timeMs >= 100)
    const task = { sink, tally, clock, partitions: [0], burstRecords: 64, recordsPerSecond: 1000 }
    expect((await generateLoad(task)).sent).toBeGreaterThanOrEqual(91)
  })

  test('counts as offered what fell due while there was no room', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    sink.onReady = () => {
      clock.timeMs += 40
    }
    const tally = new RecordingTally(() => clock.timeMs >= 400)
    const task = { sink, tally, clock, partitions: [0], burstRecords: 2, recordsPerSecond: 1000 }
    const { sent } = await generateLoad(task)
    const offered = tally.published.map(([, count]) => count)
    expect(sent).toBeLessThan(30)
    expect(offered.at(-1)).toBeGreaterThan(2 * sent)
    expect(offered).toEqual([...offered].sort((a, b) => a - b))
  })

  test('tells how late its bursts were', async () => {
    const sink = new CountingSink()
    const clock = new SteppedClock()
    const slow = {
      ...clock,
      now: () => clock.timeMs,
      monotonic: () => clock.timeMs,
      // Wakes 10 ms late each time: two ticks of 5 ms.
      after: (delayMs: number, action: () => void) => clock.after(delayMs + 10, action)
    }
    const tally = new RecordingTally(() => clock.timeMs >= 200)
    const task = { sink, tally, clock: slow, partitions: [0], burstRecords: 64, recordsPerSecond: 1000 }
    expect((await generateLoad(task)).delayOverInterval).toBeGreaterThan(1.5)
  })
})
