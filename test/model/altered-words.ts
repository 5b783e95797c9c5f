/**
 * Words that pass every access on. Mutants of a protocol override what they do wrong, so that the real step
 * function runs with just that one change.
 */
import type { Words } from '../../src/threads/words.ts'

export class AlteredWords implements Words {
  readonly inner: Words

  constructor(inner: Words) {
    this.inner = inner
  }

  get(index: number): number {
    return this.inner.get(index)
  }

  set(index: number, value: number): void {
    this.inner.set(index, value)
  }

  load(index: number): number {
    return this.inner.load(index)
  }

  store(index: number, value: number): void {
    this.inner.store(index, value)
  }

  add(index: number, value: number): void {
    this.inner.add(index, value)
  }

  notify(index: number): void {
    this.inner.notify(index)
  }

  wait(index: number, expected: number, timeoutMs: number): void {
    this.inner.wait(index, expected, timeoutMs)
  }

  waitAsync(index: number, expected: number, timeoutMs: number): Promise<unknown> | null {
    return this.inner.waitAsync(index, expected, timeoutMs)
  }
}
