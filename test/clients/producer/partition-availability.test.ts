/** `partitioner.availability.timeout.ms`: records without a key avoid what takes no batches. */
import { expect, test } from 'vitest'
import { ProducerBench } from './producer-bench.ts'
import { SenderBench } from './sender-bench.ts'

const CONFIG = { 'linger.ms': 0, 'batch.size': 1000, 'partitioner.availability.timeout.ms': 100 }
const RECORD = { topic: 't', value: 'x'.repeat(900) }

/** Two partitions, each with one record in its log; requests count per node or per partition. */
async function begin(window: 'node' | 'partition'): Promise<ProducerBench> {
  const bench = new ProducerBench(CONFIG, 2)
  bench.channel.broker.partition('t', 1).leaderId = 1
  await bench.producer.partitionsFor('t')
  bench.lane.window = window
  for (const partition of [0, 1]) bench.producer.send({ ...RECORD, partition })
  await bench.advance(1)
  bench.lane.answerAll()
  await bench.advance(1)
  return bench
}

/** Sends records without a key, and has what goes to `answered` answered. @returns how many went to 0 */
async function sendKeyless(
  bench: ProducerBench,
  records: number,
  answered: readonly number[]
): Promise<number> {
  const before = bench.values(0).length
  for (let index = 0; index < records; index++) {
    bench.producer.send(RECORD)
    await bench.advance(1)
    for (const batch of [...bench.lane.sent]) if (answered.includes(batch.partition)) bench.lane.answer(batch)
  }
  await bench.advance(1)
  return bench.values(0).length - before
}

test.each(['node', 'partition'] as const)(
  'one that has taken nothing for so long is avoided (%s)',
  async window => {
    const bench = await begin(window)
    // As many as may be in flight, and one that waits for room.
    for (let index = 0; index < 6; index++) {
      bench.producer.send({ ...RECORD, partition: 1 })
      await bench.advance(1)
    }
    expect(bench.lane.sent).toHaveLength(5)
    await bench.advance(101)
    await sendKeyless(bench, 3, [0])
    expect(await sendKeyless(bench, 40, [0])).toBe(40)
  }
)

test.each(['node', 'partition'] as const)('one that takes what it gets is not (%s)', async window => {
  const bench = await begin(window)
  await bench.advance(1000)
  const first = await sendKeyless(bench, 40, [0, 1])
  expect(first).toBeGreaterThan(5)
  expect(first).toBeLessThan(35)
})

test('what waits for room in the requests of its node counts as behind, until there is room', () => {
  const config = { 'linger.ms': 0, 'max.in.flight.requests.per.connection': 1 }
  const bench = new SenderBench(config, 2).prime()
  bench.add(0, 'in flight')
  bench.advance(1)
  bench.add(1, 'waits')
  bench.advance(50)
  expect(bench.queue(1).batches).toHaveLength(1)
  expect(bench.queue(1).lagMs).toBeGreaterThanOrEqual(50)
  bench.answer(0)
  bench.advance(1)
  expect(bench.queue(1).batches).toHaveLength(0)
  expect(bench.queue(1).lagMs).toBe(0)
})
