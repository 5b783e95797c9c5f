import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  SLOT_CLOSED,
  SLOT_EXPIRED,
  SLOT_FREE,
  SLOT_IN_FLIGHT,
  SLOT_OPEN,
  SlotPool
} from '../../../src/clients/producer/slot-pool.ts'

const BUSY = [SLOT_OPEN, SLOT_CLOSED, SLOT_IN_FLIGHT, SLOT_EXPIRED] as const

/** Every way a slot may go on, from and to. */
const MOVES = [
  [SLOT_OPEN, SLOT_CLOSED],
  [SLOT_CLOSED, SLOT_IN_FLIGHT],
  [SLOT_IN_FLIGHT, SLOT_CLOSED],
  [SLOT_IN_FLIGHT, SLOT_EXPIRED]
] as const
const FREEING = [SLOT_CLOSED, SLOT_IN_FLIGHT, SLOT_EXPIRED] as const

/** A pool of one slot that stands in this state. */
function poolIn(state: number): SlotPool {
  const pool = new SlotPool(1, 8)
  pool.tryTake(1)
  if (state !== SLOT_OPEN) pool.move(0, SLOT_OPEN, SLOT_CLOSED)
  if (state === SLOT_IN_FLIGHT || state === SLOT_EXPIRED) pool.move(0, SLOT_CLOSED, SLOT_IN_FLIGHT)
  if (state === SLOT_EXPIRED) pool.move(0, SLOT_IN_FLIGHT, SLOT_EXPIRED)
  return pool
}

describe('states', () => {
  test.each(BUSY)('from state %i a slot goes only where the table permits', from => {
    for (const to of BUSY) {
      const isPermitted = MOVES.some(move => move[0] === from && move[1] === to)
      const pool = poolIn(from)
      if (isPermitted) pool.move(0, from, to)
      else expect(() => pool.move(0, from, to)).toThrow('a slot changes state')
      expect(pool.stateOf(0)).toBe(isPermitted ? to : from)
    }
  })

  test.each(BUSY)('from state %i a slot becomes free only where the table permits', from => {
    const pool = poolIn(from)
    const isPermitted = FREEING.some(state => state === from)
    if (isPermitted) pool.free(0, from)
    else expect(() => pool.free(0, from)).toThrow('a slot changes state')
    expect(pool.freeCount).toBe(isPermitted ? 1 : 0)
  })

  test('a slot that is somewhere else than its owner believes is not touched', () => {
    const pool = poolIn(SLOT_IN_FLIGHT)
    expect(() => pool.free(0, SLOT_CLOSED)).toThrow('a slot changes state')
    expect(() => pool.free(0, SLOT_EXPIRED)).toThrow('a slot changes state')
    expect(pool.stateOf(0)).toBe(SLOT_IN_FLIGHT)
  })
})

describe('runs', () => {
  test('the slot freed last is taken first', () => {
    const pool = new SlotPool(4, 8)
    const [first] = [pool.tryTake(1), pool.tryTake(1)]
    pool.move(first ?? -1, SLOT_OPEN, SLOT_CLOSED)
    pool.free(first ?? -1, SLOT_CLOSED)
    expect(pool.tryTake(1)).toBe(first)
  })

  test('a run needs neighbours, and more slots than there are never fit', () => {
    const pool = new SlotPool(3, 8)
    const slots = [pool.tryTake(1), pool.tryTake(1), pool.tryTake(1)]
    for (const slot of [0, 2]) {
      pool.move(slot, SLOT_OPEN, SLOT_CLOSED)
      pool.free(slot, SLOT_CLOSED)
    }
    expect(slots.sort()).toEqual([0, 1, 2])
    expect(pool.tryTake(2)).toBe(-1)
    expect(pool.tryTake(4)).toBe(-1)
    expect(pool.freeCount).toBe(2)
  })
})

