/**
 * Files as the log sees them: synchronous, positioned, and the only road to a disk. Real files live in
 * `file-storage.ts`; tests use an in-memory disk with faults.
 *
 * Thread: a handle belongs to the thread that opened it and dies with it.
 * Paths are absolute. Every method throws HighwaterError HIGHWATER_STORAGE, naming the path and the errno.
 */
export interface Storage {
  /** `read`: must exist. `write`: created if missing, read and write, contents kept. */
  open(path: string, mode: 'read' | 'write'): StorageFile
  exists(path: string): boolean
  /** Size in bytes. */
  sizeOf(path: string): number
  /** Names in a directory, sorted; empty if it does not exist. */
  list(path: string): string[]
  makeDirectory(path: string): void
  remove(path: string): void
  removeTree(path: string): void
  rename(source: string, target: string): void
  readAll(path: string): Uint8Array
  /** Whole file, through `<path>.tmp`, fsync and rename: readers see the old or the new contents. */
  replaceAll(path: string, bytes: Uint8Array): void
}

export interface StorageFile {
  /**
   * Writes all of `parts` at `position` with one call where the system permits. A short count is an error.
   */
  write(parts: readonly Uint8Array[], position: number): void
  /** Bytes read into `target`, fewer only at the end of the file. */
  read(target: Uint8Array, position: number): number
  size(): number
  truncate(size: number): void
  /** fdatasync. After it throws, the file must not be trusted until reopened. */
  flush(): void
  close(): void
}
