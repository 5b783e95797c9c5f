/** What a partitioner makes of a load: the sizes of the batches that are sent (KIP-480, KAFKA-14156). */
import { expect, test } from 'vitest'
import type { ProducerOptions } from '../../../src/clients/producer/producer-options.ts'
import { ProducerBench } from './producer-bench.ts'

const RECORD_BYTES = 1000

interface Load {
  readonly config: ProducerOptions
  readonly partitions: number
  readonly records: number
  readonly everyMs: number
}

/** Records in each batch, in the order they were sent; the broker answers at once. */
async function batchesOf({ config, partitions, records, everyMs }: Load): Promise<number[]> {
  const bench = await ProducerBench.start(config, partitions)
  const value = new Uint8Array(RECORD_BYTES)
  const sizes: number[] = []
  bench.lane.isPrompt = true
  bench.lane.onAppend = ({ recordCount }) => sizes.push(recordCount)
  for (let index = 0; index < records; index++) {
    bench.producer.send({ topic: 't', value })
    await bench.advance(everyMs)
  }
  await bench.producer.close()
  return sizes
}

const average = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + size, 0) / sizes.length

test('round robin cuts a load into a small batch per partition, sticky ones keep it whole', async () => {
  const load = { partitions: 12, records: 240, everyMs: 1 }
  const config = { 'linger.ms': 12, 'batch.size': 16384 }
  const [roundRobin, sticky, uniform] = await Promise.all(
    (['round-robin', 'sticky', 'default'] as const).map(name =>
      batchesOf({ ...load, config: { ...config, 'partitioner.class': name } })
    )
  )
  expect(average(roundRobin ?? [])).toBeLessThan(1.2)
  expect(average(sticky ?? [])).toBeGreaterThan(10)
  expect(average(uniform ?? [])).toBeGreaterThan(10)
})

test('a partition is not left amid a batch that lingers: each has all records of its time', async () => {
  // 12 records in each 12 ms of linger: were it left after 16 of them, batches of 12 and of 4 would follow.
  const load = { partitions: 6, records: 240, everyMs: 1 }
  const sizes = await batchesOf({ ...load, config: { 'linger.ms': 12, 'batch.size': 16384 } })
  expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(11)
})

test('keyless records reach every partition, about as many each', async () => {
  const bench = await ProducerBench.start({ 'batch.size': 2048 }, 4)
  bench.lane.isPrompt = true
  for (let index = 0; index < 2000; index++) {
    bench.producer.send({ topic: 't', value: new Uint8Array(RECORD_BYTES) })
    if (index % 100 === 0) await bench.advance(1)
  }
  await bench.producer.close()
  for (const partition of [0, 1, 2, 3]) {
    expect(Math.abs(bench.values(partition).length - 500)).toBeLessThan(100)
  }
})
