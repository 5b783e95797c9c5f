/**
 * What another thread needs to become a client of a cluster: one end of a command port. Post it with its
 * `transferList`; it connects once.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { arrival, type Steps, task } from '../base/task.ts'
import { LocalChannel } from '../broker/local-channel.ts'
import type { MessagePort } from '../threads/command-port.ts'
import type { Channel } from '../wire/network/channel.ts'

export interface ClusterHandle {
  readonly port: MessagePort
  /** What must be moved, not copied, when the handle is posted. */
  readonly transferList: readonly MessagePort[]
}

/**
 * Connects the thread that received the handle. A handle is used once, and used up by it.
 * @throws HighwaterError HIGHWATER_CLOSED if it was used before, or its cluster is closed
 */
export function connectHandle(handle: ClusterHandle): Promise<Channel> {
  return task(() => connect(handle))
}

function* connect(handle: ClusterHandle): Steps<Channel> {
  const port = takePort(handle)
  try {
    return yield* arrival(LocalChannel.open(port))
  } catch (cause) {
    // The cluster closed, but this thread had not heard of it yet.
    const isClosed = cause instanceof HighwaterError && cause.code === 'HIGHWATER_THREAD_ENDED'
    throw isClosed ? usedUp(cause) : cause
  }
}

/**
 * A port whose other end is closed says so once, to whoever listens then; asked later, it would keep a caller
 * waiting for ever. But it can no longer be moved, and neither can one that was moved before.
 */
function takePort({ port }: ClusterHandle): MessagePort {
  try {
    return structuredClone({ port }, { transfer: [port] }).port
  } catch (cause) {
    throw usedUp(cause)
  }
}

function usedUp(cause: unknown): HighwaterError {
  const text =
    'a handle connects once, in the thread that has it, while its cluster is open; this one was used ' +
    'before, or its cluster is closed: ask the cluster for another one'
  return new HighwaterError('HIGHWATER_CLOSED', text, { cause })
}
