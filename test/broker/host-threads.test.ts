import { expect, test } from 'vitest'
import { createEngine } from '../../src/broker/engine.ts'
import { HostThreads } from '../../src/broker/host-threads.ts'
import { BELL_ROWS } from '../../src/threads/bells.ts'

const MIB = 2 ** 20
/** Nothing is started by placing. */
const NOWHERE = new URL('file:///nowhere.js')

test('partitions have threads of their own as long as there are some, and then share them evenly', () => {
  const threads = new HostThreads(createEngine(4 * MIB), NOWHERE, 3)
  const placed = Array.from({ length: 10 }, () => threads.place())
  expect(new Set(placed.slice(0, 3)).size).toBe(3)
  const counts = placed.slice(0, 3).map(thread => placed.filter(other => other === thread).length)
  expect(counts).toEqual([4, 3, 3])
})

test('where clients have all the bells, threads are shared sooner', () => {
  const engine = createEngine(4 * MIB)
  const threads = new HostThreads(engine, NOWHERE, 3)
  const first = threads.place()
  for (let row = 1; row < BELL_ROWS; row++) engine.bellRows.take()
  expect(threads.place()).toBe(first)
})

test('the first thread needs a bell', () => {
  const engine = createEngine(4 * MIB)
  for (let row = 0; row < BELL_ROWS; row++) engine.bellRows.take()
  expect(() => new HostThreads(engine, NOWHERE, 3).place()).toThrow('a cluster has 256 bells')
})
