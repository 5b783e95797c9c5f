/**
 * The partition thread with a crash point behind each step: the real classes, whose methods are wrapped here.
 */
import { Log } from '../../src/data-plane/log/log.ts'
import { LogSegment } from '../../src/data-plane/log/log-segment.ts'
import { PartitionHost } from '../../src/data-plane/partition/partition-host.ts'
import { PartitionRecovery } from '../../src/data-plane/partition/partition-recovery.ts'
import type { PartitionStart } from '../../src/data-plane/partition/partition-start.ts'
import partitionThread from '../../src/data-plane/partition/partition-thread.ts'
import type { ThreadTask } from '../../src/threads/thread-start.ts'
import { type CrashPoint, CrashSwitch } from './crash-points.ts'

type Step = (this: unknown, ...given: unknown[]) => unknown

/** Runs `after` behind every call of the method. */
function follow(prototype: object, method: string, after: () => void): void {
  const original: unknown = Reflect.get(prototype, method)
  if (typeof original !== 'function') throw new Error(`${method} is a step`)
  const step: Step = function followed(...given) {
    const result: unknown = Reflect.apply(original, this, given)
    after()
    return result
  }
  Reflect.set(prototype, method, step)
}

export default async function crashPartitionThread(task: ThreadTask): Promise<void> {
  const [start] = task.data['partitions'] as PartitionStart[]
  const directory = start?.directory ?? ''
  const crash = new CrashSwitch(task.data['crashWords'] as SharedArrayBuffer)
  const partition = Number(directory.slice(directory.lastIndexOf('-') + 1))
  const point = (prototype: object, method: string, name: CrashPoint): void => {
    follow(prototype, method, () => crash.pass(partition, name))
  }
  for (const step of ['take', 'assign', 'tail', 'publish', 'answer', 'complete', 'ringBells'] as const) {
    point(PartitionHost.prototype, step, step)
  }
  // These steps often have nothing to do; the point lies behind the doing.
  point(Log.prototype, 'roll', 'roll')
  point(Log.prototype, 'write', 'write')
  point(LogSegment.prototype, 'flushIndexes', 'index')
  for (const step of ['begin', 'openLog', 'list', 'cutTail', 'sweep', 'finish'] as const) {
    point(PartitionRecovery.prototype, step, step)
  }
  point(PartitionRecovery.prototype, 'publish', 'republish')
  await partitionThread(task)
}
