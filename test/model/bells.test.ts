/** Sleeping and ringing: no wake-up is lost, with several ringers, and across the death of the sleeper. */
import { describe, expect, test } from 'vitest'
import { Bells } from '../../src/threads/bells.ts'
import type { Words } from '../../src/threads/words.ts'
import { explore, type Model, type Program } from './explorer.ts'

const ROW = 0
const BELL = 0
const PARKED = 16
/** One word per ringer: the reason to be awake. */
const REASON = 100
const NO_TIMEOUT = Number.POSITIVE_INFINITY

type Sleep = (words: Words, mustWake: () => boolean) => void
type Ring = (words: Words, publish: () => void) => void

const sleep: Sleep = (words, mustWake) => new Bells(words).sleep(ROW, mustWake, NO_TIMEOUT)

const ring: Ring = (words, publish) => {
  publish()
  new Bells(words).ring(ROW)
}

/** Sleeps until every ringer has given all its reasons; in between it knows how many it has seen. */
function sleeper({ ringers, reasons }: Shape, by: Sleep): Program {
  return words => {
    const count = (): number => {
      let now = 0
      for (let which = 0; which < ringers; which++) now += words.load(REASON + which)
      return now
    }
    for (let seen = 0; seen < ringers * reasons; seen = count()) {
      words.knows(seen)
      by(words, () => count() !== seen)
    }
  }
}

function ringer(which: number, reasons: number, by: Ring): Program {
  return words => {
    for (let n = 1; n <= reasons; n++) by(words, () => words.store(REASON + which, n))
  }
}

interface Shape {
  readonly ringers: number
  readonly reasons: number
  readonly deaths: number
}

/** What the broker does between the lives of a sleeper: nobody rings a dead one, and its row starts awake. */
function nextLife(program: Program): Program {
  return words => {
    const bells = new Bells(words)
    bells.markDead(ROW)
    bells.revive(ROW)
    return program(words)
  }
}

function model(shape: Shape, sleepBy = sleep, ringBy = ring): Model {
  const { ringers, reasons, deaths } = shape
  const life = sleeper(shape, sleepBy)
  const threads = [{ name: 'sleeper', lives: [life, ...Array(deaths).fill(nextLife(life))] }]
  for (let which = 0; which < ringers; which++) {
    threads.push({ name: `ringer ${which}`, lives: [ringer(which, reasons, ringBy)] })
  }
  const names: Record<number, string> = { 0: 'bell', 16: 'parked', 17: 'dead' }
  return { threads, nameOf: index => names[index] ?? `reason ${index - REASON}` }
}

/** `seen` read after the reasons were checked. */
const seenLate: Sleep = (words, mustWake) => {
  words.store(PARKED, 1)
  if (!mustWake()) words.wait(BELL, words.load(BELL), NO_TIMEOUT)
  words.store(PARKED, 0)
}

/** `parked` stored after the reasons were checked. */
const parkedLate: Sleep = (words, mustWake) => {
  const seen = words.load(BELL)
  if (mustWake()) return
  words.store(PARKED, 1)
  words.wait(BELL, seen, NO_TIMEOUT)
  words.store(PARKED, 0)
}

const ringFirst: Ring = (words, publish) => {
  new Bells(words).ring(ROW)
  publish()
}

describe('a bell', () => {
  test.each([
    { ringers: 1, reasons: 3, deaths: 2, floor: 4_000 },
    { ringers: 3, reasons: 1, deaths: 0, floor: 45_000 },
    { ringers: 2, reasons: 1, deaths: 1, floor: 4_000 }
  ])('never loses a wake-up: $ringers ringers, $reasons reasons, $deaths deaths', ({ floor, ...shape }) => {
    const found = explore(model(shape))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(floor)
  })

  test.each([
    ['the sleeper read the bell after its last check', seenLate, ring],
    ['the sleeper parked after its last check', parkedLate, ring],
    ['the ringer rang before it published', sleep, ringFirst]
  ])('would lose a wake-up if %s', (_name, sleepBy, ringBy) => {
    const found = explore(model({ ringers: 1, reasons: 1, deaths: 0 }, sleepBy, ringBy))
    expect(found.violation?.kind).toBe('deadlock')
    expect(found.violation?.trace.at(-1)).toMatch(/^sleeper: bell wait|^ringer 0: /)
  })
})