describe('runs that change', () => {
  test('a run grows where it lies while its neighbours are free', () => {
    const pool = new SlotPool(4, 8)
    const slot = pool.tryTake(1)
    expect(slot).toBe(0)
    expect(pool.grow(slot, 3)).toBe(0)
    expect([0, 1, 2, 3].map(at => pool.stateOf(at))).toEqual([SLOT_OPEN, SLOT_OPEN, SLOT_OPEN, SLOT_FREE])
    pool.move(slot, SLOT_OPEN, SLOT_CLOSED)
    pool.free(slot, SLOT_CLOSED)
    expect(pool.freeCount).toBe(4)
  })

  test('else it moves, and its former slots are free; without room it stays as it is', () => {
    const pool = new SlotPool(5, 8)
    const [first = -1, second] = [pool.tryTake(1), pool.tryTake(1)]
    expect([first, second]).toEqual([0, 1])
    expect(pool.grow(first, 3)).toBe(2)
    expect(pool.stateOf(0)).toBe(SLOT_FREE)
    expect(pool.grow(2, 4)).toBe(-1)
    expect([pool.freeCount, pool.countOf(SLOT_OPEN)]).toEqual([1, 4])
  })

  test('a closed run gives its end back, an open one does not', () => {
    const pool = new SlotPool(4, 8)
    const slot = pool.tryTake(3)
    expect(() => pool.shrink(slot, 1)).toThrow('a slot changes state')
    const other = new SlotPool(4, 8)
    const run = other.tryTake(3)
    other.move(run, SLOT_OPEN, SLOT_CLOSED)
    other.shrink(run, 1)
    expect([other.freeCount, other.stateOf(run)]).toEqual([3, SLOT_CLOSED])
    other.move(run, SLOT_CLOSED, SLOT_IN_FLIGHT)
    expect(other.countOf(SLOT_IN_FLIGHT)).toBe(1)
    expect([other.tryTake(1), other.tryTake(1), other.tryTake(1)].sort()).not.toContain(run)
    other.free(run, SLOT_IN_FLIGHT)
    expect(other.freeCount).toBe(1)
  })
})

interface OwnedRun {
  slot: number
  run: number
  state: (typeof BUSY)[number]
}

interface Step {
  readonly kind: 'take' | 'move' | 'free' | 'grow' | 'shrink'
  readonly run: number
  /** Which of the owned runs, by position. */
  readonly pick: number
}

const STEP: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('take', 'move', 'free', 'grow', 'shrink'),
  run: fc.integer({ min: 1, max: 4 }),
  pick: fc.nat(99)
})

function perform(pool: SlotPool, owned: OwnedRun[], step: Step): void {
  const { kind, run, pick } = step
  const entry = owned[pick % Math.max(1, owned.length)]
  if (kind === 'take') {
    const isSurelyThere = run === 1 && pool.freeCount > 0
    const slot = pool.tryTake(run)
    if (isSurelyThere) expect(slot).toBeGreaterThanOrEqual(0)
    if (slot >= 0) owned.push({ slot, run, state: SLOT_OPEN })
  } else if (entry !== undefined && kind === 'move') {
    const [, to] = MOVES.filter(([from]) => from === entry.state)[pick % 2] ?? []
    if (to === undefined) return
    pool.move(entry.slot, entry.state, to)
    entry.state = to
  } else if (entry !== undefined && kind === 'free' && FREEING.some(state => state === entry.state)) {
    pool.free(entry.slot, entry.state)
    owned.splice(owned.indexOf(entry), 1)
  } else if (entry !== undefined) {
    resize(pool, entry, step)
  }
}

function resize(pool: SlotPool, entry: OwnedRun, { kind, run }: Step): void {
  if (kind === 'grow' && entry.state === SLOT_OPEN && run > entry.run) {
    const slot = pool.grow(entry.slot, run)
    if (slot >= 0) Object.assign(entry, { slot, run })
  } else if (kind === 'shrink' && entry.state === SLOT_CLOSED) {
    pool.shrink(entry.slot, run)
    entry.run = Math.min(run, entry.run)
  }
}

function slotsOf({ slot, run }: OwnedRun): number[] {
  return Array.from({ length: run }, (_, at) => slot + at)
}

function expectConsistent(pool: SlotPool, owned: readonly OwnedRun[]): void {
  const taken = owned.flatMap(slotsOf)
  expect(new Set(taken).size).toBe(taken.length)
  expect(pool.freeCount).toBe(pool.slotCount - taken.length)
  for (const entry of owned) {
    for (const slot of slotsOf(entry)) expect(pool.stateOf(slot)).toBe(entry.state)
  }
  const states = Array.from({ length: pool.slotCount }, (_, slot) => pool.stateOf(slot))
  for (const state of [SLOT_FREE, ...BUSY]) {
    expect(pool.countOf(state)).toBe(states.filter(found => found === state).length)
  }
}

test('whatever happens, every slot has one owner and one state, and a free one is found', () => {
  const steps = fc.array(STEP, { maxLength: 150, size: 'max' })
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), steps, (slotCount, actions) => {
      const pool = new SlotPool(slotCount, 8)
      const owned: OwnedRun[] = []
      for (const step of actions) {
        perform(pool, owned, step)
        expectConsistent(pool, owned)
      }
    })
  )
})
