/**
 * A log is cut while a reader reads: it believes nothing that was cut, and no mixture of before and after.
 */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import {
  PartitionTruncation,
  type TruncationParts
} from '../../src/data-plane/partition/partition-truncation.ts'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Model, type Program } from './explorer.ts'

/**
 * The view in one word, for that it is never torn is another model's: 16 × generation + log end offset + 1;
 * 0: nothing was published.
 */
const VIEW = 0
/** The file: one word for each record, 0 where it ends. */
const FILE = 100
/** What a record says: its offset, and in which life of the offset it was written. */
const record = (offset: number, life: number): number => 10 * (offset + 1) + life

interface View {
  readonly generation: number
  readonly logEndOffset: number
}

function viewOf(word: number): View | null {
  return word === 0 ? null : { generation: word >> 4, logEndOffset: (word & 15) - 1 }
}

interface Changes {
  /** The log is cut before the new end is announced. */
  readonly cutsFirst?: boolean
  /** The announcement has an even generation. */
  readonly announcesEven?: boolean
  /** The reader does not look at the view again. */
  readonly looksOnce?: boolean
}

/** A log of single words, with the real steps of a truncation. */
class CutLog {
  logEndOffset: number
  #generation: number
  readonly #words: Words
  readonly #changes: Changes

  constructor(words: Words, changes: Changes) {
    this.#words = words
    this.#changes = changes
    // A new life takes over what was published; an odd generation becomes even with its first publication.
    const view = viewOf(words.load(VIEW))
    this.logEndOffset = view?.logEndOffset ?? 0
    this.#generation = view?.generation ?? 0
    for (let offset = this.logEndOffset; words.load(FILE + offset) !== 0; offset++) {
      words.store(FILE + offset, 0)
    }
    this.#generation += this.#generation & 1
    this.#publish(this.logEndOffset)
  }

  get generation(): number {
    return this.#generation
  }

  append(life: number): void {
    this.#words.store(FILE + this.logEndOffset, record(this.logEndOffset, life))
    this.logEndOffset += 1
    this.#publish(this.logEndOffset)
  }

  truncate(offset: number): void {
    const truncation = new PartitionTruncation(this.#parts())
    if (this.#changes.cutsFirst === true) {
      truncation.cut(offset)
      truncation.announce(offset)
      truncation.confirm()
    } else {
      truncation.run(offset)
    }
  }

  #parts(): TruncationParts {
    const cutLog = this
    return {
      log: {
        get logEndOffset() {
          return cutLog.logEndOffset
        },
        endBefore: offset => ({ logEndOffset: offset, ordinal: 0, position: offset }),
        truncateTo: offset => {
          for (let at = this.logEndOffset - 1; at >= offset; at--) this.#words.store(FILE + at, 0)
          this.logEndOffset = offset
          return offset
        }
      },
      readers: { cutTail: () => {} },
      announceEnd: ({ logEndOffset }) => {
        this.#generation += this.#changes.announcesEven === true ? 0 : 1
        this.#publish(logEndOffset)
      },
      confirmEnd: () => {
        this.#generation += this.#changes.announcesEven === true ? 0 : 1
        this.#publish(this.logEndOffset)
      }
    }
  }

  #publish(logEndOffset: number): void {
    this.#words.store(VIEW, 16 * this.#generation + logEndOffset + 1)
  }
}

/** Two records, the second is taken back, another comes in its place. */
function host(changes: Changes): Program {
  return words => {
    const log = new CutLog(words, changes)
    if (log.generation === 0) {
      while (log.logEndOffset < 2) log.append(0)
      log.truncate(1)
    }
    if (log.logEndOffset < 2) log.append(1)
  }
}

/** One read as it must be: sample, read, sample again. What it believes is of one life. */
function reader({ looksOnce }: Changes): Program {
  return words => {
    const before = viewOf(words.load(VIEW))
    if (before === null || (before.generation & 1) === 1) return
    const read: number[] = []
    for (let offset = 0; offset < before.logEndOffset; offset++) read.push(words.load(FILE + offset))
    if (looksOnce !== true && viewOf(words.load(VIEW))?.generation !== before.generation) return
    const life = before.generation === 0 ? 0 : 1
    read.forEach((word, offset) => {
      const expected = record(offset, offset === 0 ? 0 : life)
      invariant(word === expected, 'what is believed is what was published', { offset, word, expected })
    })
  }
}

function model(changes: Changes = {}, deaths = 0): Model {
  const lives = Array.from({ length: deaths + 1 }, () => host(changes))
  return {
    threads: [
      { name: 'host', lives },
      { name: 'reader', lives: [reader(changes)] }
    ]
  }
}

describe('a truncation', () => {
  test.each([
    [0, 100],
    [1, 1_000]
  ])('is never believed by halves, with %i deaths', (deaths, floor) => {
    const found = explore(model({}, deaths))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(floor)
  })

  test.each<[string, Changes]>([
    ['the log were cut before its new end is announced', { cutsFirst: true }],
    ['the announcement did not say that nothing holds', { announcesEven: true }],
    ['the reader did not look again', { looksOnce: true }]
  ])('would be, if %s', (_name, changes) => {
    expect(explore(model(changes)).violation).not.toBeNull()
  })
})
