/**
 * The records of one loader, one after another: key, value, and the stamp that tells them apart. The same
 * seed gives the same keys and values.
 *
 * Thread: the loader's. One object is given again and again; nothing is allocated per record.
 */
import type { Random } from '../../base/random.ts'
import type { RecordHeader } from '../../wire/record/record-header.ts'
import { sumOfBytes } from '../stamp-words.ts'
import { BENCH_STAMP_BYTES, BenchStamp, payloadSum } from './bench-stamp.ts'
import type { KeySource } from './key-distribution.ts'
import type { Lines } from './lines.ts'
import type { SizeShare } from './payload.ts'

/** A record as the producer takes it, valid until the next one. */
export interface OutgoingBenchRecord {
  topic: string
  partition: number | undefined
  key: Uint8Array | null
  value: Uint8Array
  readonly headers: readonly RecordHeader[] | undefined
}

/**
 * Different values of one size: more than any batch holds, so that no codec finds one again, and few enough
 * for a processor's cache.
 */
const POOL_BYTES = 4 * 2 ** 20
const POOL_VALUES_MAX = 16_384
const POOL_VALUES_MIN = 8

const STAMP_HEADER = 'stamp'

interface Value {
  readonly bytes: Uint8Array
  /** Of all that the stamp does not overwrite. */
  readonly sum: number
}

interface RecordStreamOptions {
  readonly loader: number
  readonly random: Random
  readonly keys: KeySource
  readonly sizes: readonly SizeShare[]
  /** Values, instead of generated ones. */
  readonly lines: Lines | null
}

export class RecordStream {
  readonly #options: RecordStreamOptions
  readonly #stamp = new BenchStamp()
  readonly #headerStamp: Uint8Array | null
  readonly #record: OutgoingBenchRecord
  readonly #pools: readonly (readonly Value[])[]
  readonly #next: number[]
  #sequence = 0

  constructor(options: RecordStreamOptions) {
    const { lines, sizes, random, loader } = options
    this.#options = options
    this.#stamp.loader = loader
    this.#headerStamp = lines === null ? null : new Uint8Array(BENCH_STAMP_BYTES)
    this.#pools =
      lines === null
        ? sizes.map(({ bytes }) => generatedValues(bytes, random))
        : [lines.map(bytes => ({ bytes, sum: sumOfBytes(bytes, 0, bytes.length) }))]
    this.#next = this.#pools.map(() => 0)
    const headers = this.#headerStamp === null ? undefined : [{ key: STAMP_HEADER, value: this.#headerStamp }]
    this.#record = { topic: '', partition: undefined, key: null, value: new Uint8Array(0), headers }
  }

  /** Records given so far. */
  get sequence(): number {
    return this.#sequence
  }

  /** Where the next records go; without a partition the producer chooses. */
  direct(topic: string, partition: number | undefined): void {
    this.#record.topic = topic
    this.#record.partition = partition
  }

  /** The next record, due and sent at these microseconds of the run. */
  next(dueMicros: number, sentMicros: number): OutgoingBenchRecord {
    const record = this.#record
    const stamp = this.#stamp
    const { bytes, sum } = this.#takeValue()
    const key = this.#options.keys.next()
    stamp.sequence = this.#sequence
    stamp.dueMicros = dueMicros
    stamp.lateMicros = Math.max(0, sentMicros - dueMicros)
    this.#sequence += 1
    stamp.write(
      this.#headerStamp ?? bytes,
      0,
      payloadSum(sum, key === null ? 0 : sumOfBytes(key, 0, key.length))
    )
    record.key = key
    record.value = bytes
    return record
  }

  #takeValue(): Value {
    const index = this.#pools.length === 1 ? 0 : this.#drawPool()
    const pool = this.#pools[index]!
    const next = this.#next[index]!
    this.#next[index] = next + 1 === pool.length ? 0 : next + 1
    return pool[next]!
  }

  #drawPool(): number {
    const { sizes, random } = this.#options
    let left = random.next()
    for (let index = 0; index < sizes.length - 1; index++) {
      left -= sizes[index]!.share
      if (left < 0) return index
    }
    return sizes.length - 1
  }
}

function generatedValues(size: number, random: Random): Value[] {
  const wanted = Math.floor(POOL_BYTES / size)
  const count = Math.max(POOL_VALUES_MIN, Math.min(POOL_VALUES_MAX, wanted))
  const block = new Uint8Array(size * count)
  for (let at = 0; at < block.length; at++) block[at] = random.below(256)
  return Array.from({ length: count }, (_, index) => {
    const bytes = block.subarray(index * size, (index + 1) * size)
    return { bytes, sum: sumOfBytes(bytes, BENCH_STAMP_BYTES, size) }
  })
}
