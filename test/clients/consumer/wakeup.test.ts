import { expect, test } from 'vitest'
import { Wakeup } from '../../../src/clients/consumer/wakeup.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

const NEVER = new Promise<void>(() => {})

test('a wait ends with what it waits for, with the time, or with an interruption', async () => {
  const clock = new ManualClock()
  const wakeup = new Wakeup(clock)
  expect(await wakeup.during(Promise.resolve(), 10)).toBe(true)
  const timed = wakeup.during(NEVER, 10)
  clock.advance(10)
  expect(await timed).toBe(false)
  const both = Promise.all([wakeup.during(NEVER, 10), wakeup.pause(10)])
  wakeup.interrupt()
  expect(await both).toEqual([false, undefined])
  expect(clock.timerCount).toBe(0)
  expect(() => wakeup.check()).not.toThrow()
})

test('a request is told once, and ends a wait that begins after it', async () => {
  const clock = new ManualClock()
  const wakeup = new Wakeup(clock)
  wakeup.request()
  expect(await wakeup.during(NEVER, 10)).toBe(false)
  expect(() => wakeup.check()).toThrow('wakeup() ended the call')
  expect(() => wakeup.check()).not.toThrow()
})

test('what the awaited throws is thrown, and an interruption before leaves nothing unheard', async () => {
  const clock = new ManualClock()
  const wakeup = new Wakeup(clock)
  await expect(wakeup.during(Promise.reject(new Error('lost')), 10)).rejects.toThrow('lost')
  const failing = Promise.resolve().then(() => Promise.reject(new Error('too late')))
  const waiting = wakeup.during(failing, 10)
  wakeup.interrupt()
  expect(await waiting).toBe(false)
  await settled()
})
