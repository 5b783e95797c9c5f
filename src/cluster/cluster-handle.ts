/**
 * What another thread needs to become a client of a cluster: one end of a command port. Post it with its
 * `transferList`; it connects once.
 */
import { LocalChannel } from '../broker/local-channel.ts'
import type { MessagePort } from '../threads/command-port.ts'
import type { Channel } from '../wire/network/channel.ts'

export interface ClusterHandle {
  readonly port: MessagePort
  /** What must be moved, not copied, when the handle is posted. */
  readonly transferList: readonly MessagePort[]
}

/** Connects the thread that received the handle. */
export function connectHandle(handle: ClusterHandle): Promise<Channel> {
  return LocalChannel.open(handle.port)
}
