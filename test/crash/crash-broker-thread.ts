/**
 * The broker thread with one difference: its partition threads start at the file that knows crash points.
 */
import { Piscina } from 'piscina'
import brokerThread from '../../src/broker/broker-thread.ts'
import type { ThreadTask } from '../../src/threads/thread-start.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'

const CRASH_PARTITION = threadEntry(import.meta.url, './crash-partition-thread.ts', 'bundle').href

export default async function crashBrokerThread(task: ThreadTask): Promise<void> {
  const { crashWords } = task.data
  const run = Piscina.prototype.run
  Piscina.prototype.run = function runWithCrashPoints(this: Piscina, started, options) {
    const { data, port } = started as ThreadTask
    return run.call(this, { data: { ...data, crashWords }, port }, { ...options, filename: CRASH_PARTITION })
  }
  await brokerThread(task)
}
