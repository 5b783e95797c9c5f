import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'
import type { Scenario } from './scenario.ts'
import { simulate } from './simulate.ts'

const SEEDS_MAX = 400

/** Everything in one partition: a late write meets what came after it sooner. */
const CROWDED: Partial<Scenario> = { partitionCount: 1, tickMs: 1000, valueBytesMax: 40 }

/** First seed that finds the mutant, with what it found; null if none does. */
function killer(name: string): { seed: number; violation: string } | null {
  const variant = MUTANTS[name] ?? {}
  const scenario = name === 'takeover at the rejection' ? CROWDED : {}
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const [violation] = simulate(seed, { variant, scenario }).violations
    if (violation !== undefined) return { seed, violation }
  }
  return null
}

test.each(Object.keys(MUTANTS))(
  'an engine with "%s" is found',
  name => {
    const found = killer(name)
    expect(found, `no seed up to ${SEEDS_MAX} finds it`).not.toBeNull()
    // The real engine passes where the wrong one fails.
    const scenario = name === 'takeover at the rejection' ? CROWDED : {}
    expect(simulate(found?.seed ?? 0, { scenario }).violations).toEqual([])
  },
  60_000
)
