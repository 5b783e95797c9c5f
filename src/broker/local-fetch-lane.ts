/**
 * A consumer's way to the partitions of its own process: it samples the log view and reads the file itself,
 * into a private chunk in which checksums are computed in place. No thread is asked, and none has to answer.
 *
 *   sample ─▶ floor segment ─▶ position of the batch ─▶ one pread ─▶ sample again: same truncation generation
 *
 * Thread: the caller that opened it.
 */
import { ERROR_CODES } from '../base/error-codes.ts'
import { invariant } from '../base/invariant.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { fileStorage } from '../data-plane/log/file-storage.ts'
import { SegmentHandles } from '../data-plane/log/segment-handles.ts'
import { ARENA_FIRST_REGION, Arena } from '../threads/arena.ts'
import type { FetchLane, FetchLaneOptions } from '../wire/network/channel.ts'
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
import { LocalLog } from './local-log.ts'
import type { LaneParts } from './local-produce-lane.ts'

/** Until hosts ring the bells of readers, this is how long one sleeps between two looks at the view. */
const LOOK_MS = 1
const NO_BYTES = new Uint8Array(0)

/** Where reading goes on in a log, so that no index is searched for the next fetch. */
interface NextPlace {
  offset: number
  ordinal: number
  position: number
  truncationGeneration: number
}

interface ReadPartition {
  readonly log: LocalLog
  readonly next: NextPlace
}

export class LocalFetchLane implements FetchLane {
  readonly #parts: LaneParts
  readonly #lane: FetchLaneReply
  readonly #handles = new SegmentHandles(fileStorage)
  readonly #partitions = new Map<string, ReadPartition>()
  #chunk: Arena
  #chunkBytes: number
  #isClosed = false

  private constructor(parts: LaneParts, options: FetchLaneOptions, lane: FetchLaneReply) {
    this.#parts = parts
    this.#lane = lane
    this.#chunkBytes = Math.max(options.chunkBytes, RECORD_BATCH_OVERHEAD)
    this.#chunk = this.#allocateChunk()
  }

  #allocateChunk(): Arena {
    return Arena.create(ARENA_FIRST_REGION + this.#chunkBytes, this.#parts.arena.handle.module)
  }

  /** @throws HighwaterError HIGHWATER_RESOURCES */
  static async open(parts: LaneParts, options: FetchLaneOptions): Promise<LocalFetchLane> {
    return new LocalFetchLane(parts, options, bodyAs(await parts.port.call('openFetchLane', {})))
  }

