import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { Log } from '../../../src/data-plane/log/log.ts'
import type { LogOptions } from '../../../src/data-plane/log/log-settings.ts'
import { MemoryStorage } from '../../support/memory-storage.ts'
import {
  appendEach,
  appendTogether,
  DIRECTORY,
  factsOf,
  filesIn,
  optionsFor,
  publishedOf,
  syntheticBatch
} from './batches.ts'

const SETTINGS = { segmentBytes: 2000, indexIntervalBytes: 300 }
const ACTIVE = `${DIRECTORY}/00000000000000000020.log`

/**
 * Batches of one record and 100 bytes from one idempotent producer, so that every byte of state is at stake.
 */
function idempotent(from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => {
    const baseOffset = from + i
    return syntheticBatch({ baseOffset, producerId: 7, producerEpoch: 0, baseSequence: baseOffset })
  })
}

/** A log of three segments, with offsets 0 to 44: the active one begins at 40 with segments of 20 batches. */
function runningLog(batchCount = 45) {
  const storage = new MemoryStorage()
  const log = Log.openCold(optionsFor(storage, SETTINGS))
  appendEach(log, idempotent(0, batchCount))
  log.flushIndexesIfDue(1)
  return { storage, log }
}

function openCold(storage: MemoryStorage): Log {
  return Log.openCold(optionsFor(storage, SETTINGS))
}

/** Files of a log that was closed after exactly these batches. */
function filesOfClosed(batchCount: number): Map<string, string> {
  const { storage, log } = runningLog(batchCount)
  log.close()
  return filesIn(storage)
}

function closedFiles(log: Log, storage: MemoryStorage): Map<string, string> {
  log.close()
  return filesIn(storage)
}

test('a log that was killed comes back whole, and closed it is byte for byte one that never stopped', () => {
  const { storage, log } = runningLog()
  const killed = storage.copy()
  const recovered = openCold(killed)
  expect(recovered.logEndOffset).toBe(45)
  expect(recovered.producerState.check(7, 0, 45, 45)).toEqual({ kind: 'append' })
  expect(closedFiles(recovered, killed)).toEqual(closedFiles(log, storage))
})

test('a log cut at any byte of its last batches ends at the last whole batch', () => {
  const { storage } = runningLog()
  const bytes = storage.bytesOf(`${DIRECTORY}/00000000000000000040.log`)
  for (let length = 0; length <= bytes.byteLength; length++) {
    const cut = storage.copy()
    cut.put(`${DIRECTORY}/00000000000000000040.log`, bytes.slice(0, length))
    const log = openCold(cut)
    const whole = 40 + Math.floor(length / 100)
    expect([log.logEndOffset, log.activePosition]).toEqual([whole, (whole - 40) * 100])
    expect(cut.sizeOf(`${DIRECTORY}/00000000000000000040.log`)).toBe((whole - 40) * 100)
    expect(log.producerState.check(7, 0, whole, whole)).toEqual({ kind: 'append' })
    // At 40 the segment is there and empty; a log that never went further does not have it.
    if (length % 37 === 0 && whole > 40) expect(closedFiles(log, cut)).toEqual(filesOfClosed(whole))
  }
})

test('garbage behind the last batch is cut off: zeros, an old batch, a batch of other offsets', () => {
  const tails = [new Uint8Array(500), syntheticBatch({ baseOffset: 44 }), syntheticBatch({ baseOffset: 46 })]
  for (const tail of tails) {
    const { storage } = runningLog()
    const path = `${DIRECTORY}/00000000000000000040.log`
    storage.put(path, Buffer.concat([storage.bytesOf(path), tail]))
    const log = openCold(storage)
    expect(log.logEndOffset).toBe(45)
    expect(storage.sizeOf(path)).toBe(500)
  }
})

test('a bit flipped in the last batches is never served, but in the leader epoch no checksum covers', () => {
  const { storage } = runningLog()
  const path = `${DIRECTORY}/00000000000000000040.log`
  const bytes = storage.bytesOf(path)
  for (let bit = 200 * 8; bit < bytes.byteLength * 8; bit++) {
    const flipped = bytes.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    const damaged = storage.copy()
    damaged.put(path, flipped)
    const log = openCold(damaged)
    const batch = Math.floor(bit / 800)
    const byteOfBatch = (bit >> 3) % 100
    const isEpoch = byteOfBatch >= 12 && byteOfBatch < 16
    const kept = isEpoch ? flipped : bytes.subarray(0, batch * 100)
    expect([log.logEndOffset, log.lastEpoch]).toEqual([isEpoch ? 45 : 40 + batch, 0])
    expect(Buffer.compare(damaged.bytesOf(path), kept)).toBe(0)
  }
})

