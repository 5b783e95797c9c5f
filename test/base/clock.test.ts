import { expect, test } from 'vitest'
import { processClock, systemClock } from '../../src/base/clock.ts'

/** The machine's own count, on which all threads of a process agree. */
function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

test('the clock of the process reads the same as the count that all its threads share', () => {
  const before = machineMs()
  const read = processClock.monotonic()
  const after = machineMs()
  // The offset is known to what two calls in a row take.
  expect(read).toBeGreaterThan(before - 0.05)
  expect(read).toBeLessThan(after + 0.05)
})

test('both clocks go equally fast', () => {
  const offsets = Array.from({ length: 50 }, () => {
    const own = systemClock.monotonic()
    return processClock.monotonic() - own
  })
  expect(Math.min(...offsets)).toBeGreaterThan(0)
  expect(Math.min(...offsets.slice(0, 25)) - Math.min(...offsets.slice(25))).toBeCloseTo(0, 1)
})
