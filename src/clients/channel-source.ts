/**
 * Where a client gets its channel: one that is open already and stays its owner's, or something that opens
 * one.
 */
import type { Channel } from '../wire/network/channel.ts'

export type ChannelSource = Channel | { connect(): Promise<Channel> }

/** A channel, and how to leave it: one that was opened for this client is closed. */
export interface ClientChannel {
  readonly channel: Channel
  leave(): Promise<void>
}

export async function openChannel(source: ChannelSource): Promise<ClientChannel> {
  if (!('connect' in source)) return { channel: source, leave: async () => {} }
  const channel = await source.connect()
  return { channel, leave: () => channel.close() }
}
