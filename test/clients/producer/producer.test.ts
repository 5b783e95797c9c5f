/** The producer as a program sees it, over a broker in memory that answers when it is told. */
import { expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { Producer } from '../../../src/clients/producer/producer.ts'
import type { ProducerConfig } from '../../../src/config/producer-config.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { advanceSlowly, ManualClock, settled } from '../../support/manual-clock.ts'
import type { MemoryPartition } from '../../support/memory-broker.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'

interface Bench {
  clock: ManualClock
  channel: MemoryChannel
  producer: Producer
}

async function start(config: ProducerConfig = {}, partitions = 1): Promise<Bench> {
  const clock = new ManualClock()
  const channel = new MemoryChannel(clock)
  channel.broker.createTopic('t', partitions)
  const producer = new Producer(channel, config, { clock, random: seededRandom(1) })
  await producer.ready()
  await producer.partitionsFor('t')
  return { clock, channel, producer }
}

function valuesOf(log: MemoryPartition): string[] {
  const values: string[] = []
  for (const { bytes } of log.batches) {
    const iterator = new RecordBatchIterator(1 << 20, null)
    iterator.reset(bytes, 0, bytes.length, 0)
    while (iterator.nextBatch())
      while (iterator.nextRecord()) values.push(iterator.record.valueString() ?? 'null')
  }
  return values
}

test('a record is answered with its place in the log', async () => {
  const { clock, channel, producer } = await start()
  const first = producer.send({ topic: 't', key: 'k', value: 'a' })
  const second = producer.send({ topic: 't', key: 'k', value: 'b', timestamp: 5 })
  await advanceSlowly(clock, 10)
  expect(channel.produceLane.requestSizes).toEqual([2])
  channel.produceLane.answerAll()
  await settled()
  expect(await first).toEqual({ topic: 't', partition: 0, offset: 0, timestamp: 1_700_000_000_000 })
  expect(await second).toEqual({ topic: 't', partition: 0, offset: 1, timestamp: 5 })
  expect(valuesOf(channel.broker.partition('t', 0))).toEqual(['a', 'b'])
})
