/**
 * First call of every worker file: what it was started with, and its line to the thread that started it.
 *
 *   export default async (task: unknown) => { const { data, port } = enterThread(task) ... }
 */
import type { MessagePort } from 'node:worker_threads'
import { type Command, CommandPort } from './command-port.ts'

/** What `startThread` passes to the entry. */
export interface ThreadTask {
  readonly data: Record<string, unknown>
  readonly port: MessagePort
}

/** Opens the task of this thread; once, before anything else. */
export function enterThread(task: unknown): { data: Record<string, unknown>; port: CommandPort } {
  const { data, port } = task as ThreadTask
  return { data, port: new CommandPort(port) }
}

interface ObedientThread {
  obey(command: Command): unknown
  close(): Promise<void>
}

/**
 * Life of a thread with an event loop: it obeys its commands until it is told to close, or whoever started it
 * is gone. Resolves when it has closed what it had open; its port is closed then, whatever happened.
 */
export async function obeyUntilClosed(port: CommandPort, thread: ObedientThread): Promise<void> {
  try {
    await new Promise<void>(resolve => {
      port.onClose(resolve)
      port.ref()
      port.onCommand(command => (command.name === 'close' ? resolve() : thread.obey(command)))
    })
    await thread.close()
  } finally {
    port.close()
  }
}
