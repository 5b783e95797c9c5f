/** Waiting for bytes: a reader that arms its interest and sleeps is woken by the publication it waits for. */
import { describe, expect, test } from 'vitest'
import { Bells } from '../../src/threads/bells.ts'
import { ControlBlock } from '../../src/threads/control-block.ts'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Model, type Program } from './explorer.ts'
import { WordRegion } from './word-region.ts'

const BELLS = 2000
const BELL_ROW = 0
const READER_ROW = 3
/** Bytes below the high watermark, in the place of the whole view. */
const HW_BYTES = 3000
const NO_TIMEOUT = Number.POSITIVE_INFINITY

interface Parts {
  readonly control: ControlBlock
  readonly bells: Bells
  readonly words: Words
}

const partsOf = (words: Words): Parts => ({
  control: new ControlBlock(words),
  bells: new Bells(new WordRegion(words, BELLS)),
  words
})

type Wait = (parts: Parts, seen: number) => void
type Publish = (parts: Parts, bytes: number) => void

const wait: Wait = ({ control, bells, words }, seen) => {
  control.armInterest(READER_ROW, seen + 1)
  bells.sleep(BELL_ROW, () => words.load(HW_BYTES) > seen, NO_TIMEOUT)
  control.disarmInterest(READER_ROW)
}

const publish: Publish = ({ control, bells, words }, bytes) => {
  words.store(HW_BYTES, bytes)
  if (control.isInterestMet(READER_ROW, bytes)) bells.ring(BELL_ROW)
}

/** Looks whether there is something, and only then says that it waits. */
const armsLate: Wait = ({ control, bells, words }, seen) => {
  bells.sleep(
    BELL_ROW,
    () => {
      const isEnough = words.load(HW_BYTES) > seen
      control.armInterest(READER_ROW, seen + 1)
      return isEnough
    },
    NO_TIMEOUT
  )
}

/** Looks who waits before there is anything to see. */
const asksFirst: Publish = ({ control, bells, words }, bytes) => {
  const isMet = control.isInterestMet(READER_ROW, bytes)
  words.store(HW_BYTES, bytes)
  if (isMet) bells.ring(BELL_ROW)
}

function model(publications: number, waitBy = wait, publishBy = publish): Model {
  const reader: Program = words => {
    const parts = partsOf(words)
    for (let seen = 0; seen < publications; seen = words.load(HW_BYTES)) {
      words.knows(seen)
      waitBy(parts, seen)
    }
  }
  const host: Program = words => {
    const parts = partsOf(words)
    for (let bytes = 1; bytes <= publications; bytes++) publishBy(parts, bytes)
  }
  return {
    threads: [
      { name: 'reader', lives: [reader] },
      { name: 'host', lives: [host] }
    ]
  }
}

describe('an interest', () => {
  test('never loses the publication it waits for', () => {
    const found = explore(model(3))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(500)
  })

  test.each([
    ['the reader armed it after its last look', armsLate, publish],
    ['the host looked who waits before it published', wait, asksFirst]
  ])('would lose it if %s', (_name, waitBy, publishBy) => {
    expect(explore(model(1, waitBy, publishBy)).violation?.kind).toBe('deadlock')
  })
})
