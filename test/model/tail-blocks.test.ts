/**
 * Tail blocks and leases: what a reader has leased stays as it was published, however the host takes blocks
 * again and wherever it dies.
 */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import { LeaseTable } from '../../src/threads/lease-table.ts'
import { lendTailBlocks, TailReader, TailWriter } from '../../src/threads/tail-blocks.ts'
import type { Words } from '../../src/threads/words.ts'
import { AlteredWords } from './altered-words.ts'
import { explore, type Model, type Program } from './explorer.ts'
import { WordRegion } from './word-region.ts'

/** In this model a batch is one word, and its position in the log counts batches. */
const TABLE = 0
const ENTRY_WORDS = 16
const SEGMENT_OF_ENTRY = 1
const LEASES = 200
/** Next position to be written, as readers see it. */
const VIEW = 3000
/** What the file holds at each position. */
const FILE = 3001
const PAYLOAD = 3100
const PARTITION_ID = 1
const ROW = 0

interface Shape {
  readonly blocks: number
  readonly batchesPerBlock: number
  readonly batches: number
  readonly reads: number
  readonly deaths: number
}

/** How a wrong engine differs. */
interface Changes {
  readonly hostWords?: (words: Words) => Words
  readonly readerWords?: (words: Words) => Words
  readonly cutsTail?: boolean
  /** The copy is made once the view is stored. */
  readonly copiesLast?: boolean
}

const isGeneration = (index: number): boolean => index < LEASES && index % ENTRY_WORDS === 0

/** Retires a block only once no lease was seen on it. */
class RetiredLate extends AlteredWords {
  #held: [index: number, value: number] | null = null

  override store(index: number, value: number): void {
    if (isGeneration(index) && (value & 1) === 1) {
      this.#held = [index, value]
      return
    }
    if (this.#held !== null && index === this.#held[0] + SEGMENT_OF_ENTRY) super.store(...this.#held)
    super.store(index, value)
  }
}

/** Takes the generation seen first for the generation as it is now. */
class NoSecondLook extends AlteredWords {
  readonly #seen = new Map<number, number>()

  override load(index: number): number {
    if (!isGeneration(index)) return super.load(index)
    const before = this.#seen.get(index)
    this.#seen.delete(index)
    if (before !== undefined) return before
    const now = super.load(index)
    if ((now & 1) === 0) this.#seen.set(index, now)
    return now
  }
}

const place = (words: Words) => ({
  words,
  tableWord: TABLE,
  leases: new LeaseTable(new WordRegion(words, LEASES)),
  partitionId: PARTITION_ID
})

function host({ batches }: Shape, changes: Changes, life: number): Program {
  return words => {
    const shared = changes.hostWords?.(words) ?? words
    const writer = new TailWriter(place(shared))
    const end = words.load(VIEW)
    if (life > 0 && changes.cutsTail !== false) writer.cutTo(0, end)
    for (let position = end; position < batches; position++) {
      const value = 10 * position + life
      words.store(FILE + position, value)
      const address = writer.addressFor(0, position, 1)
      if (address >= 0 && changes.copiesLast !== true) words.set(address, value)
      if (address >= 0) writer.filled(1)
      words.store(VIEW, position + 1)
      if (address >= 0 && changes.copiesLast === true) words.set(address, value)
    }
  }
}

/** Reads the newest batch and the one before it; twice, for a use takes its time. */
function reader({ reads }: Shape, changes: Changes): Program {
  return words => {
    const tail = new TailReader(place(changes.readerWords?.(words) ?? words), ROW)
    let found = 0
    for (let n = 0; n < reads; n++) {
      const end = words.load(VIEW)
      const position = end - 1 - (n & 1)
      if (position < 0 || !tail.find(0, position, { hwSegment: 0, hwPosition: end })) continue
      found++
      const truth = words.load(FILE + position)
      const first = words.get(tail.address)
      invariant(
        first === truth && words.get(tail.address) === truth,
        'a leased block holds what the file has',
        {
          position,
          first,
          truth
        }
      )
      tail.release()
    }
    return found
  }
}

function model(shape: Shape, changes: Changes = {}): Model {
  const lives = Array.from({ length: shape.deaths + 1 }, (_, life) => host(shape, changes, life))
  return {
    setup(words) {
      const { blocks, batchesPerBlock } = shape
      lendTailBlocks(words, TABLE, { region: PAYLOAD, blocks, blockBytes: batchesPerBlock })
      new LeaseTable(new WordRegion(words, LEASES)).open(ROW, 0)
    },
    threads: [
      { name: 'host', lives },
      { name: 'reader', lives: [reader(shape, changes)] }
    ]
  }
}

describe('tail blocks', () => {
  test.each([
    { blocks: 2, batchesPerBlock: 1, batches: 4, reads: 2, deaths: 0, floor: 2_000 },
    { blocks: 1, batchesPerBlock: 2, batches: 5, reads: 2, deaths: 0, floor: 2_000 },
    { blocks: 2, batchesPerBlock: 2, batches: 3, reads: 2, deaths: 1, floor: 5_000 }
  ])('keep what is leased: $blocks of $batchesPerBlock, $deaths deaths', ({ floor, ...shape }) => {
    const found = explore(model(shape))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(floor)
  })

  const shape = { blocks: 1, batchesPerBlock: 1, batches: 3, reads: 1, deaths: 0 }
  test.each<[string, Shape, Changes]>([
    [
      'leases were looked for before the block is retired',
      shape,
      { hostWords: words => new RetiredLate(words) }
    ],
    ['the generation was not read again', shape, { readerWords: words => new NoSecondLook(words) }],
    ['the view came before the bytes', shape, { copiesLast: true }],
    [
      'blocks were not cut after a death',
      { blocks: 2, batchesPerBlock: 2, batches: 4, reads: 3, deaths: 1 },
      { cutsTail: false }
    ]
  ])('would be torn if %s', (_name, wrong, changes) => {
    expect(explore(model(wrong, changes)).violation).not.toBeNull()
  })
})