  async openPartition({ topic, partition }: TopicPartition): Promise<void> {
    const key = `${topic}-${partition}`
    if (this.#partitions.has(key)) return
    const reply = await this.#parts.port.call('openFetchPartition', { topic, partition })
    const { directory } = bodyAs<FetchPartitionReply>(reply)
    const words = { control: sharedWords(reply, 'control'), segments: sharedWords(reply, 'segments') }
    const next = { offset: -1, ordinal: 0, position: 0, truncationGeneration: 0 }
    this.#partitions.set(key, { log: new LocalLog(words, this.#handles, directory), next })
  }

  #partition({ topic, partition }: TopicPartition): ReadPartition {
    const found = this.#partitions.get(`${topic}-${partition}`)
    invariant(found !== undefined && !this.#isClosed, 'a partition is opened before it is read', {
      topic,
      partition
    })
    return found
  }

  fetch(request: FetchRequest): FetchResponse {
    const partition = this.#partition(request)
    const { log } = partition
    if (!log.sample()) return this.#response(log, 0, NO_BYTES)
    const { fetchOffset } = request
    const { logStartOffset, highWatermark, logEndOffset } = log.view
    if (fetchOffset < logStartOffset || fetchOffset > logEndOffset) {
      return this.#response(log, ERROR_CODES.OFFSET_OUT_OF_RANGE.code, NO_BYTES)
    }
    if (fetchOffset >= highWatermark) return this.#response(log, 0, NO_BYTES)
    let length = 0
    try {
      length = this.#read(partition, request)
    } catch (error) {
      // Files that are cut or removed at this moment look damaged; otherwise they are.
      if (log.stillHolds()) throw error
    }
    const isValid = log.stillHolds()
    if (!isValid) partition.next.offset = -1
    return this.#response(log, 0, this.#chunk.bytesView(ARENA_FIRST_REGION, isValid ? length : 0))
  }

  #response({ view }: LocalLog, errorCode: number, bytes: Uint8Array): FetchResponse {
    const chunk = this.#chunk
    return {
      errorCode,
      highWatermark: view.highWatermark,
      logStartOffset: view.logStartOffset,
      bytes,
      crc32c: (at, length) => chunk.crc32c(ARENA_FIRST_REGION + at, length)
    }
  }

  /** @returns bytes in the chunk */
  #read({ log, next }: ReadPartition, { fetchOffset, maxBytes }: FetchRequest): number {
    if (next.offset !== fetchOffset || next.truncationGeneration !== log.view.truncationGeneration) {
      next.ordinal = log.segmentOf(fetchOffset)
      const entries = log.indexEntries(next.ordinal)
      next.position = log.reader.locate(log.readable(next.ordinal), fetchOffset, entries)
    }
    let segment = log.readable(next.ordinal)
    if (next.position >= segment.endPosition && next.ordinal < log.view.hwSegment) {
      next.ordinal++
      next.position = 0
      segment = log.readable(next.ordinal)
    }
    const wanted = Math.max(Math.min(maxBytes, this.#chunkBytes), RECORD_BATCH_OVERHEAD)
    let length = log.reader.readInto(segment, next.position, this.#target(wanted), segment.endPosition)
    if (length >= BATCH_SIZE_OVERHEAD) {
      const firstBytes = batchSizeAt(this.#chunk.view, ARENA_FIRST_REGION)
      if (firstBytes > length && firstBytes <= segment.endPosition - next.position) {
        this.#makeRoom(firstBytes)
        length = log.reader.readInto(segment, next.position, this.#target(firstBytes), segment.endPosition)
      }
    }
    this.#advance(next, length, log.view.truncationGeneration)
    return length
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
  #advance(next: NextPlace, length: number, truncationGeneration: number): void {
    const { view } = this.#chunk
    const end = ARENA_FIRST_REGION + length
    let at = ARENA_FIRST_REGION
    let offset = -1
    while (end - at >= RECORD_BATCH_OVERHEAD) {
      const sizeBytes = batchSizeAt(view, at)
      if (sizeBytes < RECORD_BATCH_OVERHEAD || sizeBytes > end - at) break
      offset = lastOffsetAt(view, at) + 1
      at += sizeBytes
    }
    next.offset = offset
    next.position += at - ARENA_FIRST_REGION
    next.truncationGeneration = truncationGeneration
  }

  async wait(partition: TopicPartition, offset: number, timeoutMs: number): Promise<void> {
    const { log } = this.#partition(partition)
    const { bells, keepAlive, clock } = this.#parts
    const deadline = clock.monotonic() + timeoutMs
    const waiting = async (): Promise<void> => {
      while (!this.#isClosed && !hasBeyond(log, offset) && clock.monotonic() < deadline) {
        await bells.sleepAsync(this.#lane.bellRow, () => hasBeyond(log, offset), LOOK_MS)
      }
    }
    await keepAlive.during(waiting())
  }

  waitBlocking(partition: TopicPartition, offset: number, timeoutMs: number): void {
    const { log } = this.#partition(partition)
    const { bells, clock } = this.#parts
    const deadline = clock.monotonic() + timeoutMs
    while (!hasBeyond(log, offset) && clock.monotonic() < deadline) {
      bells.sleep(this.#lane.bellRow, () => hasBeyond(log, offset), LOOK_MS)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#handles.closeAll()
    const name: LaneName = { lane: this.#lane.lane }
    if (!this.#parts.port.isClosed) this.#parts.port.post('closeFetchLane', name)
  }
}

function hasBeyond(log: LocalLog, offset: number): boolean {
  return log.sample() && log.view.highWatermark > offset
}
