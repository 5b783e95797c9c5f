import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvariantError } from '../../../../src/base/invariant.ts'
import { EventQueue } from '../../../../src/harness/targets/simulation/sim-events.ts'

interface Taken {
  readonly atMs: number
  readonly kind: number
  readonly subject: number
}

function takeAll(queue: EventQueue): Taken[] {
  const taken: Taken[] = []
  while (queue.nextMs < Number.POSITIVE_INFINITY) {
    const atMs = queue.take()
    taken.push({ atMs, kind: queue.kind, subject: queue.subject })
  }
  return taken
}

test('events come by time, those of one time in the order they were added', () => {
  const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 600 })
  fc.assert(
    fc.property(times, times, (first, second) => {
      const queue = new EventQueue()
      const expected: Taken[] = []
      for (const [subject, atMs] of first.entries()) queue.add(atMs, 1, subject)
      for (const [subject, atMs] of first.entries()) expected.push({ atMs, kind: 1, subject })
      const byTime = (a: Taken, b: Taken): number => a.atMs - b.atMs
      expected.sort(byTime)
      const begun = expected.splice(0, Math.floor(first.length / 2))
      expect(begun.map(() => queue.take())).toEqual(begun.map(({ atMs }) => atMs))
      for (const [subject, atMs] of second.entries()) queue.add(atMs, 2, subject)
      for (const [subject, atMs] of second.entries()) expected.push({ atMs, kind: 2, subject })
      expect(takeAll(queue)).toEqual(expected.toSorted(byTime))
    })
  )
})

test('nothing can be taken from an empty queue', () => {
  const queue = new EventQueue()
  expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY)
  expect(() => queue.take()).toThrow(InvariantError)
})
