import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Log } from '../../../src/data-plane/log/log.ts'
import type { LogSettings } from '../../../src/data-plane/log/log-settings.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import { appendEach, DIRECTORY, filesIn, optionsFor, splitBatches } from './batches.ts'

const GOLDEN = join(import.meta.dirname, '../../golden/log')

const DIRECTORIES: [name: string, settings: Partial<LogSettings>, segments: number][] = [
  ['g-none-0', {}, 1],
  ['g-gzip-0', {}, 1],
  ['g-snappy-0', {}, 1],
  ['g-lz4-0', {}, 1],
  ['g-zstd-0', {}, 1],
  ['g-idem-0', {}, 1],
  ['g-seg-0', { segmentMs: 60000, indexIntervalBytes: 512 }, 3],
  ['fix-0', { segmentMs: 1500, segmentBytes: 1048576 }, 5]
]

function goldenFiles(name: string): Map<string, Uint8Array> {
  const directory = join(GOLDEN, name)
  return new Map(
    readdirSync(directory).map(file => [file, new Uint8Array(readFileSync(join(directory, file)))])
  )
}

function topicIdOf(files: Map<string, Uint8Array>): string {
  const text = new TextDecoder().decode(files.get('partition.metadata'))
  return text.slice(text.indexOf('topic_id: ') + 'topic_id: '.length)
}

function hexOf(files: Map<string, Uint8Array>): Map<string, string> {
  return new Map([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]))
}

function batchesOf(files: Map<string, Uint8Array>): Uint8Array[] {
  const logs = [...files.keys()].filter(name => name.endsWith('.log')).sort()
  return logs.flatMap(name => splitBatches(files.get(name) ?? new Uint8Array(0)))
}

test.each(DIRECTORIES)(
  'the batches of %s, appended and closed, give every byte of Kafka',
  (name, settings, n) => {
    const golden = goldenFiles(name)
    const storage = new MemoryStorage()
    const log = Log.openCold({ ...optionsFor(storage, settings), topicId: topicIdOf(golden) })
    appendEach(log, batchesOf(golden))
    expect(log.sealedSegments.length + 1).toBe(n)
    log.close()
    expect(filesIn(storage)).toEqual(hexOf(golden))
  }
)

const CLOSED: typeof DIRECTORIES = [...DIRECTORIES, ['g-txn-0', {}, 2]]

test.each(CLOSED)('%s, opened and closed again, is as Kafka left it', (name, settings, n) => {
  const golden = goldenFiles(name)
  const storage = new MemoryStorage()
  for (const [file, bytes] of golden) storage.put(join(DIRECTORY, file), bytes)
  const log = Log.openCold({ ...optionsFor(storage, settings), topicId: topicIdOf(golden) })
  expect(log.sealedSegments.length + 1).toBe(n)
  log.close()
  expect(filesIn(storage)).toEqual(hexOf(golden))
})

test.each(DIRECTORIES)(
  '%s without indexes and snapshots gets all of them back from its .log files',
  (name, settings) => {
    const golden = goldenFiles(name)
    const storage = new MemoryStorage()
    for (const [file, bytes] of golden) {
      if (file.endsWith('.log')) storage.put(join(DIRECTORY, file), bytes)
    }
    const log = Log.openCold({ ...optionsFor(storage, settings), topicId: topicIdOf(golden) })
    log.close()
    expect(filesIn(storage)).toEqual(hexOf(golden))
  }
)
