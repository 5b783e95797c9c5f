/** A saved run of the micro benchmarks, and what a later one says beside it. */
import type { Random } from '../src/base/random.ts'
import { type MachineLine, machineText } from './machine.ts'
import type { MicroResult } from './micro-rounds.ts'
import { type RatioInterval, ratioOfMedians } from './statistics.ts'

export interface MicroBaseline {
  readonly savedAt: string
  readonly machine: MachineLine
  readonly benchmarks: readonly MicroResult[]
}

export interface MicroDifference extends RatioInterval {
  readonly name: string
  readonly verdict: 'slower' | 'faster' | 'same' | 'not in the baseline'
}

/** Two processes that run the same code differ by so much: the compiler decides anew in each. */
const INDIFFERENT = 0.05
const NOTHING_KNOWN: RatioInterval = { ratio: Number.NaN, low: Number.NaN, high: Number.NaN }

export function baselineFile(nodeVersion: string): string {
  return `micro-${nodeVersion.split('.')[0]}.json`
}

/** Time now over time then, benchmark by benchmark. */
export function compareWithBaseline(
  baseline: MicroBaseline,
  results: readonly MicroResult[],
  random: Random
): MicroDifference[] {
  return results.map(({ name, samplesNs }) => {
    const before = baseline.benchmarks.find(known => known.name === name)
    if (before === undefined) return { name, ...NOTHING_KNOWN, verdict: 'not in the baseline' }
    const interval = ratioOfMedians(samplesNs, before.samplesNs, random)
    return { name, ...interval, verdict: verdictOf(interval) }
  })
}

/** Slower or faster only if the whole interval says so, and by more than two equal processes differ. */
function verdictOf({ low, high }: RatioInterval): MicroDifference['verdict'] {
  if (low > 1 + INDIFFERENT) return 'slower'
  if (high < 1 / (1 + INDIFFERENT)) return 'faster'
  return 'same'
}

/** Names in the baseline that nobody measures any more. */
export function goneSince(baseline: MicroBaseline, names: readonly string[]): string[] {
  return baseline.benchmarks.map(({ name }) => name).filter(name => !names.includes(name))
}

/** Null if both machines are one, as far as their lines tell. */
export function machineWarning(baseline: MicroBaseline, machine: MachineLine): string | null {
  const [then, now] = [machineText(baseline.machine), machineText(machine)]
  return then === now ? null : `The baseline is of another machine or Node: ${then}.`
}
