import { expect, test } from 'vitest'
import { IndexFile } from '../../../src/data-plane/log/index-file.ts'
import type { Storage, StorageFile } from '../../../src/data-plane/log/storage.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'

const PATH = '/data/orders-0/00000000000000000000.index'

/** A disk, and how many of its files are open. */
function counted(): { storage: Storage; disk: MemoryStorage; open: () => number } {
  const disk = new MemoryStorage()
  disk.makeDirectory('/data/orders-0')
  let open = 0
  const storage: Storage = Object.assign(Object.create(disk) as MemoryStorage, {
    open(path: string, mode: 'read' | 'write'): StorageFile {
      const file = disk.open(path, mode)
      const { close } = file
      open++
      return Object.assign(file, {
        close: () => {
          open--
          close.call(file)
        }
      })
    }
  })
  return { storage, disk, open: () => open }
}

const append = (index: IndexFile): void => index.use(file => file.write([new Uint8Array([7])], file.size()))

test.each([
  [true, 1],
  [false, 0]
])('a file that stays open: %s, holds %i handles between its uses', (staysOpen, handles) => {
  const { storage, disk, open } = counted()
  const index = new IndexFile(storage, PATH, staysOpen)
  expect(disk.exists(PATH)).toBe(true)
  expect(open()).toBe(handles)
  append(index)
  append(index)
  expect(open()).toBe(handles)
  expect([...disk.bytesOf(PATH)]).toEqual([7, 7])
  index.close()
  expect(open()).toBe(0)
})

test('a use that fails closes what it opened', () => {
  const { storage, open } = counted()
  const index = new IndexFile(storage, PATH, false)
  expect(() =>
    index.use(() => {
      throw new Error('no room')
    })
  ).toThrow('no room')
  expect(open()).toBe(0)
})