test('at a bad batch in an older segment above the recovery point the log is cut, later segments go', () => {
  const { storage } = runningLog()
  for (const base of [20, 40]) storage.remove(`${DIRECTORY}/000000000000000000${base}.snapshot`)
  const bytes = storage.bytesOf(ACTIVE)
  bytes[730]! ^= 1
  storage.put(ACTIVE, bytes)
  const log = openCold(storage)
  expect([log.logEndOffset, log.activeBaseOffset, log.activePosition]).toEqual([27, 20, 700])
  expect(storage.list(DIRECTORY).filter(name => name.includes('040'))).toEqual([])
  appendEach(log, idempotent(27, 45))
  expect(closedFiles(log, storage)).toEqual(filesOfClosed(45))
})

test('bytes behind the last batch of an older segment end the log there, as a bad batch does', () => {
  const { storage } = runningLog()
  for (const base of [20, 40]) storage.remove(`${DIRECTORY}/000000000000000000${base}.snapshot`)
  storage.put(ACTIVE, Buffer.concat([storage.bytesOf(ACTIVE), new Uint8Array(7)]))
  const log = openCold(storage)
  expect([log.logEndOffset, log.activeBaseOffset, storage.sizeOf(ACTIVE)]).toEqual([40, 20, 2000])
  expect(storage.list(DIRECTORY).filter(name => /040\.(log|index)/.test(name))).toEqual([])
})

test('a log killed after it was closed and opened again is checked from that close on', () => {
  const storage = new MemoryStorage()
  const options = optionsFor(storage)
  const big = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => syntheticBatch({ baseOffset: from + i, sizeBytes: 5000 }))
  let log = Log.openCold(options)
  appendTogether(log, big(0, 300))
  log.close()
  log = Log.openCold(options)
  appendTogether(log, big(300, 320))
  storage.bytesRead = 0
  expect(Log.openCold(options).logEndOffset).toBe(320)
  expect(storage.bytesRead).toBeGreaterThan(100_000)
  expect(storage.bytesRead).toBeLessThan(150_000)
  expect(Log.openCold(optionsFor(storage.powerCut())).logEndOffset).toBe(320)
})

test('a missing segment ends the log before it', () => {
  const { storage } = runningLog()
  for (const base of [20, 40]) storage.remove(`${DIRECTORY}/000000000000000000${base}.snapshot`)
  storage.remove(ACTIVE)
  const log = openCold(storage)
  expect([log.logEndOffset, log.activeBaseOffset]).toEqual([20, 0])
  expect(storage.list(DIRECTORY)).toEqual([
    '00000000000000000000.index',
    '00000000000000000000.log',
    '00000000000000000000.timeindex',
    '00000000000000000020.snapshot',
    'leader-epoch-checkpoint'
  ])
})

test('recovery done twice is recovery done once', () => {
  const { storage } = runningLog()
  const path = `${DIRECTORY}/00000000000000000040.log`
  storage.put(path, storage.bytesOf(path).slice(0, 333))
  openCold(storage)
  const once = filesIn(storage)
  const log = openCold(storage.copy())
  expect(log.logEndOffset).toBe(43)
  openCold(storage)
  expect(filesIn(storage)).toEqual(once)
})

test('a death at any operation of a recovery changes nothing of what the next one gives', () => {
  const { storage } = runningLog()
  const path = `${DIRECTORY}/00000000000000000020.log`
  const bytes = storage.bytesOf(path)
  bytes[950]! ^= 4
  storage.put(path, bytes)
  for (const base of [20, 40]) storage.remove(`${DIRECTORY}/000000000000000000${base}.snapshot`)
  const reference = storage.copy()
  const expected = closedFiles(openCold(reference), reference)
  for (let operation = 0; ; operation++) {
    const dying = storage.copy()
    dying.failAt(operation, 'EIO', true)
    let died = true
    try {
      openCold(dying)
      died = false
    } catch (error) {
      expect(error).toMatchObject({ code: 'HIGHWATER_STORAGE' })
    }
    if (!died) {
      expect(operation).toBeGreaterThan(30)
      return
    }
    const next = dying.copy()
    expect(closedFiles(openCold(next), next)).toEqual(expected)
  }
})

