/**
 * First call of every worker file: what it was started with, and its line to the thread that started it.
 *
 *   export default async (task: unknown) => { const { data, port } = enterThread(task) ... }
 */
import type { MessagePort } from 'node:worker_threads'
import { CommandPort } from './command-port.ts'

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
