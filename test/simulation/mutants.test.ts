import { expect, test } from 'vitest'
import { ALL_INVARIANTS } from './invariants/all-invariants.ts'
import { MUTANTS, type Mutant } from './mutants.ts'
import { NOTHING_THROWS, simulate } from './simulate.ts'
import { WRONG_ENGINES } from './wrong-engines.ts'

const SEEDS_MAX = 100
/** Half of what the command line runs per seed. */
const EVENTS = 2000

const ALL = Object.entries({ ...MUTANTS, ...WRONG_ENGINES })
const CASES = ALL.flatMap(([name, mutant]) => mutant.caughtBy.map(invariant => ({ name, invariant, mutant })))

/** First seed at which this invariant, looking alone, finds the wrong engine; null if none does. */
function killer({ variant, scenario = {} }: Mutant, only: string): number | null {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { violations } = simulate(seed, { variant, scenario, only, events: EVENTS })
    if (violations.some(violation => violation.startsWith(`${only}: `))) return seed
  }
  return null
}

test.each(CASES)(
  'an engine with $name is found by $invariant',
  ({ invariant, mutant }) => {
    const seed = killer(mutant, invariant)
    expect(seed, `no seed up to ${SEEDS_MAX} finds it`).not.toBeNull()
    // The real engine passes where the wrong one fails.
    const scenario = mutant.scenario ?? {}
    expect(simulate(seed ?? 0, { scenario, events: EVENTS }).violations).toEqual([])
  },
  60_000
)

test('every invariant finds an engine that breaks it', () => {
  const finding = new Set(CASES.map(({ invariant }) => invariant))
  expect([...finding].sort()).toEqual([...Object.keys(ALL_INVARIANTS), NOTHING_THROWS].sort())
})
