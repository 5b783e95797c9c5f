/**
 * Draws an index with given weights in constant time: two looks into tables, whatever their length.
 *
 * Source: Walker's alias method, tables built as Vose does.
 */
import { invariant } from '../../base/invariant.ts'
import type { Random } from '../../base/random.ts'

export class AliasTable {
  readonly #share: Float64Array
  readonly #alias: Int32Array

  /** @param weights not negative, at least one above 0; they need not sum up to 1 */
  constructor(weights: ArrayLike<number>) {
    const length = weights.length
    let sum = 0
    for (let index = 0; index < length; index++) sum += weights[index] ?? 0
    invariant(length > 0 && sum > 0, 'a distribution has a weight above 0', { length, sum })
    this.#share = new Float64Array(length)
    this.#alias = new Int32Array(length)
    const small: number[] = []
    const large: number[] = []
    for (let index = 0; index < length; index++) {
      this.#share[index] = ((weights[index] ?? 0) * length) / sum
      ;(this.#share[index]! < 1 ? small : large).push(index)
    }
    this.#pair(small, large)
    // What is left differs from 1 only by rounding.
    for (const index of [...small, ...large]) this.#share[index] = 1
  }

  draw(random: Random): number {
    const index = random.below(this.#share.length)
    return random.next() < this.#share[index]! ? index : this.#alias[index]!
  }

  /** Fills the rest of each small cell from a large one. */
  #pair(small: number[], large: number[]): void {
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop() ?? 0
      const rich = large.pop() ?? 0
      this.#alias[poor] = rich
      this.#share[rich] = this.#share[rich]! + this.#share[poor]! - 1
      ;(this.#share[rich]! < 1 ? small : large).push(rich)
    }
  }
}
