/**
 * A channel whose consumers read through one fetch lane: one bell, one row of the lease table and one chunk
 * for all lanes of a handler thread. A cluster has 256 bells and 64 rows; partitions there may be more.
 *
 * It rests on what a lane inside the process does: an answer comes at once and is used up before another
 * consumer has its turn, and any number of waits go on together.
 *
 * Thread: the one that opened the channel.
 */
import type { Channel, FetchLane } from '../wire/network/channel.ts'

/** All fetch lanes must be wanted with the options of the first. */
export function withOneFetchLane(channel: Channel): Channel {
  let opening: Promise<FetchLane> | null = null
  return {
    metadata: request => channel.metadata(request),
    createTopics: request => channel.createTopics(request),
    initProducerId: request => channel.initProducerId(request),
    listOffsets: request => channel.listOffsets(request),
    openProduceLane: options => channel.openProduceLane(options),
    openFetchLane: async options => {
      opening ??= channel.openFetchLane(options)
      return stayingOpen(await opening)
    },
    close: () => channel.close()
  }
}

/** A lane that is closed with its channel, whichever of its users leaves before. */
function stayingOpen(lane: FetchLane): FetchLane {
  return {
    openPartition: partition => lane.openPartition(partition),
    fetch: request => lane.fetch(request),
    release: () => lane.release(),
    wait: (places, minBytes, timeoutMs) => lane.wait(places, minBytes, timeoutMs),
    waitBlocking: (places, minBytes, timeoutMs) => lane.waitBlocking(places, minBytes, timeoutMs),
    close: () => {}
  }
}
