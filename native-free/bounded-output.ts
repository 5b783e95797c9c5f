/**
 * What a decoder writes into: it grows as bytes are really made, up to a cap. No length that stands in the
 * data is believed, so a small hostile input cannot make a large allocation.
 *
 * Thread: the decoder's.
 */

/** A decoder made more bytes than its caller permits. */
export class OutputTooLargeError extends Error {}

/** Up to so many bytes a loop is quicker than a call that moves them. */
const LOOP_BYTES_MAX = 64
const START_BYTES_MIN = 256
const WORD = 4
/** Behind the room there is: the last word of a copy may reach so far beyond what it copies. */
const SLACK_BYTES = WORD - 1

export class BoundedOutput {
  /** Bytes from `length` on are zero or left over. */
  bytes: Uint8Array
  length = 0
  #view: DataView
  #room: number
  readonly #format: string
  readonly #bytesMax: number

  /**
   * @param format names the data in errors: `lz4`
   * @param startBytes a guess: what the input suggests, never what it says
   */
  constructor(format: string, startBytes: number, bytesMax: number) {
    this.#format = format
    this.#bytesMax = bytesMax
    this.#room = Math.min(Math.max(startBytes, START_BYTES_MIN), bytesMax)
    this.bytes = new Uint8Array(this.#room + SLACK_BYTES)
    this.#view = new DataView(this.bytes.buffer)
  }

  /** What was made; a view, which keeps the memory behind it. */
  get made(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Makes room for `count` bytes. @throws OutputTooLargeError */
  reserve(count: number): void {
    const end = this.length + count
    if (end > this.#room) this.#grow(end)
  }

  /** Appends the bytes of `source` from `from` up to `to`, which must lie inside it. */
  append(source: Uint8Array, from: number, to: number): void {
    const count = to - from
    this.reserve(count)
    const { bytes, length } = this
    if (count <= LOOP_BYTES_MAX) for (let at = 0; at < count; at++) bytes[length + at] = source[from + at]!
    else bytes.set(source.subarray(from, to), length)
    this.length = length + count
  }

  /**
   * Appends `count` bytes equal to those `distance` (1 or more) before them, which may be among them: a
   * distance of 1 repeats the last byte. `distance` must not reach before the first byte.
   */
  repeat(distance: number, count: number): void {
    this.reserve(count)
    const { bytes, length } = this
    const from = length - distance
    if (count > LOOP_BYTES_MAX) {
      this.#repeatFar(from, distance, count)
    } else if (distance < WORD) {
      for (let at = 0; at < count; at++) bytes[length + at] = bytes[from + at]!
    } else {
      const view = this.#view
      for (let at = 0; at < count; at += WORD) view.setInt32(length + at, view.getInt32(from + at))
    }
    this.length = length + count
  }

  /** Each round may take what the rounds before it have written. */
  #repeatFar(from: number, distance: number, count: number): void {
    const { bytes, length } = this
    for (let done = 0; done < count; ) {
      const step = Math.min(distance + done, count - done)
      bytes.copyWithin(length + done, from, from + step)
      done += step
    }
  }

  /** Appends one byte `count` times. */
  fill(byte: number, count: number): void {
    this.reserve(count)
    this.bytes.fill(byte, this.length, this.length + count)
    this.length += count
  }

  #grow(end: number): void {
    if (end > this.#bytesMax) {
      throw new OutputTooLargeError(
        `The ${this.#format} data grows beyond the permitted ${this.#bytesMax} bytes.`
      )
    }
    this.#room = Math.min(Math.max(end, 2 * this.#room), this.#bytesMax)
    const larger = new Uint8Array(this.#room + SLACK_BYTES)
    larger.set(this.made)
    this.bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}
