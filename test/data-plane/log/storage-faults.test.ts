import { expect, test } from 'vitest'
import type { HighwaterError } from '../../../src/base/local-errors.ts'
import { Log } from '../../../src/data-plane/log/log.ts'
import { type Errno, MemoryStorage } from '../../support/memory-storage.ts'
import { DIRECTORY, factsOf, optionsFor, publishedOf, syntheticBatch } from './batches.ts'

const SETTINGS = { segmentBytes: 1000, indexIntervalBytes: 150 }
const BATCHES = Array.from({ length: 26 }, (_, baseOffset) =>
  syntheticBatch({ baseOffset, producerId: 7, producerEpoch: 0, baseSequence: baseOffset })
)

interface Run {
  readonly storage: MemoryStorage
  /** The log as it was when a call threw, or the closed one. */
  readonly log: Log | null
  readonly acknowledged: number
  /** What a flush had returned for. */
  readonly durable: number
  readonly error: unknown
}

/**
 * A life with everything in it: open, appends, rolls, index entries, snapshots, flushes, truncation, close.
 */
function life(storage: MemoryStorage): Run {
  let log: Log | null = null
  let acknowledged = 0
  let durable = 0
  try {
    log = Log.openCold({ ...optionsFor(storage, SETTINGS), topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' })
    for (const batch of BATCHES) {
      const facts = factsOf(batch)
      if (log.needsRoll(facts.sizeBytes, facts.lastOffset, facts.maxTimestamp, 0)) log.roll(facts.baseOffset)
      log.producerState.update(facts)
      log.write([batch], [facts])
      log.recordAppended(facts)
      acknowledged = log.logEndOffset
      log.flushIndexesIfDue(2)
      log.snapshotIfDue(300)
      if (acknowledged % 7 === 0) {
        log.flush()
        durable = acknowledged
      }
      if (acknowledged === 18) {
        // Whoever truncates has given up these offsets before the call.
        acknowledged = 16
        log.truncateTo(16)
        appendAgain(log, 16, 18)
        acknowledged = 18
      }
    }
    log.close()
    return { storage, log, acknowledged, durable: acknowledged, error: null }
  } catch (error) {
    return { storage, log, acknowledged, durable, error }
  }
}

function appendAgain(log: Log, from: number, to: number): void {
  for (const batch of BATCHES.slice(from, to)) {
    const facts = factsOf(batch)
    log.producerState.update(facts)
    log.write([batch], [facts])
    log.recordAppended(facts)
  }
}

/** Every byte of every segment, in order. */
function bytesOfLog(storage: MemoryStorage): Uint8Array {
  const names = storage.list(DIRECTORY).filter(name => name.endsWith('.log'))
  return Buffer.concat(names.map(name => storage.bytesOf(`${DIRECTORY}/${name}`)))
}

function expectNothingLost(storage: MemoryStorage, acknowledged: number): void {
  const log = Log.openCold(optionsFor(storage, SETTINGS))
  expect(log.logEndOffset).toBeGreaterThanOrEqual(acknowledged)
  const expected = Buffer.concat(BATCHES.slice(0, log.logEndOffset))
  expect(Buffer.compare(bytesOfLog(storage), expected)).toBe(0)
  const next = log.logEndOffset
  expect(log.producerState.check(7, 0, next, next)).toEqual({ kind: 'append' })
  const more = BATCHES.slice(next)
  if (more.length > 0) {
    log.write(more, more.map(factsOf))
    for (const batch of more) log.recordAppended(factsOf(batch))
  }
  log.close()
  expect(storage.openHandles).toBe(0)
}

const OPERATIONS = life(new MemoryStorage()).storage.operations.length

test('the life under test has every kind of operation', () => {
  const run = life(new MemoryStorage())
  expect(run.error).toBeNull()
  const kinds = new Set(run.storage.operations.map(operation => operation.split(' ')[0]))
  expect([...kinds].sort()).toEqual([
    'close',
    'flush',
    'make',
    'open',
    'read',
    'remove',
    'rename',
    'truncate',
    'write'
  ])
})

test.each<Errno>(['ENOSPC', 'EIO', 'EMFILE', 'EROFS'])(
  '%s at any operation: what was acknowledged stays, and the log takes nothing until it is opened again',
  errno => {
    for (let operation = 0; operation < OPERATIONS; operation++) {
      const storage = new MemoryStorage()
      storage.failAt(operation, errno)
      const { log, acknowledged, error } = life(storage)
      if (error === null) {
        // Only the removal of what nobody needs, or the cut after a failed write, may fail unheard.
        throw new Error(`operation ${operation}, ${storage.operations[operation]}, failed unheard`)
      }
      expect(error).toMatchObject({ code: 'HIGHWATER_STORAGE' })
      expect((error as HighwaterError).message).toContain(errno)
      if (log !== null) {
        expect(log.isPoisoned).toBe(true)
        const next = syntheticBatch({ baseOffset: log.logEndOffset })
        expect(() => log.write([next], [factsOf(next)])).toThrow('open it again')
        expect(() => log.flush()).toThrow('open it again')
        log.close()
      }
      storage.clearFaults()
      expectNothingLost(storage, acknowledged)
    }
  }
)

test('an error that stays, from any operation on, loses nothing either', () => {
  for (let operation = 0; operation < OPERATIONS; operation++) {
    const storage = new MemoryStorage()
    storage.failAt(operation, 'EIO', true)
    const { acknowledged, error } = life(storage)
    expect(error).toMatchObject({ code: 'HIGHWATER_STORAGE' })
    expectNothingLost(storage.copy(), acknowledged)
  }
})

test('a write that lands in part, at any operation, leaves no part of a batch behind', () => {
  for (let operation = 0; operation < OPERATIONS; operation++) {
    const storage = new MemoryStorage()
    storage.shortWriteAt(operation, 5)
    const { log, acknowledged } = life(storage)
    log?.close()
    storage.clearFaults()
    expect(bytesOfLog(storage).byteLength % 100).toBe(0)
    expectNothingLost(storage, acknowledged)
  }
})

test('a disk of any size that fills up keeps what was acknowledged, warm and cold', () => {
  for (let capacityBytes = 0; capacityBytes < 4000; capacityBytes += 37) {
    const storage = new MemoryStorage()
    storage.capacityBytes = capacityBytes
    const { log, acknowledged, error } = life(storage)
    storage.capacityBytes = Number.POSITIVE_INFINITY
    if (error !== null) expect(error).toMatchObject({ code: 'HIGHWATER_STORAGE' })
    if (log?.isPoisoned && log.logEndOffset === acknowledged) {
      const copy = storage.copy()
      const warm = Log.openWarm(optionsFor(copy, SETTINGS), publishedOf(log))
      expect(warm.logEndOffset).toBe(acknowledged)
    }
    expectNothingLost(storage.copy(), acknowledged)
  }
})

test('after a power cut at any operation, what was flushed is there', () => {
  for (let operation = 0; operation <= OPERATIONS; operation++) {
    const storage = new MemoryStorage()
    storage.failAt(operation, 'EIO', true)
    const { durable, error } = life(storage)
    expect(error === null).toBe(operation === OPERATIONS)
    expectNothingLost(storage.powerCut(), durable)
  }
})
