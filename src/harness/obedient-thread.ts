/**
 * The life of a load thread: it obeys its commands until it is told to close, or whoever started it is gone.
 *
 * Thread: a loader or a consumer thread, with an event loop.
 */
import type { Command, CommandPort } from '../threads/command-port.ts'

interface ObedientThread {
  obey(command: Command): unknown
  close(): Promise<void>
}

/** Resolves when the thread has closed what it had open; its port is closed then, whatever happened. */
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
