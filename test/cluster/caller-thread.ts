/**
 * A client on a thread of its own, for tests that kill it: submits five batches when told to, and hears of
 * none.
 */
import { connectHandle } from '../../src/cluster/cluster-handle.ts'
import type { MessagePort } from '../../src/threads/command-port.ts'
import { enterThread } from '../../src/threads/thread-start.ts'
import { LaneProducer } from './lane-driver.ts'

export default async (task: unknown): Promise<void> => {
  const { data, port } = enterThread(task)
  const messagePort = data['port'] as MessagePort
  const channel = await connectHandle({ port: messagePort, transferList: [messagePort] })
  const orders = { topic: 'orders', partition: 0 }
  const producer = await LaneProducer.open(channel, orders, Number(data['slotCount']))
  port.ref()
  port.onCommand(() => ({ sent: producer.sendUpTo(5) }))
  await new Promise<void>(resolve => port.onClose(resolve))
}
