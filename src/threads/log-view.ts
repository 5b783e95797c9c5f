/**
 * The published state of a partition's log: two copies and one version word in its control block.
 *
 *   word  field                            word  field
 *   0-1   logStartOffset                   14    leoSegment    ordinal in the segment table
 *   2-3   logEndOffset                     15    leoPosition   bytes in that .log
 *   4-5   highWatermark                    16-17 hwSegment, hwPosition
 *   6-7   lastStableOffset                 18-19 lsoSegment, lsoPosition
 *   8-9   leoBytes, appended since         20    leaderEpoch
 *   10-11 hwBytes                          21    truncationGeneration, even = stable
 *   12-13 lsoBytes                         22-23 zero: for the topic id
 *         the control block was made       24-25 segmentFirst, segmentCount
 *                                          26    indexEntries of the active segment, on disk
 *
 * Writer: the host fills the copy that is not published, then stores version + 1. A death between leaves the
 * last published view whole. With one copy and an odd/even version a death would leave the end offset of one
 * state and the position of another.
 */
import { highHalf, joinHalves, lowHalf } from '../base/int64.ts'
import { invariant } from '../base/invariant.ts'
import type { Words } from './words.ts'

export interface LogView {
  logStartOffset: number
  logEndOffset: number
  highWatermark: number
  lastStableOffset: number
  leoBytes: number
  hwBytes: number
  lsoBytes: number
  leoSegment: number
  leoPosition: number
  hwSegment: number
  hwPosition: number
  lsoSegment: number
  lsoPosition: number
  leaderEpoch: number
  truncationGeneration: number
  segmentFirst: number
  segmentCount: number
  indexEntries: number
}

/** A view of an empty log, to be filled by `sampleLogView`. */
export function emptyLogView(): LogView {
  return {
    logStartOffset: 0,
    logEndOffset: 0,
    highWatermark: 0,
    lastStableOffset: 0,
    leoBytes: 0,
    hwBytes: 0,
    lsoBytes: 0,
    leoSegment: 0,
    leoPosition: 0,
    hwSegment: 0,
    hwPosition: 0,
    lsoSegment: 0,
    lsoPosition: 0,
    leaderEpoch: 0,
    truncationGeneration: 0,
    segmentFirst: 0,
    segmentCount: 0,
    indexEntries: 0
  }
}

export const LOG_VIEW_WORDS = 32
const SAMPLE_ATTEMPTS_MAX = 8

/** Where a control block keeps its version word and the first of its two copies. */
export interface LogViewPlace {
  readonly versionWord: number
  readonly copyWord: number
}

/** Host: publishes a view. */
export function publishLogView(words: Words, place: LogViewPlace, view: LogView): void {
  invariant(
    view.logStartOffset <= view.lastStableOffset &&
      view.lastStableOffset <= view.highWatermark &&
      view.highWatermark <= view.logEndOffset,
    'log start <= last stable offset <= high watermark <= log end',
    () => ({ start: view.logStartOffset, hw: view.highWatermark, leo: view.logEndOffset })
  )
  const version = (words.load(place.versionWord) + 1) | 0
  writeCopy(words, place.copyWord + (version & 1) * LOG_VIEW_WORDS, view)
  words.store(place.versionWord, version)
}

/**
 * Any thread: reads the published view into `into`.
 * @returns the version that was read, or null after 8 refusals: nothing new for now
 */
export function sampleLogView(words: Words, place: LogViewPlace, into: LogView): number | null {
  for (let attempt = 0; attempt < SAMPLE_ATTEMPTS_MAX; attempt++) {
    const version = words.load(place.versionWord)
    readCopy(words, place.copyWord + (version & 1) * LOG_VIEW_WORDS, into)
    if (words.load(place.versionWord) === version) {
      joinOffsets(into)
      return version
    }
  }
  return null
}

const sampled = new Int32Array(LOG_VIEW_WORDS)

function storePair(words: Words, at: number, value: number): void {
  words.store(at, lowHalf(value))
  words.store(at + 1, highHalf(value))
}

function writeCopy(words: Words, at: number, view: LogView): void {
  storePair(words, at, view.logStartOffset)
  storePair(words, at + 2, view.logEndOffset)
  storePair(words, at + 4, view.highWatermark)
  storePair(words, at + 6, view.lastStableOffset)
  storePair(words, at + 8, view.leoBytes)
  storePair(words, at + 10, view.hwBytes)
  storePair(words, at + 12, view.lsoBytes)
  words.store(at + 14, view.leoSegment)
  words.store(at + 15, view.leoPosition)
  words.store(at + 16, view.hwSegment)
  words.store(at + 17, view.hwPosition)
  words.store(at + 18, view.lsoSegment)
  words.store(at + 19, view.lsoPosition)
  words.store(at + 20, view.leaderEpoch)
  words.store(at + 21, view.truncationGeneration)
  words.store(at + 24, view.segmentFirst)
  words.store(at + 25, view.segmentCount)
  words.store(at + 26, view.indexEntries)
}

/**
 * Halves go to a scratch array first: a torn pair must not reach `joinHalves`, which would call it a broken
 * invariant.
 */
function readCopy(words: Words, at: number, into: LogView): void {
  for (let word = 0; word < 14; word++) sampled[word] = words.load(at + word)
  into.leoSegment = words.load(at + 14)
  into.leoPosition = words.load(at + 15)
  into.hwSegment = words.load(at + 16)
  into.hwPosition = words.load(at + 17)
  into.lsoSegment = words.load(at + 18)
  into.lsoPosition = words.load(at + 19)
  into.leaderEpoch = words.load(at + 20)
  into.truncationGeneration = words.load(at + 21)
  into.segmentFirst = words.load(at + 24)
  into.segmentCount = words.load(at + 25)
  into.indexEntries = words.load(at + 26)
}

function joinOffsets(into: LogView): void {
  into.logStartOffset = joinHalves(sampled[0]!, sampled[1]!)
  into.logEndOffset = joinHalves(sampled[2]!, sampled[3]!)
  into.highWatermark = joinHalves(sampled[4]!, sampled[5]!)
  into.lastStableOffset = joinHalves(sampled[6]!, sampled[7]!)
  into.leoBytes = joinHalves(sampled[8]!, sampled[9]!)
  into.hwBytes = joinHalves(sampled[10]!, sampled[11]!)
  into.lsoBytes = joinHalves(sampled[12]!, sampled[13]!)
}
