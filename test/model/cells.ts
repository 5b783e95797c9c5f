/**
 * The shared words of a model as they are now; each different content has a number, of which states are made.
 */
import type { Words } from '../../src/threads/words.ts'

/** A word that nobody wrote is 0. */
export class Cells implements Words {
  readonly #values: number[] = []
  readonly #places = new Map<number, number>()
  /** One character per value, so that a content is one short string. */
  readonly #letters = new Map<number, string>([[0, '\0']])
  readonly #contents = new Map<string, number>()
  #content: number | null = null

  /** Number of the present content. */
  get content(): number {
    if (this.#content === null) {
      const text = this.#text()
      this.#content = this.#contents.get(text) ?? this.#contents.size
      this.#contents.set(text, this.#content)
    }
    return this.#content
  }

  /** A word that was given a place later is 0 before it: zeros at the end say nothing. */
  #text(): string {
    let length = this.#values.length
    while (length > 0 && this.#values[length - 1] === 0) length--
    let text = ''
    for (let place = 0; place < length; place++) text += this.#letter(this.#values[place]!)
    return text
  }

  #letter(value: number): string {
    let letter = this.#letters.get(value)
    if (letter === undefined) {
      letter = String.fromCharCode(this.#letters.size)
      this.#letters.set(value, letter)
    }
    return letter
  }

  get(index: number): number {
    const place = this.#places.get(index)
    return place === undefined ? 0 : this.#values[place]!
  }

  set(index: number, value: number): void {
    let place = this.#places.get(index)
    if (place === undefined) {
      place = this.#values.length
      this.#places.set(index, place)
    }
    this.#values[place] = value | 0
    this.#content = null
  }

  /** Takes a write back; cheaper than a `set`, because the number of the old content is known. */
  restore(index: number, value: number, content: number): void {
    this.set(index, value)
    this.#content = content
  }

  load(index: number): number {
    return this.get(index)
  }

  store(index: number, value: number): void {
    this.set(index, value)
  }

  add(index: number, value: number): void {
    this.set(index, this.get(index) + value)
  }

  notify(): void {}

  wait(): void {
    throw new Error('nobody waits before the threads run')
  }

  waitAsync(): Promise<unknown> | null {
    throw new Error('nobody waits before the threads run')
  }
}
