/**
 * A measured program: a cluster with one topic of one partition, to which one record was written and from
 * which it was read, so that every thread is there. Its clients are closed; then it does nothing and says
 * what it takes.
 */
import { systemClock } from '../../src/base/clock.ts'
import { Admin, Consumer, Producer, startCluster } from '../../src/index.ts'
import { answer, readTask } from './child-program.ts'

export interface EmbeddedIdleTask {
  readonly directory: string
  readonly idleMs: number
}

export interface EmbeddedIdleAnswer {
  readonly residentBytes: number
  /** CPU milliseconds per second of doing nothing. */
  readonly cpuMsPerSecond: number
}

const TOPIC = 'idle'

async function main({ directory, idleMs }: EmbeddedIdleTask): Promise<void> {
  const cluster = await startCluster({ 'log.dirs': directory })
  try {
    const admin = new Admin(cluster)
    await admin.createTopics([{ topic: TOPIC, numPartitions: 1 }])
    await admin.close()
    const producer = new Producer(cluster)
    await producer.send({ topic: TOPIC, value: 'one' })
    await producer.close()
    const consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest' })
    consumer.assign([{ topic: TOPIC, partition: 0 }])
    const found = await consumer.poll(1000)
    if (found.length !== 1) throw new Error(`One record was written and ${found.length} were read.`)
    await consumer.close()
    const before = process.cpuUsage()
    await new Promise<void>(resolve => systemClock.after(idleMs, resolve))
    const { user, system } = process.cpuUsage(before)
    const result: EmbeddedIdleAnswer = {
      residentBytes: process.memoryUsage().rss,
      cpuMsPerSecond: (user + system) / idleMs
    }
    answer(result)
  } finally {
    await cluster.close()
  }
}

await main(readTask<EmbeddedIdleTask>())
