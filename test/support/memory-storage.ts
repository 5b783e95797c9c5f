/**
 * A disk in memory, for tests: the same interface as real files, deterministic, with faults on command.
 *
 * Every file has two halves. Reads and writes see the volatile one; `flush` copies it to the durable one,
 * which is all that `powerCut` leaves. Names are durable at once: a file that was never flushed comes back
 * empty. Each call that can fail has a number, counted from 0 in `operations`; faults are set by number or by
 * name.
 */

import { dirname } from 'node:path'
import { replaceThroughTemporary } from '../../src/data-plane/log/replace-file.ts'
import type { Storage, StorageFile } from '../../src/data-plane/log/storage.ts'
import { storageError } from '../../src/data-plane/log/storage-error.ts'

export type Errno = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EFBIG' | 'EROFS' | 'ENOENT'

const TEXT: Record<Errno, string> = {
  EIO: 'i/o error',
  ENOSPC: 'no space left on device',
  EMFILE: 'too many open files',
  EFBIG: 'file too large',
  EROFS: 'read-only file system',
  ENOENT: 'no such file or directory'
}

/** One file: its bytes, in memory that grows ahead of them, and what of it is durable. */
class Inode {
  #memory: Uint8Array
  #size: number
  durable: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#memory = bytes.slice()
    this.#size = bytes.byteLength
    this.durable = bytes.slice()
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#size)
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.byteLength
    if (end > this.#memory.byteLength) {
      const grown = new Uint8Array(2 * end)
      grown.set(this.bytes)
      this.#memory = grown
    }
    this.#memory.set(bytes, position)
    this.#size = Math.max(this.#size, end)
  }

  truncate(size: number): void {
    const memory = new Uint8Array(size)
    memory.set(this.bytes.subarray(0, size))
    this.#memory = memory
    this.#size = size
  }

  flush(): void {
    this.durable = this.bytes.slice()
  }
}

interface Fault {
  readonly operation: number
  readonly errno: Errno
  readonly isPermanent: boolean
  /** Bytes of a write that reach the disk before the fault. */
  readonly prefixBytes: number
}

export class MemoryStorage implements Storage {
  /** What was asked so far, as `write /log/t-0/00000000000000000000.log`. */
  readonly operations: string[] = []
  /** Handles not closed. */
  openHandles = 0
  bytesRead = 0
  /** Bytes all files together may have; a write beyond it lands in part. */
  capacityBytes = Number.POSITIVE_INFINITY
  readonly #inodes = new Map<string, Inode>()
  readonly #directories = new Set<string>(['/'])
  #faults: Fault[] = []
  #held: ((landing: () => void) => void) | null = null

  /**
   * The call with this number fails; with `permanent` all after it fail too, as for a process that is gone.
   */
  failAt(operation: number, errno: Errno, permanent = false): void {
    this.#faults.push({ operation, errno, isPermanent: permanent, prefixBytes: 0 })
  }

  /** The call with this number, if a write, takes only so many bytes. */
  shortWriteAt(operation: number, prefixBytes: number): void {
    this.#faults.push({ operation, errno: 'ENOSPC', isPermanent: false, prefixBytes })
  }

  clearFaults(): void {
    this.#faults = []
  }

