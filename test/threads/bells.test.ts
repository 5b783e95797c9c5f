import { describe, expect, test } from 'vitest'
import { BELLS_BYTES, Bells } from '../../src/threads/bells.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords, type Words } from '../../src/threads/words.ts'

/** Row 2 of 128-byte rows. */
const ROW = 2
const BELL = 64
const PARKED = 80
const DEAD = 81

/** Words that log what is done to them, and run `onWait` in place of a wait. */
class LoggedWords implements Words {
  readonly log: string[] = []
  readonly cells = new Int32Array(BELLS_BYTES / 4)
  onWait: (index: number, expected: number) => void = () => {}

  get(index: number): number {
    return this.load(index)
  }

  set(index: number, value: number): void {
    this.store(index, value)
  }

  load(index: number): number {
    this.log.push(`load ${index}`)
    return this.cells[index]!
  }

  store(index: number, value: number): void {
    this.log.push(`store ${index} ${value}`)
    this.cells[index] = value
  }

  add(index: number, value: number): void {
    this.log.push(`add ${index}`)
    this.cells[index]! += value
  }

  notify(index: number): void {
    this.log.push(`notify ${index}`)
  }

  wait(index: number, expected: number): void {
    this.log.push(`wait ${index} ${expected}`)
    this.onWait(index, expected)
  }

  waitAsync(index: number, expected: number): Promise<unknown> | null {
    this.wait(index, expected)
    return this.cells[index] === expected ? Promise.resolve() : null
  }
}

describe('a bell', () => {
  test('is not rung while its sleeper is awake', () => {
    const words = new LoggedWords()
    new Bells(words).ring(ROW)
    expect(words.log).toEqual([`load ${PARKED}`])
  })

  test('is rung while its sleeper is parked: first the count, then the notification', () => {
    const words = new LoggedWords()
    words.cells[PARKED] = 1
    new Bells(words).ring(ROW)
    expect(words.log.slice(-2)).toEqual([`add ${BELL}`, `notify ${BELL}`])
    expect(words.cells[BELL]).toBe(1)
  })

  test('of a dead sleeper is touched by nobody', () => {
    const words = new LoggedWords()
    const bells = new Bells(words)
    words.cells[PARKED] = 1
    bells.markDead(ROW)
    bells.ring(ROW)
    expect([words.cells[DEAD], words.cells[BELL]]).toEqual([1, 0])
    expect(words.log.some(entry => entry.startsWith('notify'))).toBe(false)
  })

  test('is rung again after its row was revived, and only once the new sleeper parks', () => {
    const words = new LoggedWords()
    const bells = new Bells(words)
    words.cells[PARKED] = 1
    bells.markDead(ROW)
    bells.revive(ROW)
    bells.ring(ROW)
    expect(words.cells[BELL]).toBe(0)
    words.cells[PARKED] = 1
    bells.ring(ROW)
    expect(words.cells[BELL]).toBe(1)
  })

  test('a sleeper reads the bell before it checks its reasons, and parks around both', () => {
    const words = new LoggedWords()
    words.cells[BELL] = 9
    const mustWake = (): boolean => {
      words.log.push('check')
      return false
    }
    new Bells(words).sleep(ROW, mustWake, 10)
    expect(words.log).toEqual([
      `store ${PARKED} 1`,
      `load ${BELL}`,
      'check',
      `wait ${BELL} 9`,
      `store ${PARKED} 0`
    ])
  })

  test('a sleeper with a reason to be awake does not wait', async () => {
    const words = new LoggedWords()
    const bells = new Bells(words)
    bells.sleep(ROW, () => true, 10)
    await bells.sleepAsync(ROW, () => true, 10)
    expect(words.log.some(entry => entry.startsWith('wait'))).toBe(false)
    expect(words.cells[PARKED]).toBe(0)
  })

  test('a sleeper on an event loop wakes when it is rung', async () => {
    const words = new AtomicWords(allocateWords(BELLS_BYTES))
    const bells = new Bells(words)
    const asleep = bells.sleepAsync(ROW, () => false, 60_000)
    expect(words.load(PARKED)).toBe(1)
    bells.ring(ROW)
    await asleep
    expect([words.load(PARKED), words.load(BELL)]).toEqual([0, 1])
  })
})
