/**
 * The ring with a payload word and an answer word per slot, between a caller and a host that sleep on bells.
 */
import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/base/invariant.ts'
import { Bells } from '../../src/threads/bells.ts'
import { RingHost, RingSender, startRingAt } from '../../src/threads/ring.ts'
import { explore, type Model, type Program } from './explorer.ts'
import type { ModelWords } from './replayed-words.ts'
import { WordRegion } from './word-region.ts'

const RING = 0
const BELLS = 1_000
const PAYLOAD = 2_000
const ANSWER = 3_000
/** Word of the completed position in a ring. */
const COMPLETED = 32
const HOST_ROW = 0
const CALLER_ROW = 1
const NO_TIMEOUT = Number.POSITIVE_INFINITY
/** The positions pass 2^31 on the way. */
const START = 2 ** 31 - 1
const SLOTS = 2

/** What a mutant changes. */
interface Changes {
  readonly payloadAfterPublish?: boolean
  readonly freeAtSubmission?: boolean
  readonly completeBeforeAnswer?: boolean
  readonly takeOverAtSubmitted?: boolean
  readonly silentSuccessor?: boolean
}

/** Keeps as many entries in flight as there are slots, publishes each for itself and checks each answer. */
function caller(entries: number, changes: Changes): Program {
  return words => {
    const ring = new RingSender(new WordRegion(words, RING), SLOTS, START)
    const bells = new Bells(new WordRegion(words, BELLS))
    let sent = 0
    const submit = (): void => {
      const slot = changes.freeAtSubmission ? 0 : sent % SLOTS
      const value = 100 + sent++
      const fill = (): void => words.set(PAYLOAD + slot, value)
      const publish = (): void => {
        ring.push(slot)
        if (ring.publish()) bells.ring(HOST_ROW)
      }
      for (const step of changes.payloadAfterPublish ? [publish, fill] : [fill, publish]) step()
    }
    for (let answered = 0; answered < entries; ) {
      words.knows({ sent, answered })
      while (sent < entries && ring.inFlight < SLOTS) submit()
      bells.sleep(CALLER_ROW, () => ring.hasCompleted, NO_TIMEOUT)
      const slot = ring.reap()
      if (slot < 0) continue
      const entry = 100 + answered++
      invariant(words.get(ANSWER + slot) === -entry, 'an answer is that of its entry', { entry })
    }
    ring.close()
    bells.ring(HOST_ROW)
  }
}

/** One pass of a host after the other. */
function serve(words: ModelWords, changes: Changes): void {
  const ring = new RingHost(new WordRegion(words, RING), SLOTS)
  const bells = new Bells(new WordRegion(words, BELLS))
  const first = words.load(RING + COMPLETED)
  for (let finished = 0; ; ) {
    words.knows({ completed: (first + finished) | 0 })
    const count = ring.available()
    const slots = Array.from({ length: count }, (_, index) => ring.slotAt(index))
    if (count > 0 && changes.completeBeforeAnswer) ring.complete(count)
    for (const slot of slots) words.set(ANSWER + slot, -words.get(PAYLOAD + slot))
    if (count > 0 && !changes.completeBeforeAnswer) ring.complete(count)
    finished += count
    if (count > 0) bells.ring(CALLER_ROW)
    else if (ring.isDrained) return
    else bells.sleep(HOST_ROW, () => ring.available() > 0 || ring.isDrained, NO_TIMEOUT)
  }
}

/** The next host: its row is revived, the ring goes on behind `completed`, every caller is woken. */
function serveAgain(words: ModelWords, changes: Changes): void {
  const bells = new Bells(new WordRegion(words, BELLS))
  bells.markDead(HOST_ROW)
  bells.revive(HOST_ROW)
  if (changes.takeOverAtSubmitted) words.store(RING + COMPLETED, words.load(RING))
  if (!changes.silentSuccessor) bells.ring(CALLER_ROW)
  serve(words, changes)
}

function nameOf(index: number): string {
  if (index >= ANSWER) return `answer ${index - ANSWER}`
  if (index >= PAYLOAD) return `payload ${index - PAYLOAD}`
  if (index >= BELLS) {
    const row = index - BELLS >= 32 ? 'caller' : 'host'
    return `${row} ${['bell', 'parked', 'dead'][Math.max(0, ((index - BELLS) % 32) - 15)]}`
  }
  return { 0: 'submitted', 1: 'closed', 32: 'completed' }[index] ?? `entry ${index - 64}`
}

function model(entries: number, deaths: number, changes: Changes = {}): Model {
  const first: Program = words => serve(words, changes)
  const again: Program = words => serveAgain(words, changes)
  return {
    threads: [
      { name: 'caller', lives: [caller(entries, changes)] },
      { name: 'host', lives: [first, ...Array<Program>(deaths).fill(again)] }
    ],
    setup: words => startRingAt(new WordRegion(words, RING), START),
    nameOf,
    check(_results, words) {
      invariant(words.get(RING) === words.get(RING + COMPLETED), 'everything submitted is completed')
    }
  }
}

describe('the ring', () => {
  test.each([
    { entries: 4, deaths: 0, floor: 50_000 },
    { entries: 3, deaths: 1, floor: 100_000 },
    { entries: 2, deaths: 2, floor: 80_000 }
  ])('answers $entries entries in order, beside $deaths deaths of the host', ({ entries, deaths, floor }) => {
    const found = explore(model(entries, deaths))
    expect(found.violation).toBeNull()
    expect(found.outcomes).toBeGreaterThan(0)
    expect(found.states).toBeGreaterThan(floor)
  })

  test.each<[string, Changes]>([
    ['a payload were written after its publication', { payloadAfterPublish: true }],
    ['a slot were free at its submission', { freeAtSubmission: true }],
    ['an entry were completed before its answer is there', { completeBeforeAnswer: true }]
  ])('would give a wrong answer if %s', (_name, changes) => {
    const { violation } = explore(model(3, 0, changes))
    expect(violation?.text).toMatch(/an answer is that of its entry|at (payload|answer)/)
    expect(violation?.trace.at(-1)).toMatch(/^(caller|host): /)
  })

  test('would lose an entry if the next host took over at the submitted position', () => {
    const { violation } = explore(model(2, 1, { takeOverAtSubmitted: true }))
    expect(violation?.text).toContain('an answer is that of its entry')
    expect(violation?.trace).toContain('host dies')
  })

  test('would leave its caller asleep if the next host did not ring every bell', () => {
    const { violation } = explore(model(2, 1, { silentSuccessor: true }))
    expect(violation?.kind).toBe('deadlock')
    expect(violation?.trace).toContain('host dies')
  })
})
