/**
 * A consumer's way to the partitions of its own process. The newest bytes it finds in the tail blocks of the
 * arena, without a copy; older ones it reads from the file into a private chunk. No thread is asked, and none
 * has to answer. Any number of waits may go on at once: they sleep together, on the one bell of the lane.
 *
 *   sample ─▶ place of the batch ─▶ tail block: lease, same generation     ─▶ sample again: same truncation
 *                                └▶ none: floor segment, one pread         ┘
 *
 * Thread: the caller that opened it.
 */
import { ERROR_CODES } from '../base/error-codes.ts'
import { lowHalf } from '../base/int64.ts'
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { fileStorage } from '../data-plane/log/file-storage.ts'
import { SegmentHandles } from '../data-plane/log/segment-handles.ts'
import { ARENA_FIRST_REGION, Arena } from '../threads/arena.ts'
import { LeaseTable } from '../threads/lease-table.ts'
import { AtomicWords } from '../threads/words.ts'
import type { FetchLane, FetchLaneOptions, FetchPlace } from '../wire/network/channel.ts'
import type { FetchRequest, FetchResponse } from '../wire/protocol/messages.ts'
import {
  BATCH_SIZE_OVERHEAD,
  batchSizeAt,
  lastOffsetAt,
  RECORD_BATCH_OVERHEAD
} from '../wire/record/record-batch.ts'
import {
  bodyAs,
  type FetchLaneReply,
  type FetchPartitionReply,
  type LaneName,
  sharedWords
} from './local-commands.ts'
import { LocalLog, type LogPlace } from './local-log.ts'
import { clusterEnded, type LaneParts } from './local-produce-lane.ts'

/** A reader without a row in the lease table is rung by nobody: it looks so often. */
const LOOK_MS = 1
const NO_BYTES = new Uint8Array(0)

interface ReadPartition {
  readonly log: LocalLog
  /** Where reading goes on in the log, so that no index is searched for the next fetch. */
  readonly next: LogPlace
  /** Whether its host is to ring, and from how many bytes on: the least that anybody waits for. */
  isArmed: boolean
  wantBytes: number
}

/** What somebody waits for. */
interface Wanted {
  readonly places: readonly FetchPlace[]
  readonly minBytes: number
}

interface Waiter extends Wanted {
  /** Then the wait ends whatever there is. */
  readonly deadline: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Bytes of an answer, and the memory they lie in. */
interface FoundBytes {
  memory: Arena
  address: number
  length: number
}

export class LocalFetchLane implements FetchLane {
  readonly #parts: LaneParts
  readonly #lane: FetchLaneReply
  readonly #leases: LeaseTable
  readonly #usesTail: boolean
  readonly #handles = new SegmentHandles(fileStorage)
  readonly #partitions = new Map<string, ReadPartition>()
  readonly #found: FoundBytes
  #chunk: Arena
  #chunkBytes: number
  readonly #waiters = new Set<Waiter>()
  #isSleeping = false
  /** When the sleep that goes on ends by itself. */
  #sleepsUntil = 0
  #isClosed = false

