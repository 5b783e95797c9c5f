import { describe, expect, test } from 'vitest'
import { BenchStamp, type StampedRecord } from '../../../src/harness/benchmark/bench-stamp.ts'
import { HistogramBoard, latencyCounts } from '../../../src/harness/benchmark/histogram-board.ts'
import {
  type ReadResult,
  type ReadSource,
  readUntilStopped
} from '../../../src/harness/benchmark/read-loop.ts'
import { SteppedClock } from '../../support/stepped-clock.ts'

function recordAt(offset: number, dueMicros = 0, lateMicros = 0): StampedRecord {
  const bytes = new Uint8Array(30)
  const stamp = new BenchStamp()
  Object.assign(stamp, { sequence: offset, loader: 0, dueMicros, lateMicros })
  stamp.write(bytes, 0, 0)
  return { offset, bytes, keyAt: 0, keyLength: -1, valueAt: 0, valueLength: 30, endAt: 30 }
}

/** Two partitions in memory, read in slices of three records, in turns. */
class MemorySource implements ReadSource {
  readonly logs: StampedRecord[][]
  readonly seeks: (readonly [place: number, offset: number])[] = []
  readonly #positions: number[]
  #turn = 0

  constructor(logs: StampedRecord[][]) {
    this.logs = logs
    this.#positions = logs.map(() => 0)
  }

  seek(place: number, offset: number): void {
    this.seeks.push([place, offset])
    this.#positions[place] = offset
  }

  async read(each: (record: StampedRecord, place: number) => void): Promise<number> {
    const place = this.#turn++ % this.logs.length
    const from = this.#positions[place]!
    const slice = this.logs[place]!.filter(({ offset }) => offset >= from).slice(0, 3)
    this.#positions[place] = from + slice.length
    for (const record of slice) each(record, place)
    return slice.length
  }
}

const log = (count: number): StampedRecord[] => Array.from({ length: count }, (_, offset) => recordAt(offset))

interface Changes {
  readonly begin?: number[]
  readonly end?: number[] | null
  readonly handler?: (() => void) | null
  readonly reads?: number
}

/** Reads a number of slices. */
async function read(source: MemorySource, changes: Changes = {}) {
  const published: (readonly [number, number, number])[] = []
  let left = changes.reads ?? 6
  const tally = {
    get isStopped() {
      return left <= 0
    },
    publish: (finished: number, offered: number, batches: number) => {
      published.push([finished, offered, batches])
    }
  }
  const counted: ReadSource = {
    seek: (place, offset) => source.seek(place, offset),
    read: each => {
      left -= 1
      return source.read(each)
    }
  }
  const result: ReadResult = await readUntilStopped({
    source: counted,
    tally,
    handler: changes.handler ?? null,
    begin: changes.begin ?? source.logs.map(() => 0),
    end: changes.end ?? null,
    timed: null,
    recordsPerBatch: 4,
    earlierRecords: 10
  })
  return { result, published }
}

describe('a reader', () => {
  test('counts records and bytes of all its partitions, and the batches of its life', async () => {
    const source = new MemorySource([log(6), log(3)])
    const { result, published } = await read(source)
    expect(result).toEqual({ records: 9, bytes: 270 })
    expect(published.at(-1)).toEqual([9, 9, 4])
    expect(source.seeks).toEqual([
      [0, 0],
      [1, 0]
    ])
  })

  test('goes in circles over what is there once every partition is at its end', async () => {
    const source = new MemorySource([log(6), log(3)])
    const { result } = await read(source, { end: [6, 3], reads: 9 })
    expect(result.records).toBe(24)
    expect(source.seeks).toHaveLength(6)
  })

  test('does not count what lies behind the end', async () => {
    const source = new MemorySource([log(6)])
    const { result } = await read(source, { end: [4], reads: 2 })
    expect(result.records).toBe(4)
  })

  test('has no result when a record is left out or comes twice', async () => {
    const holed = new MemorySource([log(6).filter(({ offset }) => offset !== 2)])
    await expect(read(holed)).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: 'No result: a reader got the record at offset 3 of its partition 0 where offset 2 was due.'
    })
    const doubled = new MemorySource([[...log(2), recordAt(1)]])
    await expect(read(doubled)).rejects.toThrow('at offset 1 of its partition 0 where offset 2 was due')
  })

  test('hands each record to its handler, and passes over what comes after the stop', async () => {
    let handled = 0
    const source = new MemorySource([log(6)])
    const { result, published } = await read(source, {
      reads: 2,
      handler: () => {
        handled += 1
      }
    })
    // The second slice was asked for before the stop, and came after it.
    expect([handled, result.records]).toEqual([3, 3])
    expect(published.map(([finished]) => finished)).toEqual([1, 2, 3, 3, 3])
  })
})

/** Reads the log once, `readMs` after the start of the run. */
async function timedRead(log: StampedRecord[], readMs: number, measureMicros: number) {
  const clock = new SteppedClock()
  clock.timeMs = 1000 + readMs
  const board = new HistogramBoard(1)
  const source = new MemorySource([log])
  let isStopped = false
  await readUntilStopped({
    source: {
      seek: () => {},
      read: each => {
        isStopped = true
        return source.read(each)
      }
    },
    tally: {
      get isStopped() {
        return isStopped
      },
      publish: () => {}
    },
    handler: null,
    begin: [0],
    end: null,
    timed: {
      clock,
      latency: {
        scheduled: latencyCounts(board.buffer, 0, 'scheduled'),
        sent: latencyCounts(board.buffer, 0, 'sent')
      },
      isStampInHeader: false,
      startMs: 1000,
      measureMicros
    },
    recordsPerBatch: 1,
    earlierRecords: 0
  })
  return { scheduled: board.take('scheduled'), sent: board.take('sent') }
}

test('a reader tells how long records took since they were due and since they were sent', async () => {
  const log = [recordAt(0, 5000, 0), recordAt(1, 20_000, 4000), recordAt(2, 30_000, 0)]
  const { scheduled, sent } = await timedRead(log, 50, 10_000)
  // Read 50 ms after the start: due 30 and 20 ms before, one sent 26 ms before. The first one is lead.
  expect([scheduled.total, scheduled.quantile(0), scheduled.max]).toEqual([2, 20_015, 30_015])
  expect([sent.total, sent.quantile(0), sent.max]).toEqual([2, 20_015, 26_015])
})

test('a reader tells it too of a run so long that its stamps begin again', async () => {
  const roundMicros = 2 ** 32
  const log = [recordAt(0, roundMicros - 10_000, 0), recordAt(1, roundMicros + 10_000, 4000)]
  const { scheduled, sent } = await timedRead(log, (roundMicros + 20_000) / 1000, 500_000)
  expect([scheduled.total, scheduled.quantile(0), scheduled.max]).toEqual([2, 10_007, 30_015])
  expect([sent.total, sent.quantile(0)]).toEqual([2, 6_003])
})