test('the recovered tail is flushed before the log can be read', () => {
  const { storage } = runningLog()
  openCold(storage)
  const afterCut = storage.powerCut()
  expect(openCold(afterCut).logEndOffset).toBe(45)
  const logs = (files: Map<string, string>) => [...files].filter(([name]) => name.endsWith('.log'))
  expect(logs(filesIn(afterCut))).toEqual(logs(filesIn(storage)))
})

test('a log killed behind a roll is made durable too, though its last segment is empty', () => {
  const { storage, log } = runningLog(60)
  log.roll(60)
  openCold(storage)
  const logs = (files: Map<string, string>) => [...files].filter(([name]) => name.endsWith('.log'))
  expect(logs(filesIn(storage.powerCut()))).toEqual(logs(filesIn(storage)))
})

test('a segment that does not follow the end of a closed log is removed', () => {
  const { storage, log } = runningLog()
  log.close()
  storage.put(`${DIRECTORY}/00000000000000000077.log`, syntheticBatch({ baseOffset: 77 }))
  const opened = openCold(storage)
  expect(opened.logEndOffset).toBe(45)
  expect(closedFiles(opened, storage)).toEqual(filesOfClosed(45))
})

test('indexes that are missing, torn, zeroed or of another segment are made again', () => {
  const damages: ((bytes: Uint8Array) => Uint8Array | null)[] = [
    () => null,
    bytes => bytes.slice(0, Math.max(bytes.length - 3, 0)),
    bytes => new Uint8Array(bytes.length),
    bytes => new Uint8Array(bytes.length + 4096),
    bytes => bytes.map((_, i) => bytes[(i + 5) % bytes.length]!)
  ]
  for (const suffix of ['index', 'timeindex']) {
    for (const damage of damages) {
      const { storage, log } = runningLog()
      log.close()
      for (const base of ['00', '20', '40']) {
        const path = `${DIRECTORY}/000000000000000000${base}.${suffix}`
        const damaged = damage(storage.bytesOf(path))
        if (damaged === null) storage.remove(path)
        else storage.put(path, damaged)
      }
      const opened = openCold(storage)
      expect(opened.logEndOffset).toBe(45)
      expect(closedFiles(opened, storage)).toEqual(filesOfClosed(45))
    }
  }
})

test('an index without its .log is removed, and so is a file half written', () => {
  const { storage, log } = runningLog()
  log.close()
  const before = filesIn(storage)
  storage.put(`${DIRECTORY}/00000000000000000099.index`, new Uint8Array(8))
  storage.put(`${DIRECTORY}/00000000000000000045.snapshot.tmp`, new Uint8Array(3))
  openCold(storage).close()
  expect(filesIn(storage)).toEqual(before)
})

test('a damaged snapshot is removed and an older one is used', () => {
  const { storage } = runningLog()
  storage.put(`${DIRECTORY}/00000000000000000040.snapshot`, new Uint8Array(56))
  const log = openCold(storage)
  expect(log.producerState.check(7, 0, 44, 44)).toMatchObject({ kind: 'duplicate', baseOffset: 44 })
  expect(closedFiles(log, storage)).toEqual(filesOfClosed(45))
})

test('a closed log is opened by its last index interval; one that was killed by checking its tail', () => {
  const storage = new MemoryStorage()
  const options = optionsFor(storage)
  const log = Log.openCold(options)
  const batches = Array.from({ length: 300 }, (_, baseOffset) =>
    syntheticBatch({ baseOffset, sizeBytes: 5000 })
  )
  appendTogether(log, batches)
  log.snapshotIfDue(1)
  log.flushIndexesIfDue(1)
  const killed = storage.copy()
  log.close()
  storage.bytesRead = 0
  const before = storage.operations.length
  const opened = Log.openCold(options)
  expect(opened.logEndOffset).toBe(300)
  expect(storage.bytesRead).toBeLessThan(25_000)
  const changes = storage.operations.slice(before).filter(name => /^(write|flush|rename|remove)/.test(name))
  expect(changes).toEqual([])
  Log.openCold(optionsFor(killed))
  expect(killed.bytesRead).toBeGreaterThan(1_500_000)
})

