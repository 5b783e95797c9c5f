/**
 * A producer and a consumer as small as they can be: batches through a lane, every answer kept, every byte
 * read back and checked.
 */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Channel, FetchLane, ProduceLane, ProducePartition } from '../../src/wire/network/channel.ts'
import {
  baseSequenceAt,
  batchSizeAt,
  CRC_START,
  crcAt,
  lastOffsetAt,
  RECORD_BATCH_OVERHEAD
} from '../../src/wire/record/record-batch.ts'
import { syntheticBatch } from '../data-plane/log/batches.ts'

export const SLOT_BYTES = 1024
const IN_FLIGHT_MAX = 5
const WAIT_MS = 1000

interface Settled {
  readonly errorCode: number
  readonly baseOffset: number
}

export class LaneProducer {
  readonly lane: ProduceLane
  readonly #partition: ProducePartition
  readonly #producerId: number
  readonly #free: number[]
  readonly #sequenceOf = new Map<number, number>()
  /** Answers by sequence. */
  readonly settled = new Map<number, Settled>()
  #sequence = 0

  private constructor(lane: ProduceLane, partition: ProducePartition, producerId: number, slotCount: number) {
    this.lane = lane
    this.#partition = partition
    this.#producerId = producerId
    this.#free = Array.from({ length: slotCount }, (_, slot) => slot)
  }

  static async open(channel: Channel, partition: TopicPartition, slotCount = 16): Promise<LaneProducer> {
    const lane = await channel.openProduceLane({
      slotBytes: SLOT_BYTES,
      slotCount,
      inFlightMax: IN_FLIGHT_MAX
    })
    const { producerId } = await channel.initProducerId({ transactionalId: null })
    return new LaneProducer(lane, await lane.openPartition(partition), producerId, slotCount)
  }

  get inFlight(): number {
    return this.#sequenceOf.size
  }

  /** Adds and sends batches as long as so many may be in flight, up to `count`. @returns how many */
  sendUpTo(count: number, sizeBytes = 200): number {
    let sent = 0
    while (sent < count && this.inFlight < IN_FLIGHT_MAX) {
      this.#add(sizeBytes)
      sent++
    }
    this.lane.send()
    return sent
  }

  #add(sizeBytes: number): void {
    const slotRun = Math.ceil(sizeBytes / SLOT_BYTES)
    if (slotRun > 1) this.#free.sort((a, b) => a - b)
    const slot = this.#free.shift()
    if (slot === undefined) throw new Error('the lane has no free slot')
    const baseSequence = this.#sequence++
    const producer = { producerId: this.#producerId, producerEpoch: 0, baseSequence }
    const bytes = syntheticBatch({ baseOffset: 0, sizeBytes, ...producer })
    this.lane.fill(slot, bytes, sizeBytes)
    this.lane.add(this.#partition, { slot, slotRun, byteLength: sizeBytes, recordCount: 1, ...producer }, -1)
    this.#sequenceOf.set(slot, baseSequence)
  }

  reap(): number {
    return this.lane.reap(({ slot, errorCode, baseOffset }) => {
      const sequence = this.#sequenceOf.get(slot)
      if (sequence === undefined) throw new Error(`slot ${slot} was completed twice`)
      this.#sequenceOf.delete(slot)
      this.#free.push(slot)
      this.settled.set(sequence, { errorCode, baseOffset })
    })
  }

  /** Sends `count` batches and waits for all answers. */
  async append(count: number, sizeBytes = 200): Promise<void> {
    let left = count
    while (left > 0 || this.inFlight > 0) {
      left -= this.sendUpTo(left, sizeBytes)
      await this.lane.wait(WAIT_MS)
      this.reap()
    }
  }
}

/** Sequences of all batches from offset 0 on, in offset order; every checksum is computed. */
export async function readSequences(channel: Channel, partition: TopicPartition): Promise<number[]> {
  const lane = await channel.openFetchLane({ chunkBytes: 4096 })
  await lane.openPartition(partition)
  const sequences: number[] = []
  let offset = 0
  while (true) {
    const next = await readChunk(lane, partition, offset, sequences)
    if (next === offset) break
    offset = next
  }
  lane.close()
  return sequences
}

async function readChunk(
  lane: FetchLane,
  partition: TopicPartition,
  fetchOffset: number,
  sequences: number[]
): Promise<number> {
  const response = await lane.fetch({ ...partition, fetchOffset, maxBytes: 4096 })
  if (response.errorCode !== 0) throw new Error(`fetch at ${fetchOffset} answered ${response.errorCode}`)
  const { bytes } = response
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let next = fetchOffset
  for (let at = 0; bytes.byteLength - at >= RECORD_BATCH_OVERHEAD; ) {
    const sizeBytes = batchSizeAt(view, at)
    if (sizeBytes > bytes.byteLength - at) break
    const crc = response.crc32c(at + CRC_START, sizeBytes - CRC_START)
    if (crc !== crcAt(view, at)) throw new Error(`wrong checksum at ${next}`)
    if (lastOffsetAt(view, at) >= fetchOffset) sequences.push(baseSequenceAt(view, at))
    next = lastOffsetAt(view, at) + 1
    at += sizeBytes
  }
  return next
}

export const count = (length: number): number[] => Array.from({ length }, (_, i) => i)
