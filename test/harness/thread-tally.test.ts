import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { TallyBoard, ThreadTally } from '../../src/harness/thread-tally.ts'

describe('a tally', () => {
  test('sums what its threads published, each in a row of its own', () => {
    const board = new TallyBoard(3)
    new ThreadTally(board.buffer, 0).publish(10, 12, 5)
    new ThreadTally(board.buffer, 2).publish(7, 7, 3)
    expect([board.finished(), board.offered()]).toEqual([17, 19])
    expect([board.batchesLeast(1), board.batchesLeast(2), board.batchesLeast(3)]).toEqual([5, 0, 0])
  })

  test('tells the records of each thread', () => {
    const board = new TallyBoard(2)
    new ThreadTally(board.buffer, 1).publish(10, 12, 5)
    expect([0, 1].map(row => [board.finishedBy(row), board.offeredBy(row)])).toEqual([
      [0, 0],
      [10, 12]
    ])
  })

  test('tells every thread when to stop, until the next run', () => {
    const board = new TallyBoard(2)
    const thread = new ThreadTally(board.buffer, 1)
    expect([thread.isStopped, board.isStopped]).toEqual([false, false])
    board.stop()
    expect([thread.isStopped, board.isStopped]).toEqual([true, true])
    thread.publish(1, 1, 1)
    board.reset()
    expect([thread.isStopped, board.finished(), board.batchesLeast(2)]).toEqual([false, 0, 0])
  })

  test('has no row for a thread too many', () => {
    expect(() => new ThreadTally(new TallyBoard(2).buffer, 2)).toThrow(InvariantError)
  })
})