/**
 * Files of a closed log, one of them changed: opening is refused with these words, and no `.log` is touched.
 */
function expectRefused(damage: (storage: MemoryStorage) => void, words: string, batchCount = 45): void {
  const { storage, log } = runningLog(batchCount)
  log.close()
  damage(storage)
  const logs = () => [...filesIn(storage)].filter(([name]) => name.endsWith('.log'))
  const before = logs()
  const refusal = { code: 'HIGHWATER_LOG_CORRUPT', message: expect.stringContaining(words) }
  expect(() => openCold(storage)).toThrow(expect.objectContaining(refusal))
  expect(logs()).toEqual(before)
  expect(storage.openHandles).toBe(0)
  // The cure that the words name.
  for (const name of storage.list(DIRECTORY)) {
    if (name.endsWith('.snapshot')) storage.remove(`${DIRECTORY}/${name}`)
  }
  if (words.includes('.snapshot')) expect(openCold(storage).logEndOffset).toBeLessThan(45)
}

function changed(path: string, change: (bytes: Uint8Array) => Uint8Array) {
  return (storage: MemoryStorage) => storage.put(path, change(storage.bytesOf(path)))
}

const SNAPSHOT_CURE = 'restore its files, or remove all .snapshot files beside it to have the log cut there'

test('a closed log whose end is damaged, cut off or gone is refused: what was flushed is not cut', () => {
  const path = `${DIRECTORY}/00000000000000000040.log`
  const flipped = changed(path, bytes => bytes.map((byte, i) => (i === 480 ? byte ^ 1 : byte)))
  const until = 'was durable up to offset 45 when a snapshot was written there, but it ends at'
  expectRefused(flipped, `${path} ${until} 44: its checksum is wrong; ${SNAPSHOT_CURE}`)
  for (const length of [0, 100, 499]) {
    expectRefused(
      changed(path, bytes => bytes.slice(0, length)),
      `${until} ${40 + Math.floor(length / 100)}`
    )
  }
  expectRefused(storage => storage.remove(path), `00000000000000000020.log ${until} 40; ${SNAPSHOT_CURE}`)
})

test('a segment that is gone, empty or cut off before another one is a gap that is named', () => {
  const first = `${DIRECTORY}/00000000000000000000.log`
  const next = (offset: number) => `must end at offset ${offset}, where the next segment begins, but it ends`
  expectRefused(storage => storage.remove(ACTIVE), `${first} ${next(40)} at 20; ${SNAPSHOT_CURE}`)
  expectRefused(
    changed(ACTIVE, () => new Uint8Array(0)),
    `${ACTIVE} ${next(40)} at 20; ${SNAPSHOT_CURE}`
  )
  expectRefused(
    changed(first, bytes => bytes.slice(0, 1500)),
    `${first} ${next(20)} at 15; ${SNAPSHOT_CURE}`
  )
  expectRefused(
    changed(first, bytes => bytes.slice(0, 1999)),
    `${first} ${next(20)} at 19: it says 100 bytes and 99 are left`
  )
})

test('a killed log with a gap between segments is refused too', () => {
  const { storage } = runningLog()
  storage.remove(ACTIVE)
  expect(() => openCold(storage)).toThrow('must end at offset 40, where the next segment begins')
})

test('a segment that goes on behind the base of the next one is refused', () => {
  const twice = changed(ACTIVE, bytes => Buffer.concat([bytes, bytes]))
  expectRefused(twice, `at 40: its base offset is 20 where 40 follows; ${SNAPSHOT_CURE}`)
})

test('a log whose beginning is gone is refused, whatever is left of it', () => {
  const gone = 'but the .log with these records is gone'
  expectRefused(storage => storage.remove(`${DIRECTORY}/00000000000000000000.log`), gone)
  const only = (storage: MemoryStorage) => {
    for (const name of storage.list(DIRECTORY)) {
      if (/log|index/.test(name)) storage.remove(`${DIRECTORY}/${name}`)
    }
  }
  expectRefused(only, gone, 5)
})

