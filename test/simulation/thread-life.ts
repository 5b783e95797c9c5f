/**
 * How a simulated thread ends: at one of its effects on shared words or on the disk, and nothing after it.
 *
 * A write to the disk that was under way at the end may still land before the end is confirmed, with the
 * bytes that its memory has then, as a system call would.
 */

import { replaceThroughTemporary } from '../../src/data-plane/log/replace-file.ts'
import type { Storage, StorageFile } from '../../src/data-plane/log/storage.ts'
import { AtomicWords, type Words } from '../../src/threads/words.ts'

export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded'
}

/** One for all: nobody looks at where it was thrown. */
const ENDED = new ThreadEnded('the simulated thread has ended')

export class ThreadLife {
  isOver = false
  /** Whether a write that meets the end lands later. */
  holdsWrite = false
  #effectsLeft = Number.POSITIVE_INFINITY

  /** The thread ends when it attempts so many more effects. */
  endAfter(effects: number, holdsWrite: boolean): void {
    this.#effectsLeft = effects
    this.holdsWrite = holdsWrite
  }

  /** Before each effect. @throws ThreadEnded */
  effect(): void {
    if (!this.isOver && this.#effectsLeft-- > 0) return
    this.isOver = true
    throw ENDED
  }
}

/** Shared words as one thread writes them. */
export class MortalWords implements Words {
  readonly #words: AtomicWords
  readonly #life: ThreadLife

  constructor(buffer: SharedArrayBuffer, life: ThreadLife) {
    this.#words = new AtomicWords(buffer)
    this.#life = life
  }

  get(index: number): number {
    return this.#words.get(index)
  }

  set(index: number, value: number): void {
    this.#life.effect()
    this.#words.set(index, value)
  }

  load(index: number): number {
    return this.#words.load(index)
  }

  store(index: number, value: number): void {
    this.#life.effect()
    this.#words.store(index, value)
  }

  add(index: number, value: number): void {
    this.#life.effect()
    this.#words.add(index, value)
  }

  notify(index: number): void {
    this.#words.notify(index)
  }

  wait(): void {
    throw new Error('nobody waits in a simulation')
  }

  waitAsync(): null {
    throw new Error('nobody waits in a simulation')
  }
}

/** The disk as one thread sees it; its handles are closed with the thread. */
export class MortalDisk implements Storage {
  readonly #disk: Storage
  readonly #life: ThreadLife
  readonly #open = new Set<StorageFile>()
  #heldWrite: (() => void) | null = null

  constructor(disk: Storage, life: ThreadLife) {
    this.#disk = disk
    this.#life = life
  }

  get hasHeldWrite(): boolean {
    return this.#heldWrite !== null
  }

  get openHandles(): number {
    return this.#open.size
  }

  /** The write that was under way when the thread ended, if it lands at all. */
  landHeldWrite(): void {
    const landing = this.#heldWrite
    this.#heldWrite = null
    try {
      landing?.()
    } catch {
      // The disk refuses; nobody is there to be told.
    }
  }

  /** The system closes what the thread had open. @returns whether all of it is closed */
  closeAll(): boolean {
    for (const file of this.#open) {
      try {
        file.close()
        this.#open.delete(file)
      } catch {
        // A faulty disk: tried again later.
      }
    }
    return this.#open.size === 0
  }

  open(path: string, mode: 'read' | 'write'): StorageFile {
    this.#life.effect()
    const file = this.#disk.open(path, mode)
    this.#open.add(file)
    return {
      write: (parts, position) => this.#write(file, parts, position),
      read: (target, position) => file.read(target, position),
      size: () => file.size(),
      truncate: size => {
        this.#life.effect()
        file.truncate(size)
      },
      flush: () => {
        this.#life.effect()
        file.flush()
      },
      close: () => {
        this.#life.effect()
        // A handle is gone whatever its close says.
        this.#open.delete(file)
        file.close()
      }
    }
  }

  #write(file: StorageFile, parts: readonly Uint8Array[], position: number): void {
    const wasOver = this.#life.isOver
    try {
      this.#life.effect()
    } catch (end) {
      const payloads = [...parts]
      if (!wasOver && this.#life.holdsWrite) this.#heldWrite = () => file.write(payloads, position)
      throw end
    }
    file.write(parts, position)
  }

  exists(path: string): boolean {
    return this.#disk.exists(path)
  }

  sizeOf(path: string): number {
    return this.#disk.sizeOf(path)
  }

  list(path: string): string[] {
    return this.#disk.list(path)
  }

  makeDirectory(path: string): void {
    this.#life.effect()
    this.#disk.makeDirectory(path)
  }

  remove(path: string): void {
    this.#life.effect()
    this.#disk.remove(path)
  }

  removeTree(path: string): void {
    this.#life.effect()
    this.#disk.removeTree(path)
  }

  rename(source: string, target: string): void {
    this.#life.effect()
    this.#disk.rename(source, target)
  }

  readAll(path: string): Uint8Array {
    return this.#disk.readAll(path)
  }

  replaceAll(path: string, bytes: Uint8Array): void {
    replaceThroughTemporary(this, path, bytes)
  }
}
