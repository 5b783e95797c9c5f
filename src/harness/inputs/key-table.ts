/**
 * How often each key of a long list occurs, in bounded memory, without keeping any key's text.
 *
 *   slot   hash    murmur2 of the key, which decides its partition
 *          print   a second, independent hash
 *          count   occurrences, 0 for a free slot                      three Uint32 words
 *
 * Two keys are taken for one if both hashes agree: among 10 million keys that happens once in 400,000 lists.
 * A list with more distinct keys than there are slots is read again, a part of its keys each time.
 */
import { invariant } from '../../base/invariant.ts'

const SLOTS_MIN = 1024
/** Above this share of used slots a search gets long. */
const FILL_MAX = 0.75
/** Golden ratio of 2^32: keys whose hashes differ in the low bits alone still go apart. */
const SPREAD = 0x9e3779b1

/**
 * Keys of one class: those whose print ends in these `bits` low bits. All keys are of the class of 0 bits.
 */
export interface KeyClass {
  readonly bits: number
  readonly residue: number
}

/** Words of a slot. */
const WORDS = 3
const PRINT = 1
const COUNT = 2

export class KeyTable {
  readonly #slotsMax: number
  #class: KeyClass
  /** Classes that were put aside for want of room. */
  readonly #splits: KeyClass[] = []
  #classMask: number
  #keys = 0
  #records = 0
  #words = new Uint32Array(SLOTS_MIN * WORDS)
  #lastSlot = SLOTS_MIN - 1

  /** @param slotsMax a power of two; 12 bytes each */
  constructor(keyClass: KeyClass, slotsMax: number) {
    invariant(slotsMax >= SLOTS_MIN && (slotsMax & (slotsMax - 1)) === 0, 'slots are a power of two', {
      slotsMax
    })
    this.#slotsMax = slotsMax
    this.#class = keyClass
    this.#classMask = (1 << keyClass.bits) - 1
  }

  /** Distinct keys of the class. */
  get keys(): number {
    return this.#keys
  }

  /** Occurrences of all keys that were added, whatever their class. */
  get records(): number {
    return this.#records
  }

  /** Classes that did not fit; to be counted by tables of their own. */
  get splits(): readonly KeyClass[] {
    return this.#splits
  }

  /** Counts one occurrence, if the key is of this table's class. */
  add(hash: number, print: number): void {
    this.#records += 1
    if ((print & this.#classMask) !== this.#class.residue) return
    const words = this.#words
    const at = this.#find(hash >>> 0, print >>> 0)
    const count = words[at + COUNT]!
    words[at + COUNT] = count + 1
    if (count > 0) return
    words[at] = hash
    words[at + PRINT] = print
    this.#keys += 1
    if (this.#keys > (this.#lastSlot + 1) * FILL_MAX) this.#makeRoom()
  }

  /** Each key of the class, in no order. */
  forEach(each: (hash: number, print: number, count: number) => void): void {
    const words = this.#words
    for (let at = 0; at < words.length; at += WORDS) {
      const count = words[at + COUNT]!
      if (count > 0) each(words[at]! | 0, words[at + PRINT]! | 0, count)
    }
  }

  /** Where the key is, or the free slot where it belongs. */
  #find(hash: number, print: number): number {
    const words = this.#words
    let slot = (Math.imul(hash ^ (print >>> 7), SPREAD) >>> 8) & this.#lastSlot
    let at = slot * WORDS
    while (words[at + COUNT]! > 0 && (words[at] !== hash || words[at + PRINT] !== print)) {
      slot = (slot + 1) & this.#lastSlot
      at = slot * WORDS
    }
    return at
  }

  /** Twice the slots; with as many as there may be, half the keys. */
  #makeRoom(): void {
    const old = this.#words
    if (this.#lastSlot + 1 < this.#slotsMax) {
      this.#words = new Uint32Array(old.length * 2)
      this.#lastSlot = this.#lastSlot * 2 + 1
      for (let at = 0; at < old.length; at += WORDS) if (old[at + COUNT]! > 0) this.#put(old, at)
      return
    }
    this.#split()
  }

  #split(): void {
    const { bits, residue } = this.#class
    const upper = 1 << bits
    this.#splits.push({ bits: bits + 1, residue: residue | upper })
    this.#class = { bits: bits + 1, residue }
    this.#classMask = upper * 2 - 1
    const words = this.#words
    let end = 0
    // Those that stay move to the front, and from a copy of that back to their slots.
    for (let at = 0; at < words.length; at += WORDS) {
      if (words[at + COUNT] === 0 || (words[at + PRINT]! & upper) !== 0) continue
      words.copyWithin(end, at, at + WORDS)
      end += WORDS
    }
    const kept = words.slice(0, end)
    words.fill(0)
    for (let at = 0; at < end; at += WORDS) this.#put(kept, at)
    this.#keys = end / WORDS
  }

  #put(from: Uint32Array, at: number): void {
    const to = this.#find(from[at]!, from[at + PRINT]!)
    this.#words[to] = from[at]!
    this.#words[to + PRINT] = from[at + PRINT]!
    this.#words[to + COUNT] = from[at + COUNT]!
  }
}