test('a time index whose last entry is wrong, or lost, is made again', () => {
  const times = `${DIRECTORY}/00000000000000000020.timeindex`
  const damages: ((bytes: Uint8Array) => Uint8Array)[] = [
    bytes => bytes.map((byte, i) => (i === bytes.length - 8 ? 0 : byte)),
    bytes => bytes.map((byte, i) => (i === bytes.length - 1 ? byte - 1 : byte)),
    bytes => bytes.slice(0, -12)
  ]
  for (const damage of damages) {
    const { storage, log } = runningLog()
    log.close()
    const expected = filesIn(storage)
    storage.put(times, damage(storage.bytesOf(times)))
    expect(filesIn(storage)).not.toEqual(expected)
    const opened = openCold(storage)
    expect(opened.sealedSegments[1]).toEqual({
      baseOffset: 20,
      sealedBytes: 2000,
      maxTimestamp: 1_700_000_000_039
    })
    expect(closedFiles(opened, storage)).toEqual(expected)
  }
})

test('of a sealed segment only the last index interval is read', () => {
  const storage = new MemoryStorage()
  const options = optionsFor(storage, { segmentBytes: 1_000_000 })
  const log = Log.openCold(options)
  const batches = Array.from({ length: 1000 }, (_, baseOffset) =>
    syntheticBatch({ baseOffset, sizeBytes: 5000 })
  )
  appendEach(log, batches)
  log.close()
  storage.bytesRead = 0
  expect(Log.openCold(options).sealedSegments).toHaveLength(4)
  expect(storage.bytesRead).toBeLessThan(5 * 25_000)
})

