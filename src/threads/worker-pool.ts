/**
 * Starts threads: each is one pinned, never-ending piscina task in a pool of its own, which starts it,
 * reports how it ended and kills it on demand. Nothing is ever run on a thread a second time.
 *
 * Thread: whoever starts it (the cluster starts the broker, the broker starts partitions); a thread's
 * children end with it.
 */
import { MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { CommandPort } from './command-port.ts'
import type { ThreadTask } from './thread-start.ts'

interface ThreadOptions {
  readonly resourceLimits?: {
    maxOldGenerationSizeMb?: number
    maxYoungGenerationSizeMb?: number
    stackSizeMb?: number
  }
}

/** How a thread ended: null when its task returned. */
interface ThreadEnd {
  readonly error: Error | null
}

export interface ThreadHandle {
  readonly port: CommandPort
  /**
   * The confirmed end: the task has settled, the thread's port is closed and the thread has exited. Only then
   * may anybody take over its words, rings, files and bell. Never rejects.
   */
  readonly ended: Promise<ThreadEnd>
  /** Kills the thread wherever it is; no code of it runs any more after the confirmed end. */
  abort(): void
}

/**
 * No addon is ever loaded. And entries are loaded by `import` alone: piscina tries `require` first, and a
 * thread that is ended while Node 20 requires an ES module takes the whole process with it (IsGraphAsync).
 */
const WORKER_FLAGS = ['--no-addons', '--no-experimental-require-module']

/**
 * Starts a thread at a compiled worker file. Ports among the values of `data` are transferred to it. Where
 * the system gives no thread, the handle is that of one that has ended with this error.
 */
export function startThread(
  entry: URL,
  data: Record<string, unknown>,
  options: ThreadOptions = {}
): ThreadHandle {
  const pool = new Piscina({
    minThreads: 0,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    idleTimeout: 0,
    atomics: 'disabled',
    recordTiming: false,
    execArgv: WORKER_FLAGS,
    ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits })
  })
  const abortion = new AbortController()
  const { local, remote } = CommandPort.pair()
  local.ref()
  const task: ThreadTask = { data, port: remote }
  const transferList = [remote, ...Object.values(data).filter(value => value instanceof MessagePort)]
  try {
    const running = pool.run(task, { filename: entry.href, transferList, signal: abortion.signal })
    const ended = confirmedEnd(pool, running, { local, remote, abortion })
    return { port: local, ended, abort: () => abortion.abort() }
  } catch (cause) {
    return neverStarted(cause, local, transferList)
  }
}

/**
 * `new Worker` has thrown through `run`. The pool is dropped as it is: it has no worker, and to destroy it or
 * to abort its task would reject a promise that `run` has not returned, which nobody could handle.
 */
function neverStarted(cause: unknown, local: CommandPort, kept: readonly MessagePort[]): ThreadHandle {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  const ended = new Promise<ThreadEnd>(resolve => local.onClose(() => resolve({ error })))
  for (const port of kept) port.close()
  return { port: local, ended, abort: () => {} }
}

interface Line {
  readonly local: CommandPort
  readonly remote: MessagePort
  readonly abortion: AbortController
}

/** A rejection alone is no end: the thread may still write to files and words for a while after it. */
async function confirmedEnd(pool: Piscina, running: Promise<unknown>, line: Line): Promise<ThreadEnd> {
  let error: Error | null = null
  // A thread that fails before it takes its task leaves the task queued for ever.
  pool.on('error', (cause: Error) => {
    error ??= cause
    line.abortion.abort()
  })
  const exits = pool.threads.map(worker => new Promise(resolve => worker.once('exit', resolve)))
  const closed = new Promise<void>(resolve => line.local.onClose(resolve))
  try {
    await running
  } catch (cause) {
    error ??= cause instanceof Error ? cause : new Error(String(cause))
  }
  // No effect once the port went to the thread; a task that never reached one still holds it.
  line.remote.close()
  await pool.destroy()
  await Promise.all([closed, ...exits])
  return { error }
}