  private constructor(
    parts: LaneParts,
    options: FetchLaneOptions,
    lane: FetchLaneReply,
    leases: SharedArrayBuffer
  ) {
    this.#parts = parts
    this.#lane = lane
    this.#leases = new LeaseTable(new AtomicWords(leases))
    this.#usesTail = options.hotTail ?? true
    this.#chunkBytes = Math.max(options.chunkBytes, RECORD_BATCH_OVERHEAD)
    this.#chunk = this.#allocateChunk()
    this.#found = { memory: this.#chunk, address: 0, length: 0 }
    parts.port.onClose(() => this.#wakeSelf())
  }

  /** Those who wait on this lane in this thread look again. */
  #wakeSelf(): void {
    if (this.#isSleeping) this.#parts.bells.ringOwn(this.#lane.bellRow)
  }

  #allocateChunk(): Arena {
    return Arena.create(ARENA_FIRST_REGION + this.#chunkBytes, this.#parts.arena.handle.module)
  }

  /** @throws HighwaterError HIGHWATER_RESOURCES */
  static async open(parts: LaneParts, options: FetchLaneOptions): Promise<LocalFetchLane> {
    const reply = await parts.port.call('openFetchLane', {})
    return new LocalFetchLane(parts, options, bodyAs(reply), sharedWords(reply, 'leases'))
  }

  async openPartition({ topic, partition }: TopicPartition): Promise<void> {
    const key = `${topic}-${partition}`
    if (this.#partitions.has(key)) return
    const reply = await this.#parts.port.call('openFetchPartition', { topic, partition })
    const { directory } = bodyAs<FetchPartitionReply>(reply)
    const words = { control: sharedWords(reply, 'control'), segments: sharedWords(reply, 'segments') }
    const reader = this.#usesTail ? { leases: this.#leases, row: this.#lane.readerRow } : null
    const log = new LocalLog(words, this.#handles, directory, reader)
    const next = { offset: -1, ordinal: 0, position: 0, truncationGeneration: 0 }
    this.#partitions.set(key, { log, next, isArmed: false, wantBytes: 0 })
  }

  #partition({ topic, partition }: TopicPartition): ReadPartition {
    const found = this.#partitions.get(`${topic}-${partition}`)
    invariant(found !== undefined && !this.#isClosed, 'a partition is opened before it is read', {
      topic,
      partition
    })
    return found
  }

  /** @throws HighwaterError HIGHWATER_THREAD_ENDED once the cluster is gone; HIGHWATER_LOG_CORRUPT */
  fetch(request: FetchRequest): FetchResponse {
    if (this.#parts.port.isClosed) throw clusterEnded()
    const partition = this.#partition(request)
    const { log } = partition
    if (!log.sample()) return this.#response(log, 0, 0)
    const { fetchOffset } = request
    const { logStartOffset, highWatermark, logEndOffset } = log.view
    if (fetchOffset < logStartOffset || fetchOffset > logEndOffset) {
      return this.#response(log, ERROR_CODES.OFFSET_OUT_OF_RANGE.code, 0)
    }
    if (fetchOffset >= highWatermark) return this.#response(log, 0, 0)
    const isFound = this.#tryRead(partition, request)
    return this.#response(log, 0, isFound ? this.#found.length : 0)
  }

  /** False if a truncation came between; then, and after an error, nothing is leased. */
  #tryRead(partition: ReadPartition, request: FetchRequest): boolean {
    const { log, next } = partition
    let isFound = false
    try {
      this.#read(partition, request)
      if (next.offset < 0) throw cutShort(request)
      isFound = log.stillHolds()
    } catch (error) {
      // Files that are cut or removed at this moment look damaged; otherwise they are.
      if (log.stillHolds()) throw error
    } finally {
      // Nobody releases what gave no bytes, and a leased block is lost to its writer.
      if (!isFound) this.release()
    }
    if (!isFound) next.offset = -1
    return isFound
  }

  #response({ view }: LocalLog, errorCode: number, length: number): FetchResponse {
    const { memory, address } = this.#found
    return {
      errorCode,
      highWatermark: view.highWatermark,
      logStartOffset: view.logStartOffset,
      bytes: length === 0 ? NO_BYTES : memory.bytesView(address, length),
      crc32c: (at, size) => memory.crc32c(address + at, size)
    }
  }

