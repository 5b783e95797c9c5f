/**
 * Which 64 KiB units of the arena are lent, and to whom they may go next: first fit, neighbours joined on
 * return.
 *
 * Thread: the broker, private. Pure bookkeeping; it never touches the bytes.
 */
import { invariant } from '../base/invariant.ts'
import { ARENA_FIRST_REGION, REGION_UNIT_BYTES } from './arena.ts'

interface FreeRun {
  at: number
  bytes: number
}

export class RegionList {
  #free: FreeRun[]
  readonly #lent = new Map<number, number>()

  /** @param arenaBytes size of the whole arena */
  constructor(arenaBytes: number) {
    this.#free = [{ at: ARENA_FIRST_REGION, bytes: arenaBytes - ARENA_FIRST_REGION }]
  }

  get freeBytes(): number {
    return this.#free.reduce((sum, run) => sum + run.bytes, 0)
  }

  /** Address of a region of at least `bytes`, or null when no run is long enough. */
  tryLend(bytes: number): number | null {
    const wanted = Math.ceil(bytes / REGION_UNIT_BYTES) * REGION_UNIT_BYTES
    const run = this.#free.find(candidate => candidate.bytes >= wanted)
    if (run === undefined) return null
    const at = run.at
    run.at += wanted
    run.bytes -= wanted
    this.#free = this.#free.filter(candidate => candidate.bytes > 0)
    this.#lent.set(at, wanted)
    return at
  }

  /** Takes a region back; only after its borrower's confirmed end and with no ring or lease naming it. */
  giveBack(at: number): void {
    const bytes = this.#lent.get(at)
    invariant(bytes !== undefined, 'a region is returned once, and only if it was lent', { at })
    this.#lent.delete(at)
    this.#free.push({ at, bytes })
    this.#free.sort((left, right) => left.at - right.at)
    const joined: FreeRun[] = []
    for (const run of this.#free) {
      const before = joined.at(-1)
      if (before !== undefined && before.at + before.bytes === run.at) before.bytes += run.bytes
      else joined.push(run)
    }
    this.#free = joined
  }
}
