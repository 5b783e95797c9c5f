import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { cutRun, pause, rateBetween, type Sample, sampleRun } from '../../src/harness/run-series.ts'

/** A clock that moves when somebody waits for it, and wakes late by turns. */
function steppedClock(lateMs = 0): Clock {
  let timeMs = 1000
  let turn = 0
  return {
    now: () => timeMs,
    monotonic: () => timeMs,
    after(delayMs, action) {
      timeMs += delayMs + (turn++ % 2) * lateMs
      queueMicrotask(action)
      return () => {}
    }
  }
}

const NEVER = new AbortController().signal

describe('a sampled run', () => {
  test('has its first sample at once and one a window from then on', async () => {
    const clock = steppedClock()
    let records = 0
    const samples = await sampleRun({
      clock,
      windowMs: 50,
      signal: NEVER,
      read: () => records++,
      isOver: elapsedMs => elapsedMs >= 150
    })
    expect(samples).toEqual([
      { atMs: 1000, records: 0 },
      { atMs: 1050, records: 1 },
      { atMs: 1100, records: 2 },
      { atMs: 1150, records: 3 }
    ])
  })

  test('does not drift when it wakes late', async () => {
    const samples = await sampleRun({
      clock: steppedClock(20),
      windowMs: 50,
      signal: NEVER,
      read: () => 0,
      isOver: elapsedMs => elapsedMs >= 200
    })
    expect(samples.map(({ atMs }) => atMs)).toEqual([1000, 1050, 1120, 1150, 1220])
  })

  test('ends at once when it is interrupted', async () => {
    const interruption = new AbortController()
    const waiting = sampleRun({
      clock: { ...steppedClock(), after: () => () => {} },
      windowMs: 50,
      signal: interruption.signal,
      read: () => 0,
      isOver: () => false
    })
    interruption.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
    await expect(pause(steppedClock(), 1, interruption.signal)).rejects.toMatchObject({
      code: 'HIGHWATER_INTERRUPTED'
    })
  })
})

describe('a cut run', () => {
  test('counts bytes by the time that really passed', () => {
    const from: Sample = { atMs: 100, records: 50 }
    expect(rateBetween(from, { atMs: 350, records: 150 }, 1000)).toBe(400_000)
  })

  test('leaves the warm-up out of its rate, but keeps it to be shown', () => {
    const samples: Sample[] = [{ atMs: 0, records: 0 }]
    for (let window = 1; window <= 15; window++) {
      const before = samples[window - 1]!.records
      samples.push({ atMs: window * 100, records: before + (window <= 3 ? 20 : 100 + (window % 3)) })
    }
    const run = cutRun(samples, 100, 1000)
    expect(run).toMatchObject({
      windowMs: 100,
      from: 3,
      steady: true,
      reason: 'Steady after 3 of 15 windows.'
    })
    expect(run.windows.length).toBe(15)
    expect(run.bytesPerSecond).toBeCloseTo(1.01e6, -2)
  })

  test('says that it is not steady where it is too short to tell', () => {
    const samples = [0, 1, 2].map(window => ({ atMs: window * 100, records: window * 100 }))
    expect(cutRun(samples, 100, 1000)).toMatchObject({ steady: false, from: 0, bytesPerSecond: 1e6 })
  })
})
