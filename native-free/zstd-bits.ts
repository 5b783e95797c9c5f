/**
 * Bits of a zstd stream, which its writer has written forwards and its reader takes from the end.
 *
 *   first byte                                   last byte
 *   ├─ written first, taken last ── … ── taken first ─┤ 1 0 0    the highest 1 only marks the end
 *
 * RFC 8878, 4.1 and 4.2.
 */
import { damaged } from './zstd-damage.ts'

/** A word is read at once, wherever in it the bits lie: so many zero bytes must follow the last stream. */
export const BITS_PADDING_AFTER = 4
/** One sequence may take so much behind the start of its stream before that is noticed. */
export const BITS_PADDING_BEFORE = 16

const TAKE_MAX = 24

/**
 * Up to 24 bits of the stream that starts at byte `from`, the lowest of them at bit `at`, which may lie
 * before it. For loops that keep their place in a variable: a field would be stored and loaded at every step.
 */
export function bitsAt(view: DataView, from: number, at: number, count: number): number {
  return (view.getUint32(from + (at >> 3), true) >>> (at & 7)) & ((1 << count) - 1)
}

/** Up to 40 bits. */
export function longBitsAt(view: DataView, from: number, at: number, count: number): number {
  if (count <= TAKE_MAX) return bitsAt(view, from, at, count)
  return bitsAt(view, from, at + 16, count - 16) * 65536 + bitsAt(view, from, at, 16)
}

export class BackwardBits {
  /** Bits that are not taken; below 0 after more was taken than there is. */
  left = 0
  /** The first byte of the stream. */
  from = 0
  readonly view: DataView

  /** @param view the padding included */
  constructor(view: DataView) {
    this.view = view
  }

  /** Starts at the end of the stream from byte `from` up to `to`. */
  open(from: number, to: number): void {
    const last = to > from ? this.view.getUint8(to - 1) : 0
    if (last === 0) throw damaged('a stream has no end mark')
    this.from = from
    this.left = 8 * (to - from) - (Math.clz32(last) - 24) - 1
  }

  /** Takes up to 24 bits. */
  take(count: number): number {
    this.left -= count
    return bitsAt(this.view, this.from, this.left, count)
  }
}
