/**
 * A caller that sends records to all partitions in turn and tells what became of them, until it is asked to
 * stop or is killed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Producer } from '../../src/clients/producer/producer.ts'
import { connectHandle } from '../../src/cluster/cluster-handle.ts'
import type { MessagePort } from '../../src/threads/command-port.ts'
import { enterThread } from '../../src/threads/thread-start.ts'

export interface CrashCallerStart {
  readonly caller: number
  readonly topic: string
  readonly partitions: number
}

/** What a caller says: four numbers for each acknowledged record, and a name for each failed one. */
export interface CallerNews {
  /** partition, number, offset, milliseconds since the epoch at which it was sent */
  readonly acknowledged: number[]
  readonly failed: [number: number, error: string][]
}

const TURN_MS = 4
const RECORDS_PER_TURN = 24
const PADDING = 'x'.repeat(200)

export default async function crashCallerThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const { caller, topic, partitions } = data['start'] as CrashCallerStart
  const channel = await connectHandle({ port: data['cluster'] as MessagePort, transferList: [] })
  const config = { 'linger.ms': 2, 'batch.size': 4096, 'buffer.memory': 8388608 }
  const producer = new Producer(channel, config)
  let isStopping = false
  port.onCommand(() => {
    isStopping = true
  })
  let news: CallerNews = { acknowledged: [], failed: [] }
  let number = 0
  const tell = (): void => {
    if (news.acknowledged.length + news.failed.length > 0) port.post('news', news)
    news = { acknowledged: [], failed: [] }
  }
  while (!isStopping) {
    await producer.ready()
    for (let i = 0; i < RECORDS_PER_TURN; i++) {
      const sent = number++
      const partition = sent % partitions
      const sentAt = performance.timeOrigin + performance.now()
      producer.send({ topic, partition, value: `${caller}:${sent}:${PADDING}` }, (error, metadata) => {
        if (error === null) news.acknowledged.push(partition, sent, metadata?.offset ?? -1, sentAt)
        else news.failed.push([sent, error.message])
      })
    }
    await pause(TURN_MS)
    tell()
  }
  await producer.close().catch(() => {})
  tell()
  await channel.close()
  port.post('finished', { sent: number })
  port.close()
}
