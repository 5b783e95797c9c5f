import { expect, test } from 'vitest'
import { ProducerIds } from '../../src/broker/producer-ids.ts'
import { Log } from '../../src/data-plane/log/log.ts'
import { appendEach, optionsFor, syntheticBatch } from '../data-plane/log/batches.ts'
import { MemoryStorage } from '../support/memory-storage.ts'

const FILE = '/data/highwater-producer-ids'

function disk(): MemoryStorage {
  const storage = new MemoryStorage()
  storage.makeDirectory('/data')
  return storage
}

test('ids count from 0, and the end of a block is on disk before its first id is given', () => {
  const storage = disk()
  const ids = new ProducerIds(storage, '/data')
  expect(storage.exists(FILE)).toBe(false)
  expect(ids.take()).toBe(0)
  expect(new TextDecoder().decode(storage.powerCut().bytesOf(FILE))).toBe('1000\n')
  for (let id = 1; id < 1000; id++) expect(ids.take()).toBe(id)
  expect(ids.take()).toBe(1000)
  expect(new TextDecoder().decode(storage.powerCut().bytesOf(FILE))).toBe('2000\n')
})

test('one write serves a block', () => {
  const storage = disk()
  const ids = new ProducerIds(storage, '/data')
  ids.take()
  const operations = storage.operations.length
  for (let i = 0; i < 999; i++) ids.take()
  expect(storage.operations).toHaveLength(operations)
})

test('after a restart no id is given again', () => {
  const storage = disk()
  new ProducerIds(storage, '/data').take()
  expect(new ProducerIds(storage.powerCut(), '/data').take()).toBe(1000)
})

test('if the disk refuses, no id is given, and the next attempt does not skip one', () => {
  const storage = disk()
  const ids = new ProducerIds(storage, '/data')
  storage.failAt(storage.operations.length, 'ENOSPC')
  expect(() => ids.take()).toThrow('ENOSPC')
  expect(ids.take()).toBe(0)
})

test.each(['', '12', 'x\n', '-5\n'])('a file that holds %j is not believed', contents => {
  const storage = disk()
  storage.put(FILE, new TextEncoder().encode(contents))
  expect(() => new ProducerIds(storage, '/data')).toThrow('must hold one number')
})

/** A log of two segments whose batches are of the producers 0 to 25, as a kill of the process leaves it. */
function diskWithLog(): { storage: MemoryStorage; log: Log } {
  const storage = disk()
  const log = Log.openCold({
    ...optionsFor(storage, { segmentBytes: 2000 }),
    topicId: 'AAAAAAAAAAAAAAAAAAAAAQ'
  })
  const batches = Array.from({ length: 26 }, (_, i) =>
    syntheticBatch({ baseOffset: i, producerId: i, producerEpoch: 0, baseSequence: 0 })
  )
  appendEach(log, batches)
  return { storage, log }
}

test('if the file is gone, ids begin above every id that a log knows, killed or closed', () => {
  const { storage, log } = diskWithLog()
  expect(new ProducerIds(storage.copy(), '/data').take()).toBe(26)
  log.close()
  const ids = new ProducerIds(storage, '/data')
  expect(ids.take()).toBe(26)
  expect(new TextDecoder().decode(storage.bytesOf(FILE))).toBe('1026\n')
})

test('if the snapshots are gone too, the batches tell the ids', () => {
  const { storage, log } = diskWithLog()
  log.close()
  for (const path of storage.paths) if (path.endsWith('.snapshot')) storage.put(path, new Uint8Array(3))
  const before = storage.paths
  expect(new ProducerIds(storage, '/data').take()).toBe(26)
  expect(storage.paths).toEqual([...before, FILE].sort())
})