  /**
   * The next write does not land: it throws, as if its thread ended inside the call. The returned function
   * lands it later, as the system may.
   */
  holdNextWrite(): () => void {
    let landing: (() => void) | null = null
    this.#held = action => {
      landing = action
    }
    return () => landing?.()
  }

  /** What a power cut leaves. Handles of this disk do not reach the new one. */
  powerCut(): MemoryStorage {
    return this.#copy(inode => inode.durable)
  }

  /** What a kill of the process leaves: everything written, flushed or not. */
  copy(): MemoryStorage {
    return this.#copy(inode => inode.bytes)
  }

  #copy(contents: (inode: Inode) => Uint8Array): MemoryStorage {
    const copy = new MemoryStorage()
    for (const path of this.#directories) copy.#directories.add(path)
    for (const [path, inode] of this.#inodes) copy.put(path, contents(inode))
    return copy
  }

  /** Makes a file with these bytes, durable, without an operation. */
  put(path: string, bytes: Uint8Array): void {
    this.#makeAll(dirname(path))
    this.#inodes.set(path, new Inode(bytes))
  }

  /** Contents of a file, without an operation. */
  bytesOf(path: string): Uint8Array {
    return this.#inodeOf('look at', path).bytes.slice()
  }

  get paths(): string[] {
    return [...this.#inodes.keys()].sort()
  }

  open(path: string, mode: 'read' | 'write'): StorageFile {
    this.#begin('open', path)
    if (!this.#directories.has(dirname(path))) throw refusal('open', path, 'ENOENT')
    if (mode === 'write' && !this.#inodes.has(path)) {
      this.#inodes.set(path, new Inode(new Uint8Array(0)))
    }
    const inode = this.#inodeOf('open', path)
    this.openHandles++
    let isOpen = true
    const check = (action: string): void => {
      this.#begin(action, path)
      if (!isOpen) throw storageError(action, path, 'the handle is closed')
    }
    return {
      write: (parts, position) => {
        const bytes = Buffer.concat(parts)
        const held = this.#held
        this.#held = null
        if (held !== null) {
          held(() => inode.write(bytes, position))
          throw storageError('write', path, 'the thread ended inside the call')
        }
        if (!isOpen) throw storageError('write', path, 'the handle is closed')
        this.#write(inode, path, bytes, position)
      },
      read: (target, position) => {
        check('read')
        const part = inode.bytes.subarray(position, position + target.byteLength)
        target.set(part)
        this.bytesRead += part.byteLength
        return part.byteLength
      },
      size: () => inode.bytes.byteLength,
      truncate: size => {
        check('truncate')
        inode.truncate(size)
      },
      flush: () => {
        check('flush')
        inode.flush()
      },
      close: () => {
        // As on Linux, a handle is gone whatever its close says.
        if (isOpen) this.openHandles--
        const wasOpen = isOpen
        isOpen = false
        this.#begin('close', path)
        if (!wasOpen) throw storageError('close', path, 'the handle is closed')
      }
    }
  }

  #write(inode: Inode, path: string, bytes: Uint8Array, position: number): void {
    const free = this.capacityBytes - this.#usedBytes() + Math.max(inode.bytes.byteLength - position, 0)
    const fault = this.#begin('write', path)
    const taken = Math.min(fault?.prefixBytes ?? bytes.byteLength, Math.max(free, 0), bytes.byteLength)
    if (taken > 0) inode.write(bytes.subarray(0, taken), position)
    if (taken === 0 && bytes.byteLength > 0) throw refusal('write', path, 'ENOSPC')
    if (taken < bytes.byteLength) {
      throw storageError('write', path, `only ${taken} of ${bytes.byteLength} bytes were taken`)
    }
  }

  #usedBytes(): number {
    let sum = 0
    for (const inode of this.#inodes.values()) sum += inode.bytes.byteLength
    return sum
  }

  exists(path: string): boolean {
    return this.#inodes.has(path) || this.#directories.has(path)
  }

  sizeOf(path: string): number {
    return this.#inodeOf('stat', path).bytes.byteLength
  }

  list(path: string): string[] {
    const prefix = `${path}/`
    const names = [...this.#inodes.keys(), ...this.#directories]
      .filter(name => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
      .map(name => name.slice(prefix.length))
    return names.sort()
  }

  makeDirectory(path: string): void {
    this.#begin('make directory', path)
    this.#makeAll(path)
  }

  #makeAll(path: string): void {
    this.#directories.add(path)
    if (path !== '/') this.#makeAll(dirname(path))
  }

  remove(path: string): void {
    this.#begin('remove', path)
    this.#inodeOf('remove', path)
    this.#inodes.delete(path)
  }

  removeTree(path: string): void {
    this.#begin('remove', path)
    for (const name of [...this.#inodes.keys()]) if (name.startsWith(`${path}/`)) this.#inodes.delete(name)
    for (const name of [...this.#directories]) {
      if (name === path || name.startsWith(`${path}/`)) this.#directories.delete(name)
    }
  }

  rename(source: string, target: string): void {
    this.#begin('rename', source)
    this.#inodes.set(target, this.#inodeOf('rename', source))
    this.#inodes.delete(source)
  }

  readAll(path: string): Uint8Array {
    this.#begin('read', path)
    return this.bytesOf(path)
  }

  replaceAll(path: string, bytes: Uint8Array): void {
    replaceThroughTemporary(this, path, bytes)
  }

  /** Counts the call, and throws if it is to fail. @returns the fault of a short write. */
  #begin(action: string, path: string): Fault | null {
    const number = this.operations.length
    this.operations.push(`${action} ${path}`)
    for (const fault of this.#faults) {
      const isMet = fault.isPermanent ? number >= fault.operation : number === fault.operation
      if (!isMet) continue
      if (fault.prefixBytes === 0) throw refusal(action, path, fault.errno)
      return fault
    }
    return null
  }

  #inodeOf(action: string, path: string): Inode {
    const inode = this.#inodes.get(path)
    if (inode === undefined) throw refusal(action, path, 'ENOENT')
    return inode
  }
}

function refusal(action: string, path: string, errno: Errno): Error {
  return storageError(action, path, Object.assign(new Error(`${errno}: ${TEXT[errno]}`), { code: errno }))
}
