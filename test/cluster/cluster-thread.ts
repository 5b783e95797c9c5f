/**
 * A cluster on a thread of its own, for tests that kill the thread.
 */
import { startCluster } from '../../src/cluster/embedded-cluster.ts'
import { enterThread } from '../../src/threads/thread-start.ts'

export default async (task: unknown): Promise<void> => {
  const { data, port } = enterThread(task)
  const cluster = await startCluster({ 'log.dirs': String(data['logDirs']), 'engine.arena.bytes': 2 ** 24 })
  port.ref()
  port.onCommand(() => ({ logDir: cluster.logDir }))
  await new Promise<void>(resolve => port.onClose(resolve))
}
