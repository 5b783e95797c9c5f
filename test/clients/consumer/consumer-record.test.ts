import { expect, test } from 'vitest'
import { RecordDeserializationError } from '../../../src/clients/consumer/record-deserialization-error.ts'
import { append, codeOf, EARLIEST, FIRST, open, SECOND, valuesOf } from './rig.ts'

test('keys and values are made once, when the record is', async () => {
  let calls = 0
  const { consumer, log } = open<string, number>({
    ...EARLIEST,
    'key.deserializer': 'string',
    'value.deserializer': bytes => {
      calls += 1
      return Number(Buffer.from(bytes).toString())
    }
  })
  append(log(), ['10', '20'])
  consumer.assign([FIRST])
  const records = await consumer.poll(0)
  expect(calls).toBe(2)
  expect(records.map(({ key, value }) => [key, value, value])).toEqual([
    ['k-10', 10, 10],
    ['k-20', 20, 20]
  ])
  expect(calls).toBe(2)
  expect(records.map(record => [record.serializedKeySize, record.serializedValueSize])).toEqual([
    [4, 2],
    [4, 2]
  ])
})

test('null stays null, and what a deserializer gives as undefined is null', async () => {
  const { consumer, log } = open<string, unknown>({
    ...EARLIEST,
    'key.deserializer': 'string',
    'value.deserializer': () => undefined
  })
  append(log(), [null, 'x'])
  consumer.assign([FIRST])
  const [tombstone, record] = await consumer.poll(0)
  expect([tombstone?.key, tombstone?.value, tombstone?.serializedValueSize]).toEqual([null, null, -1])
  expect(record?.value).toBeNull()
})

test('a record tells how far the log reached when it was fetched', async () => {
  const { consumer, log } = open(EARLIEST)
  append(log(), ['a', 'b', 'c'])
  consumer.assign([FIRST])
  expect(consumer.lag(FIRST)).toBeNull()
  const records = await consumer.poll(0)
  expect(records.map(({ offset, highWatermark }) => highWatermark - offset)).toEqual([3, 2, 1])
  append(log(), ['d'])
  expect(consumer.lag(FIRST)).toBe(0)
  expect((await consumer.poll(0))[0]?.highWatermark).toBe(4)
})

test('bytes that are not what is expected are an error with their place, and a seek goes on', async () => {
  const { consumer, log } = open<Uint8Array, unknown>({ ...EARLIEST, 'value.deserializer': 'json' })
  append(log(), ['1', '2'])
  append(log(), ['{', '4'])
  consumer.assign([FIRST])
  expect(valuesOf(await consumer.poll(0))).toEqual(['1', '2'])
  for (let again = 0; again < 2; again++) {
    const error: unknown = await consumer.poll(0).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(RecordDeserializationError)
    expect(error).toMatchObject({
      code: 'HIGHWATER_DESERIALIZATION',
      topic: 't',
      partition: 0,
      offset: 2,
      message: expect.stringMatching(
        /^The value at offset 2 of t-0 cannot be deserialized \(SyntaxError: .*3/s
      )
    })
  }
  consumer.seek(FIRST, 3)
  expect((await consumer.poll(0)).map(({ value }) => value)).toEqual([4])
})

test('one damaged partition does not take the records of another with it', async () => {
  const { consumer, log } = open<Uint8Array, unknown>({ ...EARLIEST, 'value.deserializer': 'json' })
  append(log(0), ['1'])
  append(log(1), ['{'])
  consumer.assign([FIRST, SECOND])
  expect((await consumer.poll(0)).map(({ value }) => value)).toEqual([1])
  expect(await codeOf(consumer.poll(0))).toBe('HIGHWATER_DESERIALIZATION')
  append(log(0), ['2'])
  expect((await consumer.poll(0)).map(({ value }) => value)).toEqual([2])
})
