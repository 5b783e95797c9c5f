/**
 * Shared 32-bit words: the only way this code base touches memory that another thread writes.
 *
 * `AtomicWords` is the production form over a SharedArrayBuffer. Tests pass a form that stops at every
 * access, so that the real step functions are explored in all interleavings. Indices count words, not bytes.
 */
export interface Words {
  /** Plain read: of words the caller owns now, or whose publication it has seen. */
  get(index: number): number
  /** Plain write: becomes visible with the next `store` that publishes it. */
  set(index: number, value: number): void
  /** Sequentially consistent read. */
  load(index: number): number
  /** Sequentially consistent write; publishes every plain write before it. */
  store(index: number, value: number): void
  /** Only for bells: no decision may rest on the sum. */
  add(index: number, value: number): void
  /** Wakes every thread that waits on the word. */
  notify(index: number): void
  /** Blocks while the word holds `expected`, at most `timeoutMs`. */
  wait(index: number, expected: number, timeoutMs: number): void
  /** As `wait`, without blocking; null when the word already differs. */
  waitAsync(index: number, expected: number, timeoutMs: number): Promise<unknown> | null
}

export class AtomicWords implements Words {
  readonly #words: Int32Array

  /** @param byteOffset of word 0, a multiple of 4. Without `wordCount` the view follows a growable buffer. */
  constructor(buffer: SharedArrayBuffer, byteOffset = 0, wordCount?: number) {
    this.#words = new Int32Array(buffer, byteOffset, wordCount)
  }

  get(index: number): number {
    return this.#words[index]!
  }

  set(index: number, value: number): void {
    this.#words[index] = value
  }

  load(index: number): number {
    return Atomics.load(this.#words, index)
  }

  store(index: number, value: number): void {
    Atomics.store(this.#words, index, value)
  }

  add(index: number, value: number): void {
    Atomics.add(this.#words, index, value)
  }

  notify(index: number): void {
    Atomics.notify(this.#words, index)
  }

  wait(index: number, expected: number, timeoutMs: number): void {
    Atomics.wait(this.#words, index, expected, timeoutMs)
  }

  waitAsync(index: number, expected: number, timeoutMs: number): Promise<unknown> | null {
    const waiting = Atomics.waitAsync(this.#words, index, expected, timeoutMs)
    return waiting.async ? waiting.value : null
  }
}
