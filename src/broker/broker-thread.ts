/**
 * Entry of the broker thread: opens the broker, obeys its cluster, and ends when that closes it or is gone.
 *
 * Thread: its own event loop. Its partition threads are its children: they end with it.
 */
import { enterThread } from '../threads/thread-start.ts'
import { Broker, type BrokerOptions } from './broker.ts'

export default async function brokerThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const ended = new Promise<void>(resolve => port.onClose(resolve))
  port.ref()
  let broker: Broker | null = null
  port.onCommand(command => {
    // The first command opens, so that what is wrong with the directory reaches the caller as an answer.
    if (command.name === 'open') {
      broker = new Broker(data['options'] as BrokerOptions)
      return {}
    }
    return broker?.control(command)
  })
  await ended
}
