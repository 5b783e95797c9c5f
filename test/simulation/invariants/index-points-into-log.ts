/**
 * Every entry of an index on disk names a batch: its last offset and where it starts; offsets, positions and
 * timestamps ascend.
 */
import type { PublishedBatch } from '../history.ts'
import type { Invariant, InvariantFactory, PartitionState } from './invariant.ts'

const OFFSET_ENTRY_BYTES = 8
const TIME_ENTRY_BYTES = 12

export const indexPointsIntoLog: InvariantFactory = (world, report): Invariant => {
  const batches = world.partitions.map(() => new Map<number, PublishedBatch>())
  const check = (partition: PartitionState): void => {
    const { simulated } = partition
    const known = batches[simulated.index]!
    for (const path of simulated.disk.paths) {
      if (!path.startsWith(`${simulated.directory}/`)) continue
      const base = Number(path.slice(simulated.directory.length + 1).split('.')[0])
      const say = (text: string): void => report(`${path}: ${text}`)
      if (path.endsWith('.index')) checkOffsets(simulated.disk.bytesOf(path), base, known, say)
      if (path.endsWith('.timeindex')) checkTimes(simulated.disk.bytesOf(path), base, known, say)
    }
  }
  return {
    batch(batch) {
      batches[batch.partition]!.set(batch.lastOffset, batch)
    },
    recovered: check,
    ended() {
      world.partitions.forEach(check)
    }
  }
}

type Batches = ReadonlyMap<number, PublishedBatch>

function checkOffsets(bytes: Uint8Array, base: number, known: Batches, say: (text: string) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let lastPosition = -1
  for (let at = 0; at + OFFSET_ENTRY_BYTES <= bytes.byteLength; at += OFFSET_ENTRY_BYTES) {
    const offset = base + view.getInt32(at)
    const position = view.getInt32(at + 4)
    const batch = known.get(offset)
    if (batch?.position !== position || batch.segmentBase !== base) {
      say(`offset ${offset} points to ${position}, the batch stands at ${batch?.position}`)
    }
    if (position <= lastPosition) say(`position ${position} follows ${lastPosition}`)
    lastPosition = position
  }
}

function checkTimes(bytes: Uint8Array, base: number, known: Batches, say: (text: string) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let lastTimestamp = -1
  for (let at = 0; at + TIME_ENTRY_BYTES <= bytes.byteLength; at += TIME_ENTRY_BYTES) {
    const timestamp = Number(view.getBigInt64(at))
    const offset = base + view.getInt32(at + 8)
    const batch = known.get(offset)
    if (batch?.maxTimestamp !== timestamp) {
      say(`time ${timestamp} points to offset ${offset}, a batch with time ${batch?.maxTimestamp}`)
    }
    if (timestamp < lastTimestamp) say(`time ${timestamp} follows ${lastTimestamp}`)
    lastTimestamp = timestamp
  }
}
