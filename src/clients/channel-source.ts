/**
 * Where a client gets its channel: one that is open already and stays its owner's, or something that opens
 * one.
 */
import type { Answer } from '../base/answer.ts'
import { arrival, type Steps, task } from '../base/task.ts'
import { configError } from '../config/define-config.ts'
import type { Channel } from '../wire/network/channel.ts'

export type ChannelSource = Channel | { connect(): Promise<Channel> }

/** A channel, and how to leave it: one that was opened for this client is closed. */
export interface ClientChannel {
  readonly channel: Channel
  leave(): Promise<void>
}

/** @throws HighwaterError HIGHWATER_CONFIG if it is neither: most often the promise of a cluster */
export function checkSource(source: unknown): void {
  if (isOpener(source)) return
  throw configError(
    'A client needs a cluster, or a channel to one, as its first argument; startCluster must be awaited: ' +
      'new Producer(await startCluster()).'
  )
}

function isOpener(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false
  return 'connect' in source || 'metadata' in source
}

export function openChannel(source: ChannelSource): Answer<ClientChannel> {
  return task(() => open(source))
}

function* open(source: ChannelSource): Steps<ClientChannel> {
  if (!('connect' in source)) return { channel: source, leave: async () => {} }
  const channel = yield* arrival(source.connect())
  return { channel, leave: () => channel.close() }
}
