import { expect, test } from 'vitest'
import { StartQueue } from '../../src/broker/start-queue.ts'

function queueOf(names: readonly string[], startingMax: number) {
  const queue = new StartQueue(startingMax, startingMax)
  const started: string[] = []
  const starts = names.map(name => () => void started.push(name))
  for (const start of starts) queue.ask(start)
  return { queue, started, starts }
}

test('only so many start at a time, and the next ones in the order they asked', () => {
  const { queue, started } = queueOf(['a', 'b', 'c', 'd'], 2)
  expect(started).toEqual(['a', 'b'])
  queue.finished()
  expect(started).toEqual(['a', 'b', 'c'])
  queue.finished()
  queue.finished()
  queue.finished()
  queue.ask(() => void started.push('e'))
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('one that withdraws before its turn never starts, and takes no turn from another', () => {
  const { queue, started, starts } = queueOf(['a', 'b', 'c'], 1)
  expect(queue.withdraw(starts[1]!)).toBe(true)
  expect(queue.withdraw(starts[1]!)).toBe(false)
  expect(queue.withdraw(starts[0]!)).toBe(false)
  queue.finished()
  expect(started).toEqual(['a', 'c'])
})

test('one that comes back goes before those that never served, and waits only for a place of its own', () => {
  const started: string[] = []
  const queue = new StartQueue(1, 2)
  queue.ask(() => started.push('first'))
  queue.ask(() => started.push('second'))
  queue.askAgain(() => started.push('again'))
  expect(started).toEqual(['first', 'again'])
  const lost = (): void => void started.push('lost')
  queue.askAgain(lost)
  queue.askAgain(() => started.push('once more'))
  expect(queue.withdraw(lost)).toBe(true)
  expect(started).toEqual(['first', 'again'])
  queue.finished()
  expect(started).toEqual(['first', 'again', 'once more'])
  queue.finished()
  expect(started).toEqual(['first', 'again', 'once more'])
  queue.finished()
  expect(started).toEqual(['first', 'again', 'once more', 'second'])
})
