import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import {
  emptyLogView,
  LOG_VIEW_WORDS,
  type LogView,
  publishLogView,
  sampleLogView
} from '../../src/threads/log-view.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

const PLACE = { versionWord: 0, copyWord: 32 }

const VIEW: LogView = {
  logStartOffset: 1,
  logEndOffset: 2 ** 32 + 4,
  highWatermark: 3,
  lastStableOffset: 2,
  leoBytes: 2 ** 33 + 5,
  hwBytes: 6,
  lsoBytes: 7,
  leoSegment: 14,
  leoPosition: 15,
  hwSegment: 16,
  hwPosition: 17,
  lsoSegment: 18,
  lsoPosition: 19,
  leaderEpoch: 20,
  truncationGeneration: 22,
  segmentFirst: 24,
  segmentCount: 25,
  indexEntries: 26
}

function freshWords(): { words: AtomicWords; cells: Int32Array } {
  const buffer = allocateWords(4 * (32 + 2 * LOG_VIEW_WORDS))
  return { words: new AtomicWords(buffer), cells: new Int32Array(buffer) }
}

/** Words on which another thread publishes a view at each load of the version, so often as told. */
class RestlessWords extends AtomicWords {
  publications: number
  readonly #host: AtomicWords

  constructor(buffer: SharedArrayBuffer, publications: number) {
    super(buffer)
    this.#host = new AtomicWords(buffer)
    this.publications = publications
  }

  override load(index: number): number {
    const value = super.load(index)
    if (index === PLACE.versionWord && this.publications-- > 0) {
      publishLogView(this.#host, PLACE, { ...VIEW, indexEntries: this.publications })
    }
    return value
  }
}

describe('a log view', () => {
  test('keeps its fields where the layout puts them', () => {
    const { words, cells } = freshWords()
    publishLogView(words, PLACE, VIEW)
    expect(cells[0]).toBe(1)
    const offsets = [1, 0, 4, 1, 3, 0, 2, 0, 5, 2, 6, 0, 7, 0]
    const places = [14, 15, 16, 17, 18, 19, 20, 22, 0, 0, 24, 25, 26, 0, 0, 0, 0, 0]
    expect([...cells.subarray(64, 96)]).toEqual([...offsets, ...places])
    expect(cells.subarray(32, 64).every(word => word === 0)).toBe(true)
  })

  test('goes to the copies in turn, and the version grows by 1', () => {
    const { words, cells } = freshWords()
    for (let n = 1; n <= 4; n++) publishLogView(words, PLACE, { ...VIEW, indexEntries: n })
    expect([cells[0], cells[32 + 26], cells[64 + 26]]).toEqual([4, 4, 3])
  })

  test('is read as it was published', () => {
    const { words } = freshWords()
    publishLogView(words, PLACE, VIEW)
    const seen = emptyLogView()
    expect(sampleLogView(words, PLACE, seen)).toBe(1)
    expect(seen).toEqual(VIEW)
  })

  test('is empty under version 0 before the first publication', () => {
    const seen = { ...VIEW }
    expect(sampleLogView(freshWords().words, PLACE, seen)).toBe(0)
    expect(seen).toEqual(emptyLogView())
  })

  test('survives any 53-bit offsets and any version, also across the wrap', () => {
    const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(fc.array(offset, { minLength: 7, maxLength: 7 }), fc.integer(), (values, version) => {
        const [logStartOffset, lastStableOffset, highWatermark, logEndOffset] = values
          .slice(0, 4)
          .sort((left, right) => left - right) as [number, number, number, number]
        const { words } = freshWords()
        words.store(0, version)
        const view = { ...VIEW, logStartOffset, lastStableOffset, highWatermark, logEndOffset }
        view.leoBytes = values[4]!
        publishLogView(words, PLACE, view)
        const seen = emptyLogView()
        expect(sampleLogView(words, PLACE, seen)).toBe((version + 1) | 0)
        expect(seen).toEqual(view)
      })
    )
  })

  test.each([
    ['the log start above the last stable offset', { logStartOffset: 3 }],
    ['the last stable offset above the high watermark', { lastStableOffset: 4 }],
    ['the high watermark above the log end', { highWatermark: 2 ** 33 }]
  ])('with %s is never published', (_what, wrong) => {
    const { words } = freshWords()
    expect(() => publishLogView(words, PLACE, { ...VIEW, ...wrong })).toThrow(InvariantError)
    expect(words.load(0)).toBe(0)
  })

  test('that changes under the reader is read again', () => {
    const buffer = allocateWords(4 * (32 + 2 * LOG_VIEW_WORDS))
    const words = new RestlessWords(buffer, 5)
    const seen = emptyLogView()
    expect(sampleLogView(words, PLACE, seen)).toBe(5)
    expect(seen).toEqual({ ...VIEW, indexEntries: 0 })
  })

  test('that never rests is given up after 8 refusals', () => {
    const words = new RestlessWords(allocateWords(4 * (32 + 2 * LOG_VIEW_WORDS)), 1_000)
    expect(sampleLogView(words, PLACE, emptyLogView())).toBeNull()
    expect(words.publications).toBe(1_000 - 2 * 8)
  })
})
