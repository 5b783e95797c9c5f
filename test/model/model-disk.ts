/**
 * A disk as one word of a model: the word is the number of its contents, each change of a file is one access.
 * So a death may fall between any two changes, and equal disks are equal states.
 *
 * Only the host has a disk, so a host reads the word once, at its start. A write lands in two halves: a death
 * in the middle of a system call leaves the first.
 */
import { invariant } from '../../src/base/invariant.ts'
import type { Storage, StorageFile } from '../../src/data-plane/log/storage.ts'
import { storageError } from '../../src/data-plane/log/storage-error.ts'
import type { Words } from '../../src/threads/words.ts'

/** Files by path; a directory is a path that ends in a slash. Never changed once it has a number. */
type Contents = ReadonlyMap<string, Uint8Array>

const EMPTY = new Uint8Array(0)

/** Every contents that was ever seen, by number; 0 is the empty disk. Belongs to one model. */
export class DiskContents {
  readonly #contents: Contents[] = [new Map()]
  readonly #numbers = new Map<string, number>([['', 0]])
  readonly #texts = new WeakMap<Uint8Array, string>()

  at(number: number): Contents {
    const contents = this.#contents[number]
    invariant(contents !== undefined, 'a disk word is the number of a contents', { number })
    return contents
  }

  numberOf(contents: Contents): number {
    let key = ''
    for (const path of [...contents.keys()].sort())
      key += `${path}=${this.#textOf(contents.get(path) ?? EMPTY)};`
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#contents.length
      this.#numbers.set(key, number)
      this.#contents.push(new Map(contents))
    }
    return number
  }

  #textOf(bytes: Uint8Array): string {
    let text = this.#texts.get(bytes)
    if (text === undefined) {
      text = Buffer.from(bytes).toString('latin1')
      this.#texts.set(bytes, text)
    }
    return text
  }
}

export class ModelDisk implements Storage {
  readonly #all: DiskContents
  readonly #words: Words
  readonly #word: number
  readonly #files: Map<string, Uint8Array>

  constructor(all: DiskContents, words: Words, word: number) {
    this.#all = all
    this.#words = words
    this.#word = word
    this.#files = new Map(all.at(words.get(word)))
  }

  /** Number of what the disk holds now. */
  get contents(): number {
    return this.#all.numberOf(this.#files)
  }

  #change(path: string, bytes: Uint8Array | null): void {
    if (bytes === null) this.#files.delete(path)
    else this.#files.set(path, bytes)
    this.#words.set(this.#word, this.contents)
  }

  #bytesOf(path: string): Uint8Array {
    const bytes = this.#files.get(path)
    if (bytes === undefined) throw storageError('read', path, 'no such file')
    return bytes
  }

  open(path: string, mode: 'read' | 'write'): StorageFile {
    if (mode === 'write' && !this.#files.has(path)) this.#change(path, EMPTY)
    this.#bytesOf(path)
    return {
      write: (parts, position) => this.#write(path, parts, position),
      read: (target, position) => {
        const part = this.#bytesOf(path).subarray(position, position + target.byteLength)
        target.set(part)
        return part.byteLength
      },
      size: () => this.sizeOf(path),
      truncate: size => this.#change(path, this.#bytesOf(path).slice(0, size)),
      flush: () => {},
      close: () => {}
    }
  }

  #write(path: string, parts: readonly Uint8Array[], position: number): void {
    const written = Buffer.concat(parts)
    for (const bytes of [written.subarray(0, written.byteLength >> 1), written]) {
      const before = this.#bytesOf(path)
      const after = new Uint8Array(Math.max(before.byteLength, position + bytes.byteLength))
      after.set(before)
      after.set(bytes, position)
      this.#change(path, after)
    }
  }

  exists(path: string): boolean {
    return this.#files.has(path) || this.#files.has(`${path}/`)
  }

  sizeOf(path: string): number {
    return this.#bytesOf(path).byteLength
  }

  list(path: string): string[] {
    const names = [...this.#files.keys()]
      .filter(name => name.startsWith(`${path}/`))
      .map(name => name.slice(path.length + 1))
    return names.filter(name => name !== '' && !name.includes('/')).sort()
  }

  makeDirectory(path: string): void {
    if (!this.#files.has(`${path}/`)) this.#change(`${path}/`, EMPTY)
  }

  remove(path: string): void {
    this.#bytesOf(path)
    this.#change(path, null)
  }

  removeTree(path: string): void {
    for (const name of [...this.#files.keys()]) if (name.startsWith(`${path}/`)) this.#change(name, null)
  }

  rename(source: string, target: string): void {
    const bytes = this.#bytesOf(source)
    this.#files.delete(source)
    this.#change(target, bytes)
  }

  readAll(path: string): Uint8Array {
    return this.#bytesOf(path).slice()
  }

  replaceAll(path: string, bytes: Uint8Array): void {
    this.#change(`${path}.tmp`, bytes.slice())
    this.rename(`${path}.tmp`, path)
  }
}
