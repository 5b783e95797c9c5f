/**
 * Replays the batches of one segment: the one way in which a log learns from its file what it held.
 *
 * Warm, with an end: the end was published before its thread died and the process lives, so what lies below
 * is trusted; headers are read, nothing is cut but bytes behind the end, and a fault below it is an error.
 * Cold, without an end: every checksum is computed up to the first batch that is not whole, and the file is
 * cut there. Done twice, or warm instead of cold over the same bytes, the result is the same.
 *
 * Thread: the partition thread, before it serves. Kafka: storage/internals/log/LogSegment.recover, LogLoader.
 * Offsets must follow each other without a gap: a base offset is the one field no checksum covers.
 */
import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { BatchFacts } from './batch-facts.ts'
import { BatchScanner } from './batch-scanner.ts'
import type { LeaderEpochCache } from './leader-epoch-cache.ts'
import { type LogSegment, RELATIVE_OFFSET_MAX } from './log-segment.ts'
import type { CrcFunction } from './log-settings.ts'
import type { ProducerState } from './producer-state.ts'

const SCAN_CHUNK_BYTES = 1024 * 1024

export interface Replay {
  /** Brought up to the end of the segment. */
  readonly producerState: ProducerState
  /** Batches that begin below are in `producerState` already. */
  readonly producersFrom: number
  /** Gets the epochs of the batches; null: the checkpoint file is trusted. */
  readonly epochs: LeaderEpochCache | null
  /** null: checksums are not looked at. */
  readonly crc: CrcFunction | null
}

/**
 * Replays `segment` from the last index entry at or below the offset `from`.
 * @param end position the segment is known to reach, or null: as far as it is whole
 * @returns why it ends where it ends, or null if at the end of the file (or at `end`)
 * @throws HighwaterError HIGHWATER_LOG_CORRUPT for a fault below `end`
 */
export function recover(
  segment: LogSegment,
  from: number,
  end: number | null,
  replay: Replay
): string | null {
  const limit = end ?? segment.file.size()
  let anchor = segment.rewindTo(from)
  const scanner = new BatchScanner(segment.file, limit, SCAN_CHUNK_BYTES)
  if (anchor >= 0 && !anchorHolds(segment, anchor, scanner)) {
    anchor = segment.rewindTo(segment.baseOffset - 1)
    invariant(anchor === -1, 'no index entry lies below the base of its segment')
  }
  const fault = replayBatches(segment, scanner, replay)
  if (fault === null) return null
  if (end === null) return fault
  const place = `batch at position ${segment.position} of segment ${segment.baseOffset}`
  const text = `the ${place} lies below the published end ${end} and must be whole, but ${fault}`
  throw new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
}

/**
 * Whether the index entry tells the truth about the batch it points to; then `nextOffset` is set to its base.
 */
function anchorHolds(segment: LogSegment, anchor: number, scanner: BatchScanner): boolean {
  if (!scanner.readAt(segment.position)) return false
  const { baseOffset, lastOffset, maxTimestamp } = scanner.facts
  if (lastOffset !== anchor || maxTimestamp > segment.maxTimestamp) return false
  segment.nextOffset = baseOffset
  return true
}

function replayBatches(segment: LogSegment, scanner: BatchScanner, replay: Replay): string | null {
  const { facts } = scanner
  while (scanner.readAt(segment.position)) {
    if (facts.baseOffset !== segment.nextOffset) {
      return `its base offset is ${facts.baseOffset} where ${segment.nextOffset} follows`
    }
    if (facts.lastOffset - segment.baseOffset > RELATIVE_OFFSET_MAX) {
      return `its last offset ${facts.lastOffset} is too far from its segment`
    }
    if (replay.crc !== null && !scanner.matchesCrc(replay.crc)) return 'its checksum is wrong'
    enter(facts, replay)
    segment.recordAppended(facts)
  }
  return scanner.fault
}

function enter(facts: BatchFacts, { producerState, producersFrom, epochs }: Replay): void {
  if (facts.baseOffset >= producersFrom) producerState.update(facts)
  if (epochs !== null && facts.leaderEpoch > epochs.lastEpoch) {
    epochs.assign(facts.leaderEpoch, facts.baseOffset)
  }
}
