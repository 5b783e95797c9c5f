/**
 * One open channel as the broker sees it: the lanes it was lent and the rings it submits to.
 *
 *   open ─ port closed, or lane closed ─▶ its rings are closed ─ all drained ─▶ all it had comes back
 *
 * Thread: the broker. A caller's own words are written here only after its port was closed: that is its end.
 */
import { HighwaterError } from '../base/local-errors.ts'
import type { HostRingDescription } from '../data-plane/partition/host-ring.ts'
import { RingSender, ringBytes, ringCapacity } from '../threads/ring.ts'
import { allocateWords } from '../threads/shared-memory.ts'
import { SLOT_ENTRY_BYTES } from '../threads/slot-table.ts'
import { AtomicWords } from '../threads/words.ts'
import type { Engine } from './engine.ts'
import type { HostedPartition } from './hosted-partition.ts'
import type { LaneSize } from './local-commands.ts'

interface LentRing {
  readonly description: HostRingDescription
  readonly partition: HostedPartition
}

interface LentLane {
  readonly id: number
  readonly size: LaneSize
  readonly region: number
  readonly bellRow: number
  readonly slots: SharedArrayBuffer
  readonly rings: Map<number, LentRing>
  isClosing: boolean
}

interface ReaderPlace {
  readonly bellRow: number
  /** -1 where every row of the lease table is taken. */
  readonly readerRow: number
}

export class Caller {
  /** Scratch memory of the caller's thread. */
  readonly scratch: number
  readonly #engine: Engine
  readonly #produceLanes = new Map<number, LentLane>()
  readonly #fetchLanes = new Map<number, ReaderPlace>()
  readonly #nextId: () => number
  readonly #forgetReader: (readerRow: number) => void

  /**
   * @param nextId numbers for lanes and rings, unique in the cluster
   * @param forgetReader called once a reader has ended: no partition is to ring for it any more
   */
  constructor(engine: Engine, nextId: () => number, forgetReader: (readerRow: number) => void) {
    this.#engine = engine
    this.scratch = engine.lendScratch()
    this.#nextId = nextId
    this.#forgetReader = forgetReader
  }

  /**
   * @throws HighwaterError HIGHWATER_RESOURCES when no region of the arena is long enough, or no bell is left
   */
  openProduceLane(size: LaneSize): LentLane {
    const { slotBytes, slotCount } = size
    const region = this.#engine.regions.tryLend(slotBytes * slotCount)
    if (region === null) {
      const wanted = `${slotCount} slots of ${slotBytes} bytes`
      const cure = 'raise engine.arena.bytes or lower buffer.memory'
      const text = `the arena has no free region for ${wanted}; ${cure}`
      throw new HighwaterError('HIGHWATER_RESOURCES', text)
    }
    let bellRow: number
    try {
      bellRow = this.#engine.bellRows.take()
    } catch (error) {
      this.#engine.regions.giveBack(region)
      throw error
    }
    const slots = allocateWords(slotCount * SLOT_ENTRY_BYTES)
    const lane = { id: this.#nextId(), size, region, bellRow, slots, rings: new Map(), isClosing: false }
    this.#produceLanes.set(lane.id, lane)
    return lane
  }

  /**
   * A ring from a lane into a partition.
   * @throws HighwaterError HIGHWATER_CLOSED if the lane was closed meanwhile
   */
  openRing(laneId: number, partition: HostedPartition): HostRingDescription {
    const lane = this.#produceLanes.get(laneId)
    if (lane === undefined || lane.isClosing) {
      throw new HighwaterError('HIGHWATER_CLOSED', 'the producer was closed while it opened a partition')
    }
    const { size, region, bellRow, slots } = lane
    const capacity = ringCapacity(size.inFlightMax)
    const description: HostRingDescription = {
      id: this.#nextId(),
      capacity,
      region,
      slotBytes: size.slotBytes,
      slotCount: size.slotCount,
      bellRow,
      ring: allocateWords(ringBytes(capacity)),
      slots
    }
    lane.rings.set(description.id, { description, partition })
    partition.attach(description, () => {
      lane.rings.delete(description.id)
      this.#releaseIfDrained(lane)
    })
    return description
  }

  /** Its sender has closed the rings; what is in them is still answered. */
  closeProduceLane(laneId: number): void {
    const lane = this.#produceLanes.get(laneId)
    if (lane === undefined || lane.isClosing) return
    lane.isClosing = true
    for (const { partition } of lane.rings.values()) partition.ring()
    this.#releaseIfDrained(lane)
  }

  openFetchLane(): ReaderPlace & { readonly id: number; readonly leases: SharedArrayBuffer } {
    const { bellRows, readerRows, leaseWords } = this.#engine
    const bellRow = bellRows.take()
    const readerRow = readerRows.take(bellRow)
    const id = this.#nextId()
    this.#fetchLanes.set(id, { bellRow, readerRow })
    return { id, bellRow, readerRow, leases: leaseWords }
  }

  closeFetchLane(laneId: number): void {
    const place = this.#fetchLanes.get(laneId)
    if (place === undefined) return
    this.#fetchLanes.delete(laneId)
    if (place.readerRow >= 0) {
      this.#forgetReader(place.readerRow)
      this.#engine.readerRows.giveBack(place.readerRow)
    }
    this.#engine.bellRows.giveBack(place.bellRow)
  }

  /**
   * The channel was closed or its thread has ended: everything it had comes back as soon as it is drained.
   */
  end(): void {
    for (const lane of this.#produceLanes.values()) {
      this.#engine.bells.markDead(lane.bellRow)
      for (const { description } of lane.rings.values()) {
        new RingSender(new AtomicWords(description.ring), description.capacity).close()
      }
      this.closeProduceLane(lane.id)
    }
    for (const laneId of this.#fetchLanes.keys()) this.closeFetchLane(laneId)
    this.#engine.giveBackScratch(this.scratch)
  }

  #releaseIfDrained(lane: LentLane): void {
    if (!lane.isClosing || lane.rings.size > 0) return
    if (!this.#produceLanes.delete(lane.id)) return
    this.#engine.regions.giveBack(lane.region)
    this.#engine.bellRows.giveBack(lane.bellRow)
  }
}
