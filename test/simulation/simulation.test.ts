import { expect, test } from 'vitest'
import { ALL_INVARIANTS } from './invariants/all-invariants.ts'
import { EXPIRY_IN_FLIGHT } from './scenario.ts'
import { simulate } from './simulate.ts'

const SEEDS = 100
/** Half of what the command line runs per seed. */
const EVENTS = 2000

test(`${SEEDS} seeds break none of ${Object.keys(ALL_INVARIANTS).length} invariants`, () => {
  let records = 0
  let acknowledged = 0
  let deaths = 0
  let tailReads = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = simulate(seed, { events: EVENTS })
    expect(result.violations, `npm run simulate -- --seed ${seed}`).toEqual([])
    records += result.records
    acknowledged += result.acknowledged
    deaths += result.deaths
    tailReads += result.tailReads
  }
  // A simulation in which little happens would find little.
  expect(records).toBeGreaterThan(50 * SEEDS)
  expect(acknowledged).toBeGreaterThan(25 * SEEDS)
  expect(deaths).toBeGreaterThan(5 * SEEDS)
  expect(tailReads).toBeGreaterThan(10 * SEEDS)
}, 120_000)

test('the same seed gives the same events', () => {
  for (const seed of [1, 7, 42]) expect(simulate(seed).hash).toBe(simulate(seed).hash)
})

test('another seed gives other events', () => {
  expect(simulate(1).hash).not.toBe(simulate(2).hash)
})

test('batches that expire while the broker has them leave nothing under a foreign topic', () => {
  let batches = 0
  let expired = 0
  for (let seed = 1; seed <= 40; seed++) {
    const result = simulate(seed, { events: EVENTS, scenario: EXPIRY_IN_FLIGHT })
    expect(result.violations, `npm run simulate -- --expiry --seed ${seed}`).toEqual([])
    batches += result.batches
    expired += result.expired
  }
  expect(batches).toBeGreaterThan(2000)
  expect(expired).toBeGreaterThan(1000)
}, 60_000)
