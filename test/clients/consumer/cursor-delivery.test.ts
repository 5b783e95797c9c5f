import { expect, test } from 'vitest'
import { append, EARLIEST, FIRST, makeControl, open, range, SECOND } from './rig.ts'

async function seenIn(consumer: ReturnType<typeof open>['consumer']): Promise<number[]> {
  const seen: number[] = []
  await consumer.forEach(record => {
    seen.push(record.offset)
  })
  return seen
}

const polledIn = async (consumer: ReturnType<typeof open>['consumer']): Promise<number[]> =>
  (await consumer.poll(0)).map(({ offset }) => offset)

test('a range ends inside a batch, and the cursor is not moved beyond', async () => {
  const { consumer, log } = open(EARLIEST)
  append(log(), range(0, 5))
  append(log(), range(5, 10))
  consumer.assign([{ ...FIRST, from: 3, to: 7 }])
  expect(await seenIn(consumer)).toEqual([3, 4, 5, 6])
  expect(await consumer.position(FIRST)).toBe(7)
  expect(consumer.isAtEnd).toBe(true)
  expect(await seenIn(consumer)).toEqual([])
})

test('a handler that throws in the last batch of a range gets its record again', async () => {
  const { consumer, log } = open(EARLIEST)
  append(log(), range(0, 10))
  consumer.assign([{ ...FIRST, to: 4 }])
  const failing = consumer.forEach(({ offset }) => {
    if (offset === 2) throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await seenIn(consumer)).toEqual([2, 3])
})

test('batches that show no record are left behind, at the end of the log too', async () => {
  const { consumer, channel, log } = open({ ...EARLIEST, 'check.crcs': false })
  append(log(), range(0, 2))
  append(log(), range(2, 4))
  makeControl(log())
  consumer.assign([FIRST])
  expect(await seenIn(consumer)).toEqual([0, 1])
  expect(await consumer.position(FIRST)).toBe(4)
  const before = channel.fetchLane.fetchCount
  await consumer.forEach(() => {}, { timeoutMs: 100, blocking: true })
  expect(channel.fetchLane.fetchCount - before).toBeLessThanOrEqual(2)
})

test('a range ends at its end where the log has no record there', async () => {
  for (const read of [seenIn, polledIn]) {
    const { consumer, log } = open({ ...EARLIEST, 'check.crcs': false })
    append(log(), range(0, 2))
    append(log(), range(2, 6))
    makeControl(log())
    consumer.assign([{ ...FIRST, to: 4 }])
    expect(await read(consumer)).toEqual([0, 1])
    expect(await consumer.position(FIRST)).toBe(4)
    expect(consumer.isAtEnd).toBe(true)
  }
})

test('fetch.max.bytes bounds what one call reads of all partitions together', async () => {
  const { consumer, log } = open({ ...EARLIEST, 'fetch.max.bytes': 100 })
  for (const index of [0, 1]) append(log(index), ['x'.repeat(200)])
  consumer.assign([FIRST, SECOND])
  expect(await seenIn(consumer)).toEqual([0])
  expect(await seenIn(consumer)).toEqual([0])
  expect([await consumer.position(FIRST), await consumer.position(SECOND)]).toEqual([1, 1])
})
