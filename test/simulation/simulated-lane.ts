/**
 * A producer's way into the simulated partitions: the real ring and slot table, without threads or commands.
 */
import { invariant } from '../../src/base/invariant.ts'
import type { HostRingDescription } from '../../src/data-plane/partition/host-ring.ts'
import { RingSender, ringBytes, ringCapacity, startRingAt } from '../../src/threads/ring.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { SLOT_ACKS_NONE, SLOT_ENTRY_BYTES, SLOT_IDEMPOTENT, SlotTable } from '../../src/threads/slot-table.ts'
import { AtomicWords, type Words } from '../../src/threads/words.ts'
import type {
  ProduceBatch,
  ProduceLane,
  ProducePartition,
  ProduceResult
} from '../../src/wire/network/channel.ts'
import type { SimulatedPartition } from './simulated-partition.ts'

export interface LaneOptions {
  /** Rings are numbered from here. */
  readonly firstRingId: number
  readonly bellRow: number
  readonly arena: Uint8Array
  readonly region: number
  readonly slotBytes: number
  readonly slotCount: number
  readonly inFlightMax: number
  /** Position the rings begin at. */
  readonly ringStart: number
  readonly partitions: readonly SimulatedPartition[]
}

export interface LanePartition extends ProducePartition {
  readonly ring: RingSender
  readonly description: HostRingDescription
  readonly words: Words
}

export class SimulatedLane implements ProduceLane {
  readonly window = 'partition'
  readonly partitions: readonly LanePartition[]
  readonly #options: LaneOptions
  readonly #slots: SlotTable
  #submission = 0
  readonly #result: ProduceResult = {
    slot: -1,
    errorCode: 0,
    baseOffset: -1,
    logAppendTime: -1,
    logStartOffset: -1
  }

  constructor(options: LaneOptions) {
    this.#options = options
    const slots = allocateWords(options.slotCount * SLOT_ENTRY_BYTES)
    this.#slots = new SlotTable(new AtomicWords(slots))
    this.partitions = options.partitions.map((partition, i) => {
      const capacity = ringCapacity(options.inFlightMax)
      const memory = allocateWords(ringBytes(capacity))
      const words = new AtomicWords(memory)
      startRingAt(words, options.ringStart)
      const { region, slotBytes, slotCount, bellRow } = options
      const id = options.firstRingId + i
      const description = { id, capacity, region, slotBytes, slotCount, bellRow, ring: memory, slots }
      partition.attach(description)
      const ring = new RingSender(words, capacity, options.ringStart)
      return { topic: 'simulated', partition: partition.index, leaderEpoch: 0, ring, description, words }
    })
  }

  /** Slots of the batch that was last submitted in a slot. */
  runOf(slot: number): number {
    return this.#slots.slotRun(slot)
  }

  /** Batches handed over so far. */
  get submitted(): number {
    return this.#submission
  }

  openPartition(): Promise<ProducePartition> {
    throw new Error('a simulated lane has all its partitions from the start')
  }

  fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    const { arena, region, slotBytes } = this.#options
    arena.set(bytes.subarray(0, byteLength), region + slot * slotBytes)
  }

  add(partition: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void {
    const lanePartition = this.partitions[partition.partition]
    invariant(lanePartition !== undefined, 'a batch goes to a partition of the lane')
    this.#submission = (this.#submission + 1) | 0 || 1
    const idempotent = batch.producerId >= 0 ? SLOT_IDEMPOTENT : 0
    this.#slots.describe(batch.slot, {
      submission: this.#submission,
      hostPartition: 0,
      byteLength: batch.byteLength,
      recordCount: batch.recordCount,
      flags: idempotent | (acks === 0 ? SLOT_ACKS_NONE : 0),
      slotRun: batch.slotRun,
      baseSequence: batch.baseSequence,
      producerEpoch: batch.producerEpoch,
      producerId: batch.producerId,
      leaderEpoch: -1
    })
    lanePartition.ring.push(batch.slot)
  }

  send(): void {
    for (const { ring } of this.partitions) ring.publish()
  }

  reap(settle: (result: ProduceResult) => void): number {
    const slots = this.#slots
    const result = this.#result
    let reaped = 0
    for (const { ring } of this.partitions) {
      for (let slot = ring.reap(); slot >= 0; slot = ring.reap()) {
        result.slot = slot
        result.errorCode = slots.errorCode(slot)
        result.baseOffset = slots.baseOffset(slot)
        result.logAppendTime = slots.logAppendTime(slot)
        result.logStartOffset = slots.logStartOffset(slot)
        settle(result)
        reaped++
      }
    }
    return reaped
  }

  get hasCompleted(): boolean {
    return this.partitions.some(({ ring }) => ring.hasCompleted)
  }

  waitBlocking(): void {
    throw new Error('nobody waits in a simulation')
  }

  wait(): Promise<void> {
    throw new Error('nobody waits in a simulation')
  }

  close(): void {
    for (const { ring } of this.partitions) ring.close()
  }
}