  #read(partition: ReadPartition, { fetchOffset, maxBytes }: FetchRequest): void {
    const { log, next } = partition
    this.#found.length = 0
    if (next.offset !== fetchOffset || next.truncationGeneration !== log.view.truncationGeneration) {
      log.locate(fetchOffset, next)
    }
    const wanted = Math.max(Math.min(maxBytes, this.#chunkBytes), RECORD_BATCH_OVERHEAD)
    if (!this.#readTail(log, next, wanted)) this.#readFile(log, next, wanted)
    this.#advance(next, log.view.truncationGeneration)
  }

  /** A lease on the block that holds the place; false if none does. */
  #readTail(log: LocalLog, next: LogPlace, wanted: number): boolean {
    const { tail } = log
    if (tail === null || !tail.find(next.ordinal, next.position, log.view)) return false
    const found = this.#found
    found.memory = this.#parts.arena
    found.address = tail.address
    // Blocks hold whole batches: the first is there, however long.
    const firstBytes = batchSizeAt(found.memory.view, found.address)
    found.length = Math.min(tail.length, Math.max(wanted, firstBytes))
    return true
  }

  #readFile(log: LocalLog, next: LogPlace, wanted: number): void {
    let segment = log.readable(next.ordinal)
    if (next.position >= segment.endPosition && next.ordinal < log.view.hwSegment) {
      next.ordinal++
      next.position = 0
      segment = log.readable(next.ordinal)
    }
    let length = log.reader.readInto(segment, next.position, this.#target(wanted), segment.endPosition)
    if (length >= BATCH_SIZE_OVERHEAD) {
      const firstBytes = batchSizeAt(this.#chunk.view, ARENA_FIRST_REGION)
      if (firstBytes > length && firstBytes <= segment.endPosition - next.position) {
        this.#makeRoom(firstBytes)
        length = log.reader.readInto(segment, next.position, this.#target(firstBytes), segment.endPosition)
      }
    }
    this.#found.memory = this.#chunk
    this.#found.address = ARENA_FIRST_REGION
    this.#found.length = length
  }

  #target(length: number): Uint8Array {
    return this.#chunk.bytesView(ARENA_FIRST_REGION, length)
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#chunkBytes) return
    this.#chunkBytes = bytes
    this.#chunk = this.#allocateChunk()
  }

  /** The next fetch begins behind the last whole batch of this one, if its reader goes on. */
  #advance(next: LogPlace, truncationGeneration: number): void {
    const { memory, address, length } = this.#found
    const end = address + length
    let at = address
    let offset = -1
    while (end - at >= RECORD_BATCH_OVERHEAD) {
      const sizeBytes = batchSizeAt(memory.view, at)
      if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > end - at) break
      offset = lastOffsetAt(memory.view, at) + 1
      at += sizeBytes
    }
    next.offset = offset
    next.position += at - address
    next.truncationGeneration = truncationGeneration
  }

