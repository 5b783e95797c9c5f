import { describe, expect, test } from 'vitest'
import type { AuditedRecord } from '../../src/harness/audit.ts'
import { type ConsumeSource, consumeUntilStopped } from '../../src/harness/consume-loop.ts'
import type { LoadTally } from '../../src/harness/load-generator.ts'

class StoppableTally implements LoadTally {
  isStopped = false
  finished = 0
  batches = 0
  #stopAfter: number

  constructor(stopAfter: number) {
    this.#stopAfter = stopAfter
  }

  publish(finished: number, _offered: number, batches: number): void {
    this.finished = finished
    this.batches = batches
    if (finished >= this.#stopAfter) this.isStopped = true
  }
}

const VALUE = Uint8Array.of(1, 2, 3)

/** Hands over these offsets, a few at a time, from where it was sought. */
function sourceOf(offsets: readonly number[]): ConsumeSource & { seeks: number[] } {
  let at = 0
  const seeks: number[] = []
  return {
    seeks,
    seek: offset => {
      seeks.push(offset)
      at = offsets.findIndex(stored => stored >= offset)
    },
    read: async each => {
      const slice = offsets.slice(at, at + 4)
      at += slice.length
      for (const offset of slice) {
        const record: AuditedRecord = { offset, bytes: VALUE, valueAt: 0, valueLength: 3 }
        each(record)
      }
      return slice.length
    }
  }
}

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

describe('a measured consumer', () => {
  test('reads in circles over what is there', async () => {
    const source = sourceOf(TEN)
    const tally = new StoppableTally(25)
    const task = { source, tally, handler: null, endOffset: 10, recordsPerBatch: 5, earlierBatches: 0 }
    expect(await consumeUntilStopped(task)).toEqual({ records: 28, batches: 5 })
    expect(source.seeks).toEqual([0, 0, 0])
  })

  test('waits for what comes where it has no end to begin again at', async () => {
    const source = sourceOf(TEN)
    const tally = new StoppableTally(10)
    const task = { source, tally, handler: null, endOffset: null, recordsPerBatch: 5, earlierBatches: 0 }
    expect((await consumeUntilStopped(task)).records).toBe(10)
    expect(source.seeks).toEqual([0])
  })

  test('calls the handler once a record, and passes over what comes after the stop', async () => {
    let handled = 0
    const tally = new StoppableTally(6)
    const task = {
      source: sourceOf(TEN),
      tally,
      handler: () => {
        handled += 1
      },
      endOffset: 10,
      recordsPerBatch: 5,
      earlierBatches: 3
    }
    expect(await consumeUntilStopped(task)).toEqual({ records: 6, batches: 4 })
    expect(handled).toBe(6)
    expect(tally.finished).toBe(6)
  })

  test('refuses a record that was left out, and one that comes twice', async () => {
    for (const offsets of [
      [0, 1, 3],
      [0, 1, 1, 2]
    ]) {
      const tally = new StoppableTally(100)
      const source = sourceOf(offsets)
      const task = { source, tally, handler: null, endOffset: null, recordsPerBatch: 5, earlierBatches: 0 }
      await expect(consumeUntilStopped(task)).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
    }
  })
})
