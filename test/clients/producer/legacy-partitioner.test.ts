import { expect, test } from 'vitest'
import { NO_LEADER } from '../../../src/clients/producer/legacy-partitioner.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { keyed, LoadedTopic } from './loaded-topic.ts'
import { ProducerBench } from './producer-bench.ts'

const LEGACY = { 'partitioner.class': 'legacy-0.8' } as const
const MINUTE_MS = 60_000

test('records without a key keep their partition for ten minutes, then it is drawn anew', () => {
  const clock = new ManualClock()
  const topic = new LoadedTopic(new Array<number>(1000).fill(0))
  const partitioner = topic.partitioner(LEGACY, clock)
  const first = partitioner.choose(keyed(null))
  for (let minute = 0; minute < 9; minute++) {
    clock.advance(MINUTE_MS)
    expect(partitioner.choose(keyed(null))).toBe(first)
  }
  clock.advance(MINUTE_MS)
  const second = partitioner.choose(keyed(null))
  expect(second).not.toBe(first)
  expect(partitioner.choose(keyed(null))).toBe(second)
})

test('a partition that lost its leader is left at once, and without any leader there is none', () => {
  const topic = new LoadedTopic([0, 0])
  const partitioner = topic.partitioner(LEGACY)
  const first = partitioner.choose(keyed(null))
  topic.leaders[first] = false
  expect(partitioner.choose(keyed(null))).toBe(1 - first)
  topic.leaders[1 - first] = false
  expect(partitioner.choose(keyed(null))).toBe(NO_LEADER)
})

// "abc".hashCode() is 96354, "polygenelubricants".hashCode() is the least integer, whose absolute value is
// taken as 0; Arrays.hashCode of the bytes 1, 2, 255 is 31 * (31 * (31 + 1) + 2) - 1.
test.each([
  ['abc', 96354 % 7],
  ['polygenelubricants', 0],
  ['\uffff', 0xffff % 7]
])('a text key %j goes by its hash in Java', (key, expected) => {
  const topic = new LoadedTopic(new Array<number>(7).fill(0))
  expect(topic.partitioner(LEGACY).choose(keyed(key))).toBe(expected)
})

test('a key of bytes goes by the hash of signed bytes', () => {
  const topic = new LoadedTopic(new Array<number>(1000).fill(0))
  const key = Uint8Array.of(1, 2, 255)
  const record = { ...keyed(null), key, source: { topic: 't', key, value: 'v' } }
  const hash = 31 * (31 * (31 + 1) + 2) - 1
  expect(topic.partitioner(LEGACY).choose(record)).toBe(hash % 1000)
})

test('a producer gives it the key as it came', async () => {
  const bench = await ProducerBench.start({ ...LEGACY, 'linger.ms': 0 }, 7)
  bench.lane.isPrompt = true
  const future = bench.producer.send({ topic: 't', key: 'abc', value: 'v' })
  await bench.advance(1)
  expect((await future).partition).toBe(96354 % 7)
})
