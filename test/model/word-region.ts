/**
 * A part of a model's words that starts at `base`, so that a ring, bells and slots lie side by side in one
 * model.
 */
import type { Words } from '../../src/threads/words.ts'

export class WordRegion implements Words {
  readonly #inner: Words
  readonly #base: number

  constructor(inner: Words, base: number) {
    this.#inner = inner
    this.#base = base
  }

  get(index: number): number {
    return this.#inner.get(this.#base + index)
  }

  set(index: number, value: number): void {
    this.#inner.set(this.#base + index, value)
  }

  load(index: number): number {
    return this.#inner.load(this.#base + index)
  }

  store(index: number, value: number): void {
    this.#inner.store(this.#base + index, value)
  }

  add(index: number, value: number): void {
    this.#inner.add(this.#base + index, value)
  }

  notify(index: number): void {
    this.#inner.notify(this.#base + index)
  }

  wait(index: number, expected: number, timeoutMs: number): void {
    this.#inner.wait(this.#base + index, expected, timeoutMs)
  }

  waitAsync(index: number, expected: number, timeoutMs: number): Promise<unknown> | null {
    return this.#inner.waitAsync(this.#base + index, expected, timeoutMs)
  }
}
