/** What the producer knows of topics, as its answers and its waiting show it. */
import { describe, expect, test } from 'vitest'
import { advanceSlowly, settled } from '../../support/manual-clock.ts'
import { codeOf, ProducerBench } from './producer-bench.ts'

const MAX_AGE = { 'metadata.max.age.ms': 1000, 'linger.ms': 0 }

describe('metadata.max.age.ms', () => {
  test('a producer in use finds partitions that were added', async () => {
    const bench = await ProducerBench.start({ ...MAX_AGE, 'partitioner.class': 'round-robin' })
    bench.lane.isPrompt = true
    bench.channel.broker.createTopic('t', 2)
    for (let index = 0; index < 4; index++) bench.producer.send({ topic: 't', value: 'early' })
    await bench.advance(1000)
    expect(bench.values(1)).toEqual([])
    bench.producer.send({ topic: 't', value: 'asks' })
    await bench.advance(2)
    for (let index = 0; index < 4; index++) bench.producer.send({ topic: 't', value: 'late' })
    await bench.advance(2)
    expect(bench.values(1)).toEqual(['late', 'late'])
  })

  test('it asks once in that time, for all topics together, and not while it is idle', async () => {
    const bench = await ProducerBench.start(MAX_AGE)
    bench.channel.broker.createTopic('u', 1)
    await bench.producer.partitionsFor('u')
    bench.lane.isPrompt = true
    const asked = bench.channel.metadataCount
    await bench.advance(3000)
    expect(bench.channel.metadataCount).toBe(asked)
    for (let ms = 0; ms < 2100; ms += 50) {
      bench.producer.send({ topic: 't', value: 'v' })
      await advanceSlowly(bench.clock, 50, 50)
    }
    expect(bench.channel.metadataCount).toBe(asked + 3)
    expect(bench.producer.metrics()['metadata-age']).toBeLessThan(1)
  })
})

describe('a partition that is not known', () => {
  test('is asked about once: a record for it follows if it was added', async () => {
    const bench = await ProducerBench.start({ 'linger.ms': 0 })
    bench.lane.isPrompt = true
    bench.channel.broker.createTopic('t', 3)
    const future = bench.producer.send({ topic: 't', partition: 2, value: 'v' })
    // Runs the sender before the answer is there.
    const flushed = bench.producer.flush()
    await bench.advance(2)
    expect((await future).partition).toBe(2)
    await flushed
  })

  test('and refused if it was not', async () => {
    const bench = await ProducerBench.start()
    const asked = bench.channel.metadataCount
    const refused = codeOf(bench.producer.send({ topic: 't', partition: 2, value: 'v' }))
    await settled()
    expect(await refused).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(bench.channel.metadataCount).toBe(asked + 1)
  })
})

test('the legacy partitioner refuses a record where no partition has a leader', async () => {
  const bench = new ProducerBench({ 'partitioner.class': 'legacy-0.8' }, 2)
  for (const partition of [0, 1]) bench.channel.broker.partition('t', partition).leaderId = -1
  const waiting = codeOf(bench.producer.send({ topic: 't', value: 'v' }))
  await bench.advance(1)
  expect(await waiting).toBe('LEADER_NOT_AVAILABLE')
  expect(await codeOf(bench.producer.send({ topic: 't', value: 'v' }))).toBe('LEADER_NOT_AVAILABLE')
})
