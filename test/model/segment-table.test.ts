/** Rolling: an entry is whole and every older one sealed before a view names them, whenever the host dies. */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import { emptyLogView, type LogView, publishLogView, sampleLogView } from '../../src/threads/log-view.ts'
import { SegmentTable } from '../../src/threads/segment-table.ts'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Model, type Program } from './explorer.ts'
import { WordRegion } from './word-region.ts'

const PLACE = { versionWord: 0, copyWord: 32 }
const TABLE = 1_000
const SEGMENT_RECORDS = 10
const SEGMENT_BYTES = 500

/** What a roll does, in order. */
type RollStep = 'seal' | 'append' | 'view'

function viewOf(ordinal: number): LogView {
  const logEndOffset = SEGMENT_RECORDS * ordinal + 1
  const view = { ...emptyLogView(), logEndOffset, highWatermark: logEndOffset }
  return { ...view, leoSegment: ordinal, leoPosition: 50, segmentCount: ordinal + 1 }
}

function roll(words: Words, ordinal: number, order: readonly RollStep[]): void {
  const table = new SegmentTable(new WordRegion(words, TABLE))
  for (const step of order) {
    if (step === 'view') publishLogView(words, PLACE, viewOf(ordinal))
    else if (step === 'append') table.append(ordinal, SEGMENT_RECORDS * ordinal, 1_000 + ordinal, 0)
    else if (ordinal > 0) table.seal(ordinal - 1, SEGMENT_BYTES, 2_000 + ordinal - 1)
  }
}

/** Rolls to `last`; after a death it goes on behind the segment of the published view. */
function host(last: number, order: readonly RollStep[]): Program {
  return words => {
    const view = emptyLogView()
    sampleLogView(words, PLACE, view)
    if (view.segmentCount > 0) new SegmentTable(new WordRegion(words, TABLE)).reopen(view.leoSegment)
    for (let ordinal = view.segmentCount; ordinal <= last; ordinal++) roll(words, ordinal, order)
  }
}

/** Reads a view, then the table entries it names. */
const reader: Program = words => {
  const table = new SegmentTable(new WordRegion(words, TABLE))
  const view = emptyLogView()
  const version = sampleLogView(words, PLACE, view)
  if (version === null || version === 0) return
  const { segmentFirst, segmentCount, leoSegment } = view
  words.knows({ segmentFirst, segmentCount, leoSegment })
  for (let ordinal = segmentFirst; ordinal < segmentFirst + segmentCount; ordinal++) {
    const facts = { ordinal, leoSegment }
    const isWhole =
      table.baseOffset(ordinal) === SEGMENT_RECORDS * ordinal &&
      table.maxTimestamp(ordinal) >= 1_000 + ordinal
    invariant(isWhole, 'an entry that a view names is whole', facts)
    if (ordinal === leoSegment) continue
    const sealed = table.sealedBytes(ordinal)
    invariant(sealed === SEGMENT_BYTES, 'a segment below the active one is sealed', { ...facts, sealed })
  }
}

function model(last: number, deaths: number, order: readonly RollStep[]): Model {
  const program = host(last, order)
  return {
    threads: [
      { name: 'host', lives: Array<Program>(deaths + 1).fill(program) },
      { name: 'reader', lives: [reader] }
    ],
    nameOf(index) {
      if (index >= TABLE) return `entry ${(index - TABLE) >> 4} word ${(index - TABLE) & 15}`
      return index === 0 ? 'version' : `view ${(index - 32) >> 5} word ${(index - 32) & 31}`
    }
  }
}

describe('the segment table', () => {
  test.each([
    { last: 2, deaths: 0, floor: 350_000 },
    { last: 1, deaths: 1, floor: 40_000 }
  ])('names whole and sealed segments only: $last rolls, $deaths deaths', ({ last, deaths, floor }) => {
    const found = explore(model(last, deaths, ['seal', 'append', 'view']))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(floor)
  })

  test.each<[string, RollStep[], string]>([
    ['a view came before its entry', ['seal', 'view', 'append'], 'an entry that a view names is whole'],
    ['a view came before the seal', ['append', 'view', 'seal'], 'a segment below the active one is sealed']
  ])('would mislead a reader if %s', (_name, order, text) => {
    const { violation } = explore(model(1, 0, order))
    expect(violation?.text).toContain(text)
    expect(violation?.trace.at(-1)).toMatch(/^reader: entry/)
  })
})
