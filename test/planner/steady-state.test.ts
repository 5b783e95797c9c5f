import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { findSteadyState } from '../../src/planner/steady-state.ts'

/** `count` windows around 100 that differ by up to `noise` to either side, without a trend. */
function flat(count: number, noise: number, seed = 1): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => 100 * (1 + noise * (2 * random.next() - 1)))
}

const ramp = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))

describe('a series that settles', () => {
  test('is steady from the first window if it starts so', () => {
    expect(findSteadyState(flat(30, 0.03))).toEqual({
      from: 0,
      steady: true,
      reason: 'Steady from the first window.'
    })
  })

  test('loses its warm-up', () => {
    const found = findSteadyState([...ramp(20, 95, 8), ...flat(30, 0.03)])
    expect(found.steady).toBe(true)
    expect(found.from).toBeGreaterThanOrEqual(5)
    expect(found.from).toBeLessThanOrEqual(10)
    expect(found.reason).toBe(`Steady after ${found.from} of 38 windows.`)
  })

  test('loses one slow first window, which ranks alone do not see', () => {
    expect(findSteadyState([20, ...flat(30, 0.03)]).from).toBe(1)
  })

  test('loses a gentle slope that ten windows alone do not show', () => {
    const found = findSteadyState([...ramp(80, 100, 40), ...flat(40, 0.01)])
    expect(found.steady).toBe(true)
    expect(found.from).toBeGreaterThanOrEqual(25)
  })

  test('is steady at exactly ten windows', () => {
    expect(findSteadyState(flat(10, 0.02)).steady).toBe(true)
  })
})

describe('a series that does not settle', () => {
  test('is too short below ten windows', () => {
    expect(findSteadyState(flat(9, 0))).toEqual({
      from: 0,
      steady: false,
      reason: 'Not steady: 9 windows were measured, 10 are needed.'
    })
    expect(findSteadyState([]).steady).toBe(false)
  })

  test('says which way it still goes, and keeps the last ten windows', () => {
    const found = findSteadyState(ramp(100, 50, 40))
    expect(found.steady).toBe(false)
    expect(found.from).toBe(30)
    expect(found.reason).toMatch(/^Not steady: the rate is still falling, by 2\.\d % a window\.$/)
    expect(findSteadyState(ramp(50, 100, 60)).reason).toContain('still rising')
  })

  test('varies too much at its end', () => {
    const found = findSteadyState([...flat(30, 0.02), ...[100, 60, 140, 70, 130, 80, 120, 60, 140, 100]])
    expect(found.steady).toBe(false)
    expect(found.reason).toMatch(/^Not steady: the last 10 windows vary by 3\d %, 10 % is permitted\.$/)
  })

  test('stands still', () => {
    expect(findSteadyState(Array.from({ length: 20 }, () => 0)).reason).toBe(
      'Not steady: nothing moved in the last 10 windows.'
    )
  })
})

test('the unit of the rates does not matter', () => {
  const rate = fc.double({ min: 1, max: 200, noNaN: true })
  fc.assert(
    fc.property(fc.array(rate, { minLength: 10, maxLength: 30 }), rates => {
      const scaled = findSteadyState(rates.map(value => value * 1048576))
      const found = findSteadyState(rates)
      expect(scaled.from).toBe(found.from)
      expect(scaled.steady).toBe(found.steady)
    })
  )
})
