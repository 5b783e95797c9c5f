/**
 * Values of a loader that come from a sample, each as it is, with the stamp of the audit in the record's only
 * header.
 *
 *   value (the user's bytes) | 1 header: "stamp", 16 bytes: sequence · loader · partition · checksum
 *
 * Thread: the loader's. The sample's bytes are shared by all loaders and only read.
 */
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { RecordHeader } from '../wire/record/record-header.ts'
import type { PackedValues } from './inputs/record-sample.ts'
import { type RecordValues, STAMP_BYTES, Stamp } from './record-stamp.ts'
import { sumOfBytes } from './stamp-words.ts'

const STAMP_HEADER = 'stamp'

export class SampledValues implements RecordValues {
  /** The stamp of the value that was taken last. */
  readonly headers: readonly RecordHeader[]
  readonly #stamp = new Stamp()
  readonly #stampBytes = new Uint8Array(STAMP_BYTES)
  readonly #values: Uint8Array[] = []
  readonly #sums: number[] = []
  #next = 0

  /** @param random the order of this loader: a file sorted by size is not sent sorted by size */
  constructor(loader: number, packed: PackedValues, random: Random) {
    const starts = new Int32Array(packed.starts)
    invariant(starts.length > 1, 'a sample has values')
    this.#stamp.loader = loader
    this.headers = [{ key: STAMP_HEADER, value: this.#stampBytes }]
    for (let i = 0; i + 1 < starts.length; i++) {
      this.#values.push(new Uint8Array(packed.bytes, starts[i], starts[i + 1]! - starts[i]!))
    }
    for (let i = this.#values.length - 1; i > 0; i--) {
      const other = random.below(i + 1)
      const value = this.#values[i]!
      this.#values[i] = this.#values[other]!
      this.#values[other] = value
    }
    for (const value of this.#values) this.#sums.push(sumOfBytes(value, 0, value.length))
  }

  /** The next value, whose stamp stands in `headers` until the value after it is taken. */
  take(partition: number, sequence: number): Uint8Array {
    const index = this.#next
    this.#next = index + 1 === this.#values.length ? 0 : index + 1
    const stamp = this.#stamp
    stamp.sequence = sequence
    stamp.partition = partition
    stamp.write(this.#stampBytes, this.#sums[index]!)
    return this.#values[index]!
  }
}