test('a directory of another topic is refused', () => {
  const storage = new MemoryStorage()
  Log.openCold({ ...optionsFor(storage), topicId: 'znKIZe4DRay52qI41ZSRfQ' }).close()
  const open = () => Log.openCold({ ...optionsFor(storage), topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' })
  expect(open).toThrow('belongs to the topic with id znKIZe4DRay52qI41ZSRfQ')
})

test('a damaged checkpoint of leader epochs is refused with its line, and nothing is changed', () => {
  const { storage, log } = runningLog()
  log.close()
  storage.put(`${DIRECTORY}/leader-epoch-checkpoint`, new TextEncoder().encode('0\n1\n0 x\n'))
  const before = filesIn(storage)
  expect(() => openCold(storage)).toThrow('the line "0 x"')
  expect(filesIn(storage)).toEqual(before)
  expect(storage.openHandles).toBe(0)
})

test('leader epochs are taken from the batches where their checkpoint is missing', () => {
  const storage = new MemoryStorage()
  const log = openCold(storage)
  appendEach(
    log,
    [0, 1].map(baseOffset => syntheticBatch({ baseOffset, leaderEpoch: 3 }))
  )
  appendEach(
    log,
    [2, 3].map(baseOffset => syntheticBatch({ baseOffset, leaderEpoch: 5 }))
  )
  storage.remove(`${DIRECTORY}/leader-epoch-checkpoint`)
  openCold(storage)
  const text = new TextDecoder().decode(storage.bytesOf(`${DIRECTORY}/leader-epoch-checkpoint`))
  expect(text).toBe('0\n2\n3 0\n5 2\n')
})

test('a leader epoch that began behind the end is forgotten', () => {
  const { storage } = runningLog()
  storage.put(`${DIRECTORY}/leader-epoch-checkpoint`, new TextEncoder().encode('0\n2\n0 0\n1 45\n'))
  for (const log of [openCold(storage), openCold(storage)]) expect(log.lastEpoch).toBe(0)
})

test('warm: a damaged snapshot is removed, and the batches behind an older one are read', () => {
  const { storage, log } = runningLog()
  log.snapshotIfDue(1)
  const path = `${DIRECTORY}/00000000000000000045.warmsnapshot`
  storage.put(path, storage.bytesOf(path).slice(1))
  const warm = Log.openWarm(optionsFor(storage, SETTINGS), publishedOf(log))
  expect(warm.producerState.check(7, 0, 44, 44)).toMatchObject({ kind: 'duplicate', baseOffset: 44 })
  expect(storage.exists(path)).toBe(false)
})

test('warm: what was written and never published is removed, in the active file and as a new segment', () => {
  const { storage, log } = runningLog()
  const published = publishedOf(log)
  appendEach(log, idempotent(45, 75))
  expect(log.activeBaseOffset).toBe(60)
  const warm = Log.openWarm(optionsFor(storage, SETTINGS), published)
  expect([warm.logEndOffset, warm.activePosition, warm.activeOrdinal]).toEqual([45, 500, 2])
  expect(warm.appendedBytes).toBe(4500)
  expect(warm.producerState.check(7, 0, 44, 44)).toMatchObject({ kind: 'duplicate' })
  expect(warm.producerState.check(7, 0, 45, 45)).toEqual({ kind: 'append' })
  expect(closedFiles(warm, storage)).toEqual(filesOfClosed(45))
})

test('warm: a segment that was sealed but whose successor was not published is appended to again', () => {
  const { storage, log } = runningLog()
  const published = publishedOf(log)
  log.roll(45)
  const warm = Log.openWarm(optionsFor(storage, SETTINGS), published)
  expect([warm.logEndOffset, warm.activeBaseOffset]).toEqual([45, 40])
  appendEach(warm, idempotent(45, 50))
  expect(closedFiles(warm, storage)).toEqual(filesOfClosed(50))
})

test('warm: a write of the dead thread that lands before the recovery is cut off', () => {
  const { storage, log } = runningLog()
  const published = publishedOf(log)
  const late = idempotent(45, 48)
  const land = storage.holdNextWrite()
  expect(() => log.write(late, late.map(factsOf))).toThrow('the thread ended inside the call')
  land()
  expect(storage.sizeOf(`${DIRECTORY}/00000000000000000040.log`)).toBe(800)
  const warm = Log.openWarm(optionsFor(storage, SETTINGS), published)
  expect(warm.logEndOffset).toBe(45)
  expect(closedFiles(warm, storage)).toEqual(filesOfClosed(45))
})

test('warm: index files that lost entries, or hold wrong ones, are made again', () => {
  const damages: [suffix: string, damage: (bytes: Uint8Array) => Uint8Array][] = [
    ['timeindex', bytes => bytes.slice(0, 12)],
    ['timeindex', () => new Uint8Array(0)],
    ['index', bytes => bytes.slice(0, 8)],
    ['index', () => new Uint8Array(0)],
    // In order, and yet not true: each offset, or each position, is that of the next batch.
    ['index', bytes => bytes.map((byte, i) => (i % 8 === 3 ? byte + 1 : byte))],
    ['index', bytes => bytes.map((byte, i) => (i % 8 === 7 ? byte + 100 : byte))]
  ]
  for (const [suffix, damage] of damages) {
    const { storage, log } = runningLog(60)
    const published = publishedOf(log)
    const path = `${DIRECTORY}/00000000000000000040.${suffix}`
    const damaged = damage(storage.bytesOf(path))
    expect(Buffer.compare(damaged, storage.bytesOf(path))).not.toBe(0)
    storage.put(path, damaged)
    const warm = Log.openWarm(optionsFor(storage, SETTINGS), published)
    expect(closedFiles(warm, storage)).toEqual(filesOfClosed(60))
  }
})

test('warm: published bytes that are gone or damaged are an error, and nothing is cut', () => {
  const path = `${DIRECTORY}/00000000000000000040.log`
  const damages: ((bytes: Uint8Array) => Uint8Array)[] = [
    bytes => bytes.slice(0, 499),
    bytes => bytes.map((byte, i) => (i === 316 ? 7 : byte)),
    bytes => bytes.map((byte, i) => (i === 407 ? byte + 1 : byte))
  ]
  for (const damage of damages) {
    const { storage, log } = runningLog()
    const published = publishedOf(log)
    storage.put(path, damage(storage.bytesOf(path)))
    const before = storage.bytesOf(path)
    const open = () => Log.openWarm(optionsFor(storage.copy(), SETTINGS), published)
    expect(open).toThrow(expect.objectContaining({ code: 'HIGHWATER_LOG_CORRUPT' }))
    expect(storage.bytesOf(path)).toEqual(before)
  }
})

test('warm: an end that no batch has is an error', () => {
  const { storage, log } = runningLog()
  const published = { ...publishedOf(log), logEndOffset: 44 }
  expect(() => Log.openWarm(optionsFor(storage, SETTINGS), published)).toThrow(
    'but segment 40 ends at 45 there'
  )
})

test('warm: a sealed segment that is gone is an error', () => {
  const { storage, log } = runningLog()
  const published = publishedOf(log)
  storage.remove(ACTIVE)
  expect(() => Log.openWarm(optionsFor(storage, SETTINGS), published)).toThrow('but it is gone')
})

test('warm: without a snapshot, producers are read from all segments', () => {
  const { storage, log } = runningLog()
  const published = publishedOf(log)
  for (const name of storage.list(DIRECTORY)) {
    if (name.endsWith('.snapshot')) storage.remove(`${DIRECTORY}/${name}`)
  }
  const warm = Log.openWarm(optionsFor(storage, SETTINGS), published)
  expect(warm.producerState.check(7, 0, 40, 40)).toMatchObject({ kind: 'duplicate' })
  expect(Buffer.from(warm.producerState.encode(crc32cOf))).toEqual(
    Buffer.from(log.producerState.encode(crc32cOf))
  )
})

test('warm: only what lies behind the last snapshot is read', () => {
  const storage = new MemoryStorage()
  const options = optionsFor(storage)
  const log = Log.openCold(options)
  appendTogether(
    log,
    Array.from({ length: 300 }, (_, i) => syntheticBatch({ baseOffset: i, sizeBytes: 5000 }))
  )
  log.snapshotIfDue(1)
  log.flushIndexesIfDue(1)
  appendTogether(log, [syntheticBatch({ baseOffset: 300, sizeBytes: 5000 })])
  storage.bytesRead = 0
  Log.openWarm(options, publishedOf(log))
  expect(storage.bytesRead).toBeLessThan(20_000)
})

function batchesOfStep(base: number, batchCount: number, sizeBytes: number, time: number): Uint8Array[] {
  const producer = { producerId: batchCount, producerEpoch: 0 }
  return Array.from({ length: batchCount }, (_, i) => {
    const baseOffset = base + i
    return syntheticBatch({
      ...producer,
      baseOffset,
      baseSequence: baseOffset,
      sizeBytes,
      maxTimestamp: time + i
    })
  })
}

const STEP = fc.record({
  batchCount: fc.integer({ min: 1, max: 12 }),
  sizeBytes: fc.integer({ min: 61, max: 400 }),
  time: fc.nat(50),
  end: fc.constantFrom('none', 'warm', 'cold', 'closed', 'snapshot', 'indexes', 'truncate')
})

/** What happens to a log after it was appended to. @returns the log that goes on */
function endStep(log: Log, options: LogOptions, end: string, truncateTo: number): Log {
  if (end === 'snapshot') log.snapshotIfDue(500)
  if (end === 'indexes') log.flushIndexesIfDue(1)
  // Not at the base of a segment: that would stay, empty, where the log that never was longer has none.
  const { segmentBaseOffsets } = publishedOf(log)
  if (end === 'truncate' && !segmentBaseOffsets.includes(truncateTo)) log.truncateTo(truncateTo)
  if (end === 'warm') return Log.openWarm(options, publishedOf(log))
  if (end === 'closed') log.close()
  return end === 'cold' || end === 'closed' ? Log.openCold(options) : log
}

test('however often a log dies, warm or cold, or is closed: it ends as one that never did', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 14 }), steps => {
      const storage = new MemoryStorage()
      const options = optionsFor(storage, SETTINGS, 1000)
      let log = Log.openCold(options)
      let kept: Uint8Array[] = []
      for (const { batchCount, sizeBytes, time, end } of steps) {
        const base = log.logEndOffset
        const batches = batchesOfStep(base, batchCount, sizeBytes, time)
        appendEach(log, batches)
        log = endStep(log, options, end, base + (time % batchCount))
        kept = [...kept, ...batches].slice(0, log.logEndOffset - 1000)
      }
      const untouchedStorage = new MemoryStorage()
      const untouched = Log.openCold(optionsFor(untouchedStorage, SETTINGS, 1000))
      appendEach(untouched, kept)
      expect(log.logEndOffset).toBe(untouched.logEndOffset)
      expect(publishedOf(log).segmentBaseOffsets).toEqual(publishedOf(untouched).segmentBaseOffsets)
      expect(closedFiles(log, storage)).toEqual(closedFiles(untouched, untouchedStorage))
    }),
    { numRuns: 150 }
  )
})
