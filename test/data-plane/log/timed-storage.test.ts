import { expect, test } from 'vitest'
import type { Storage, StorageFile } from '../../../src/data-plane/log/storage.ts'
import { TimedStorage } from '../../../src/data-plane/log/timed-storage.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'

/** Milliseconds each kind of call takes on the disk of these tests. */
const TAKES = { write: 7, flush: 100, replaceAll: 40, open: 3 }

/** A disk in memory that is as slow as it says. */
function slowDisk(clock: ManualClock): { disk: MemoryStorage; slow: Storage } {
  const disk = new MemoryStorage()
  const slowly = <T>(ms: number, call: () => T): T => {
    clock.block(ms)
    return call()
  }
  const slowFile = (file: StorageFile): StorageFile => ({
    write: (parts, position) => slowly(TAKES.write, () => file.write(parts, position)),
    read: (target, position) => file.read(target, position),
    size: () => file.size(),
    truncate: size => file.truncate(size),
    flush: () => slowly(TAKES.flush, () => file.flush()),
    close: () => file.close()
  })
  const slow: Storage = {
    open: (path, mode) => slowly(TAKES.open, () => slowFile(disk.open(path, mode))),
    exists: path => disk.exists(path),
    sizeOf: path => disk.sizeOf(path),
    list: path => disk.list(path),
    makeDirectory: path => disk.makeDirectory(path),
    remove: path => disk.remove(path),
    removeTree: path => disk.removeTree(path),
    rename: (source, target) => disk.rename(source, target),
    readAll: path => disk.readAll(path),
    replaceAll: (path, bytes) => slowly(TAKES.replaceAll, () => disk.replaceAll(path, bytes))
  }
  return { disk, slow }
}

const BYTES = Uint8Array.of(1, 2, 3)

test('the time inside calls is counted, that between them is not', () => {
  const clock = new ManualClock()
  const storage = new TimedStorage(slowDisk(clock).slow, clock)
  storage.makeDirectory('/d')
  const file = storage.open('/d/f', 'write')
  expect(storage.insideMs).toBe(3)
  clock.block(1000)
  file.write([BYTES], 0)
  file.write([BYTES], 3)
  expect(storage.insideMs).toBe(17)
  file.flush()
  clock.block(1000)
  storage.replaceAll('/d/g', BYTES)
  expect(storage.insideMs).toBe(157)
})

test('a call that fails counts as well', () => {
  const clock = new ManualClock()
  const { disk, slow } = slowDisk(clock)
  const storage = new TimedStorage(slow, clock)
  storage.makeDirectory('/d')
  const file = storage.open('/d/f', 'write')
  disk.failAt(disk.operations.length, 'EIO')
  expect(() => file.flush()).toThrow('EIO')
  expect(storage.insideMs).toBe(103)
})

test('the disk behind it does all that it is asked', () => {
  const clock = new ManualClock()
  const { disk, slow } = slowDisk(clock)
  const storage = new TimedStorage(slow, clock)
  storage.makeDirectory('/d')
  const file = storage.open('/d/f', 'write')
  file.write([BYTES, BYTES], 0)
  file.truncate(5)
  const target = new Uint8Array(8)
  expect([file.read(target, 0), file.size(), storage.sizeOf('/d/f')]).toEqual([5, 5, 5])
  file.close()
  storage.rename('/d/f', '/d/g')
  storage.replaceAll('/d/h', BYTES)
  expect([storage.list('/d'), storage.exists('/d/f')]).toEqual([['g', 'h'], false])
  expect(storage.readAll('/d/h')).toEqual(BYTES)
  storage.remove('/d/h')
  expect(disk.exists('/d/h')).toBe(false)
  storage.removeTree('/d')
  expect(disk.exists('/d/g')).toBe(false)
})
