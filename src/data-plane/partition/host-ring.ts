/**
 * A ring as its host sees it: the positions, the slot table its entries point into, and where the payloads
 * lie.
 *
 * Thread: the partition thread. The broker describes a ring in `HostRingDescription`, which crosses threads.
 */
import { RingHost } from '../../threads/ring.ts'
import { SlotTable } from '../../threads/slot-table.ts'
import { AtomicWords } from '../../threads/words.ts'

export interface HostRing {
  /** Number the broker gave it, unique in the cluster. */
  readonly id: number
  readonly ring: RingHost
  readonly slots: SlotTable
  /** Address of slot 0 in the arena. */
  readonly region: number
  readonly slotBytes: number
  readonly slotCount: number
  /** Bell of the sender. */
  readonly bellRow: number
}

/** What makes a `HostRing` in another thread; passes through postMessage. */
export interface HostRingDescription {
  readonly id: number
  readonly capacity: number
  readonly region: number
  readonly slotBytes: number
  readonly slotCount: number
  readonly bellRow: number
  readonly ring: SharedArrayBuffer
  readonly slots: SharedArrayBuffer
}

/** Takes the host's role of a ring, after the confirmed end of the host before it. */
export function hostRing(description: HostRingDescription): HostRing {
  const { id, capacity, region, slotBytes, slotCount, bellRow } = description
  return {
    id,
    ring: new RingHost(new AtomicWords(description.ring), capacity),
    slots: new SlotTable(new AtomicWords(description.slots)),
    region,
    slotBytes,
    slotCount,
    bellRow
  }
}
