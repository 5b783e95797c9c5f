import { describe, expect, test } from 'vitest'
import { BatchOutcome, UnheardFailures } from '../../../src/clients/producer/batch-outcome.ts'
import { RecordFuture, type RecordMetadata } from '../../../src/clients/producer/record-future.ts'

const FAILURE = new Error('refused')

function outcomeOf(records: number): { outcome: BatchOutcome; unheard: UnheardFailures } {
  const unheard = new UnheardFailures()
  const outcome = new BatchOutcome('t', 3, unheard)
  for (let index = 0; index < records; index++) outcome.noteRecord(index, 1000 + Math.floor(index / 2), null)
  return { outcome, unheard }
}

describe('a future', () => {
  test('is a promise once it is awaited, before or after the answer', async () => {
    const { outcome } = outcomeOf(5)
    const early = new RecordFuture(outcome, 1)
    const awaited = early.then(({ offset }) => offset)
    outcome.succeed(100, -1, 5)
    outcome.deliver()
    expect(await awaited).toBe(101)
    expect(await new RecordFuture(outcome, 4)).toEqual({
      topic: 't',
      partition: 3,
      offset: 104,
      timestamp: 1002
    })
    expect(await early).toEqual(await early)
  })

  test('has catch and finally', async () => {
    const { outcome } = outcomeOf(1)
    outcome.fail(FAILURE, 1)
    outcome.deliver()
    const future = new RecordFuture(outcome, 0)
    expect(await future.catch(error => error)).toBe(FAILURE)
    let isOver = false
    await expect(
      future.finally(() => {
        isOver = true
      })
    ).rejects.toBe(FAILURE)
    expect(isOver).toBe(true)
  })

  test('of a record without a batch waits for one', async () => {
    const future = new RecordFuture(null, -1)
    const awaited = future.then(({ offset }) => offset)
    const { outcome } = outcomeOf(2)
    future.attach(outcome, 1)
    outcome.succeed(7, -1, 2)
    outcome.deliver()
    expect(await awaited).toBe(8)
  })
})

describe('an outcome', () => {
  test('gives the time of the append where the topic says so', async () => {
    const { outcome } = outcomeOf(2)
    outcome.succeed(0, 5555, 2)
    outcome.deliver()
    expect((await new RecordFuture(outcome, 1)).timestamp).toBe(5555)
  })

  test('keeps the time of every record, also when they go back and forth', async () => {
    const { outcome } = outcomeOf(0)
    const times = [5, 5, 9, 5, 0, 0, 7]
    times.forEach((time, index) => {
      outcome.noteRecord(index, time, null)
    })
    outcome.succeed(0, -1, times.length)
    outcome.deliver()
    const found = await Promise.all(
      times.map(async (_, index) => (await new RecordFuture(outcome, index)).timestamp)
    )
    expect(found).toEqual(times)
  })

  test('is settled once and delivered once', () => {
    const { outcome } = outcomeOf(1)
    outcome.succeed(0, -1, 1)
    expect(() => outcome.fail(FAILURE, 1)).toThrow('settled once')
    outcome.deliver()
    expect(() => outcome.deliver()).toThrow('delivered once')
  })

  test('calls callbacks in order, and all of them although one throws', async () => {
    const { outcome } = outcomeOf(0)
    const heard: (number | undefined)[] = []
    const faults: unknown[] = []
    const onFault = (error: unknown): void => {
      faults.push(error)
    }
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', onFault)
    try {
      const callbackOf = (index: number) => (_: Error | null, metadata: RecordMetadata | null) => {
        heard.push(metadata?.offset)
        if (index === 0) throw FAILURE
      }
      for (const index of [0, 1, 3]) outcome.noteRecord(index, 1, callbackOf(index))
      outcome.succeed(10, -1, 4)
      outcome.deliver()
      await new Promise(resolve => setImmediate(resolve))
    } finally {
      process.removeListener('uncaughtException', onFault)
      for (const listener of before) process.on('uncaughtException', listener)
    }
    expect(heard).toEqual([10, 11, 13])
    expect(faults).toEqual([FAILURE])
  })
})

describe('failures nobody hears of', () => {
  test('are those without callback whose future is not awaited', () => {
    const { outcome, unheard } = outcomeOf(2)
    outcome.noteRecord(2, 1, () => {})
    new RecordFuture(outcome, 0).catch(() => {})
    outcome.fail(FAILURE, 3)
    outcome.deliver()
    expect(unheard.count).toBe(1)
    expect(unheard.first).toBe(FAILURE)
  })

  test('a record with a callback that is awaited too counts once', () => {
    const { outcome, unheard } = outcomeOf(1)
    outcome.noteRecord(1, 1, () => {})
    new RecordFuture(outcome, 1).catch(() => {})
    outcome.fail(FAILURE, 2)
    expect(unheard.count).toBe(1)
  })

  test('awaiting late is hearing too, once per record', () => {
    const { outcome, unheard } = outcomeOf(3)
    outcome.noteRecord(3, 1, () => {})
    outcome.fail(FAILURE, 4)
    outcome.deliver()
    expect(unheard.count).toBe(3)
    const future = new RecordFuture(outcome, 1)
    future.catch(() => {})
    future.catch(() => {})
    expect(unheard.count).toBe(2)
    new RecordFuture(outcome, 3).catch(() => {})
    expect(unheard.count).toBe(2)
  })

  test('awaiting one that was reported already is not hearing of another', () => {
    const unheard = new UnheardFailures()
    const [reported, later] = [0, 1].map(() => {
      const outcome = new BatchOutcome('t', 3, unheard)
      for (const index of [0, 1]) outcome.noteRecord(index, 1, null)
      return outcome
    })
    if (reported === undefined || later === undefined) throw new Error('there are two outcomes')
    reported.fail(FAILURE, 2)
    reported.deliver()
    unheard.clear()
    later.fail(FAILURE, 2)
    later.deliver()
    new RecordFuture(reported, 0).catch(() => {})
    expect(unheard.count).toBe(2)
    new RecordFuture(later, 0).catch(() => {})
    expect(unheard.count).toBe(1)
  })
})

describe('a split', () => {
  test('hands callbacks and awaited futures to the part that holds the record', async () => {
    const { outcome, unheard } = outcomeOf(4)
    const heard: (number | undefined)[] = []
    outcome.noteRecord(4, 1, (_, metadata) => heard.push(metadata?.offset))
    const before = new RecordFuture(outcome, 3).then(({ offset }) => offset)
    const parts = [2, 3].map(records => {
      const part = new BatchOutcome('t', 3, unheard)
      for (let index = 0; index < records; index++) part.noteRecord(index, 1, null)
      return part
    })
    const [first, second] = parts
    if (first === undefined || second === undefined) throw new Error('there are two parts')
    outcome.split([
      { fromIndex: 0, outcome: first },
      { fromIndex: 2, outcome: second }
    ])
    const after = new RecordFuture(outcome, 1).then(({ offset }) => offset)
    first.succeed(50, -1, 2)
    first.deliver()
    second.succeed(80, -1, 3)
    second.deliver()
    expect(await after).toBe(51)
    expect(await before).toBe(81)
    expect(heard).toEqual([82])
  })
})
