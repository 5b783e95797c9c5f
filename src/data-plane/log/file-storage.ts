/**
 * Real files: `Storage` over the synchronous calls of node:fs, the only place of the data plane that uses it.
 *
 * Thread: any; a handle is used by the thread that opened it. Directories are 0700 and files 0600: a log
 * holds what its users sent. The first `flush` of a handle makes the name of the file durable too: it may be
 * new.
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
  writevSync
} from 'node:fs'
import { availableParallelism, freemem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import { replaceThroughTemporary } from './replace-file.ts'
import type { Storage, StorageFile } from './storage.ts'
import { storageError } from './storage-error.ts'

class RealFile implements StorageFile {
  readonly #path: string
  readonly #descriptor: number
  #nameIsDurable: boolean

  constructor(path: string, descriptor: number, nameIsDurable: boolean) {
    this.#path = path
    this.#descriptor = descriptor
    this.#nameIsDurable = nameIsDurable
  }

  write(parts: readonly Uint8Array[], position: number): void {
    let expected = 0
    for (let i = 0; i < parts.length; i++) expected += parts[i]?.byteLength ?? 0
    const written = this.#writeOnce(parts, position)
    if (written !== expected) {
      throw storageError('write', this.#path, `only ${written} of ${expected} bytes were taken`)
    }
  }

  #writeOnce(parts: readonly Uint8Array[], position: number): number {
    const first = parts[0]
    invariant(first !== undefined, 'a write has at least one part')
    try {
      if (parts.length === 1) return writeSync(this.#descriptor, first, 0, first.byteLength, position)
      return writevSync(this.#descriptor, parts, position)
    } catch (cause) {
      throw storageError('write', this.#path, cause)
    }
  }

  read(target: Uint8Array, position: number): number {
    let done = 0
    try {
      while (done < target.byteLength) {
        const count = readSync(this.#descriptor, target, done, target.byteLength - done, position + done)
        if (count === 0) break
        done += count
      }
    } catch (cause) {
      throw storageError('read', this.#path, cause)
    }
    return done
  }

  size(): number {
    return attempt('stat', this.#path, () => fstatSync(this.#descriptor).size)
  }

  truncate(size: number): void {
    attempt('truncate', this.#path, () => ftruncateSync(this.#descriptor, size))
  }

  flush(): void {
    attempt('flush', this.#path, () => fdatasyncSync(this.#descriptor))
    if (this.#nameIsDurable) return
    flushDirectory(dirname(this.#path))
    this.#nameIsDurable = true
  }

  close(): void {
    attempt('close', this.#path, () => closeSync(this.#descriptor))
  }
}

function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw storageError(action, path, cause)
  }
}

/** Makes names durable. Windows has no such call, and needs none. */
function flushDirectory(path: string): void {
  if (process.platform === 'win32') return
  attempt('flush', path, () => {
    const descriptor = openSync(path, constants.O_RDONLY)
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  })
}

/** @param isPassing the name of the file is not meant to last */
function open(path: string, mode: 'read' | 'write', isPassing = false): StorageFile {
  const flags = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT
  const descriptor = attempt('open', path, () => openSync(path, flags, 0o600))
  return new RealFile(path, descriptor, isPassing)
}

function list(path: string): string[] {
  return attempt('list', path, () => (existsSync(path) ? readdirSync(path).sort() : []))
}

function replaceAll(path: string, bytes: Uint8Array): void {
  const storage = { open: (temporary: string) => open(temporary, 'write', true), rename }
  replaceThroughTemporary(storage, path, bytes)
  flushDirectory(dirname(path))
}

function rename(source: string, target: string): void {
  attempt('rename', source, () => renameSync(source, target))
}

/** From the root down: on /proc, which refuses with ENOENT, the recursive form of Node never comes back. */
function makeDirectories(path: string): void {
  if (existsSync(path)) return
  makeDirectories(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

export const fileStorage: Storage = {
  open: (path, mode) => open(path, mode),
  list,
  replaceAll,
  exists: path => existsSync(path),
  sizeOf: path => attempt('stat', path, () => statSync(path).size),
  makeDirectory: path => {
    attempt('make directory', path, () => makeDirectories(path))
  },
  remove: path => attempt('remove', path, () => unlinkSync(path)),
  removeTree: path => attempt('remove', path, () => rmSync(path, { recursive: true, force: true })),
  rename,
  readAll: path => attempt('read', path, () => new Uint8Array(readFileSync(path)))
}

/** A fresh, empty directory for logs that nobody wants to keep. */
export function makeTemporaryDirectory(): string {
  const prefix = join(tmpdir(), 'highwater-')
  return attempt('make directory', prefix, () => mkdtempSync(prefix))
}

/** What the machine has for more threads. */
export function machineLimits(): { cores: number; freeMemoryBytes: number; fileHandlesMax: number | null } {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : ''
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return {
    cores: availableParallelism(),
    freeMemoryBytes: freemem(),
    fileHandlesMax: soft === undefined ? null : Number(soft)
  }
}
