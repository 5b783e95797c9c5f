/**
 * One simulation: a seed chooses the scenario and then, event by event, who does the next step. The same seed
 * gives the same events, on every machine.
 */
import { seededRandom } from '../../src/base/random.ts'
import { ALL_INVARIANTS } from './invariants/all-invariants.ts'
import type { Invariant } from './invariants/invariant.ts'
import type { Scenario } from './scenario.ts'
import { type Variant, World } from './world.ts'

interface SimulationOptions {
  /** Events before all is repaired and everybody finishes. */
  readonly events?: number
  readonly variant?: Variant
  /** What the seed shall not choose. */
  readonly scenario?: Partial<Scenario>
  /** The one invariant that looks; without it all do. */
  readonly only?: string
}

interface SimulationResult {
  readonly events: number
  /** Of all events in their order, with what they did. */
  readonly hash: string
  /** `invariant: what was found`, in the order they were found. */
  readonly violations: readonly string[]
  readonly records: number
  readonly acknowledged: number
  /** Batches that were handed to a broker. */
  readonly batches: number
  /** Records whose time was up before they were answered. */
  readonly expired: number
  readonly deaths: number
  /** Reads that found their bytes in a tail block. */
  readonly tailReads: number
}

/** Beside the invariants: what the engine itself, or the look at what it published, refuses to go on with. */
export const NOTHING_THROWS = 'nothing throws'

const EVENTS = 4000
const SETTLE_ROUNDS_MAX = 200_000
const VIOLATIONS_MAX = 20

type Action = (world: World) => void

/** How often each event comes, of all. */
const ACTIONS: readonly (readonly [weight: number, action: Action])[] = [
  [300, world => world.stepPartition()],
  [200, world => world.send()],
  [150, world => world.runSender()],
  [200, world => world.stepReader()],
  [60, world => world.moveClock()],
  [10, world => world.landHeldWrite()],
  [6, world => world.killHost()],
  [3, world => world.rewindReader()],
  [3, world => world.repair()],
  [1, world => world.damageDisk()],
  [1, world => world.killCaller()]
]

const TOTAL_WEIGHT = ACTIONS.reduce((sum, [weight]) => sum + weight, 0)
const ACTION_AT: readonly number[] = ACTIONS.flatMap(([weight], i) => new Array<number>(weight).fill(i))

export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const violations: string[] = []
  const random = seededRandom(seed)
  const world = new World(random, options.variant ?? {}, options.scenario ?? {})
  const looking = Object.entries(ALL_INVARIANTS).filter(([name]) => name === (options.only ?? name))
  world.invariants = looking.map(([name, factory]): Invariant => {
    return factory(world, text => violations.push(`${name}: ${text}`))
  })
  const stepped = world.invariants.filter(invariant => invariant.stepped !== undefined)
  const wanted = options.events ?? EVENTS
  let hash = 0
  let events = 0
  try {
    for (; events < wanted && violations.length < VIOLATIONS_MAX; events++) {
      const chosen = ACTION_AT[random.below(TOTAL_WEIGHT)]!
      ACTIONS[chosen]?.[1](world)
      for (const invariant of stepped) invariant.stepped?.()
      hash = mix(mix(mix(hash, chosen), world.history.records.length), fingerprint(world))
    }
    if (violations.length === 0) finish(world)
  } catch (error) {
    violations.push(`${NOTHING_THROWS}: ${error instanceof Error ? error.stack : String(error)}`)
  }
  return {
    events: events + world.settlingSteps,
    hash: (hash >>> 0).toString(16).padStart(8, '0'),
    violations,
    records: world.history.records.length,
    acknowledged: world.history.records.filter(({ outcome }) => outcome === 'acknowledged').length,
    batches: world.producers.reduce((sum, { lane }) => sum + lane.submitted, 0),
    expired: world.history.records.filter(({ outcome, error }) => outcome === 'unknown' && error !== null)
      .length,
    deaths: world.partitions.reduce((sum, { simulated }) => sum + simulated.deaths, 0),
    tailReads: world.readers.reduce((sum, { reader }) => sum + reader.tailReads, 0)
  }
}

function finish(world: World): void {
  world.settle(SETTLE_ROUNDS_MAX)
  world.finishReaders()
  for (const invariant of world.invariants) invariant.ended?.()
}

/** FNV-1a over 32-bit words. */
function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 16777619)
}

function fingerprint(world: World): number {
  let sum = world.history.pending
  for (const { simulated, contents } of world.partitions) {
    sum = (sum * 31 + contents.endOffset + simulated.deaths * 7 + simulated.control.viewVersion) | 0
  }
  for (const { reader } of world.readers) sum = (sum * 31 + reader.position) | 0
  return sum
}