  release(): void {
    if (this.#lane.readerRow >= 0) this.#leases.clear(this.#lane.readerRow)
  }

  async wait(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): Promise<void> {
    await this.#parts.keepAlive.during(this.#wait(places, minBytes, timeoutMs))
  }

  #wait(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): Promise<void> {
    const deadline = this.#parts.clock.monotonic() + timeoutMs
    return new Promise((resolve, reject) => {
      const waiter = { places, minBytes, deadline, resolve, reject }
      this.#waiters.add(waiter)
      if (this.#isSleeping) this.#join(waiter)
      else void this.#watch()
    })
  }

  /** Armed while the others sleep: their bell is parked, and rings for this one too. */
  #join(waiter: Waiter): void {
    if (!this.#isDue(waiter)) this.#armFor(waiter)
    if (waiter.deadline < this.#sleepsUntil || this.#isDue(waiter)) this.#wakeSelf()
  }

  /** Sleeps for all who wait, until the last of them has what it wants. */
  async #watch(): Promise<void> {
    const { bells, clock } = this.#parts
    const { bellRow } = this.#lane
    const mustWake = (): boolean => {
      for (const waiter of this.#waiters) if (this.#isDue(waiter)) return true
      return false
    }
    try {
      for (;;) {
        const until = this.#settle()
        if (this.#waiters.size === 0) return
        this.#isSleeping = true
        const now = clock.monotonic()
        this.#sleepsUntil = this.#armAll() ? until : Math.min(until, now + LOOK_MS)
        await bells.sleepAsync(bellRow, mustWake, this.#sleepsUntil - now)
        this.#isSleeping = false
      }
    } catch (error) {
      for (const { reject } of this.#waiters) reject(error)
      this.#waiters.clear()
      this.#isSleeping = false
    }
  }

  #isDue({ places, minBytes, deadline }: Waiter): boolean {
    const { port, clock } = this.#parts
    if (this.#isClosed || port.isClosed || deadline <= clock.monotonic()) return true
    return this.#missingBytes(places, minBytes) <= 0
  }

  /** Ends the waits that are to end. @returns when the first of the others ends by itself */
  #settle(): number {
    let until = Number.POSITIVE_INFINITY
    for (const waiter of this.#waiters) {
      if (!this.#isDue(waiter)) {
        until = Math.min(until, waiter.deadline)
        continue
      }
      this.#waiters.delete(waiter)
      this.#disarm(waiter.places)
      if (!this.#isClosed && this.#parts.port.isClosed) waiter.reject(clusterEnded())
      else waiter.resolve()
    }
    return until
  }

  waitBlocking(places: readonly FetchPlace[], minBytes: number, timeoutMs: number): void {
    const { bells, clock } = this.#parts
    const deadline = clock.monotonic() + timeoutMs
    const mustWake = (): boolean => this.#missingBytes(places, minBytes) <= 0
    for (;;) {
      const left = deadline - clock.monotonic()
      if (left <= 0 || mustWake()) break
      this.#disarm(places)
      const sliceMs = this.#armFor({ places, minBytes }) ? left : Math.min(left, LOOK_MS)
      bells.sleep(this.#lane.bellRow, mustWake, sliceMs)
    }
    this.#disarm(places)
    // A sleep that was left goes on without its bell: it parks and arms again.
    this.#wakeSelf()
  }

  #armAll(): boolean {
    for (const { places } of this.#waiters) this.#disarm(places)
    let isArmed = true
    for (const waiter of this.#waiters) isArmed = this.#armFor(waiter)
    return isArmed
  }

  /** Tells the hosts from where on they are to ring. False if they cannot know this reader. */
  #armFor({ places, minBytes }: Wanted): boolean {
    const { readerRow } = this.#lane
    if (readerRow < 0) return false
    const missing = this.#missingBytes(places, minBytes)
    // Several grow together: any of them may bring the last byte that is missing.
    const wanted = places.length === 1 ? Math.max(1, missing) : 1
    for (const place of places) {
      const partition = this.#partition(place)
      const wantBytes = (lowHalf(partition.log.view.hwBytes) + wanted) | 0
      if (partition.isArmed && ((partition.wantBytes - wantBytes) | 0) <= 0) continue
      partition.log.armInterest(readerRow, wantBytes)
      partition.isArmed = true
      partition.wantBytes = wantBytes
    }
    return true
  }

  #disarm(places: readonly FetchPlace[]): void {
    const { readerRow } = this.#lane
    if (readerRow < 0 || this.#isClosed) return
    for (const place of places) {
      const partition = this.#partition(place)
      partition.log.disarmInterest(readerRow)
      partition.isArmed = false
    }
  }

  /** Bytes that must still come behind these places until there are `minBytes`; 0 or less: enough. */
  #missingBytes(places: readonly FetchPlace[], minBytes: number): number {
    let missing = minBytes
    for (const place of places) {
      const { log, next } = this.#partition(place)
      missing -= log.bytesBehind(place.offset, next)
      if (missing <= 0) break
    }
    return missing
  }

  close(): void {
    if (this.#isClosed) return
    this.release()
    this.#isClosed = true
    this.#handles.closeAll()
    const { port } = this.#parts
    const name: LaneName = { lane: this.#lane.lane }
    this.#wakeSelf()
    if (!port.isClosed) port.post('closeFetchLane', name)
  }
}

function cutShort({ topic, partition, fetchOffset }: FetchRequest): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_LOG_CORRUPT',
    `the file of ${topic}-${partition} holds no whole batch for offset ${fetchOffset}, ` +
      'though the log goes on; was it changed from outside?'
  )
}
