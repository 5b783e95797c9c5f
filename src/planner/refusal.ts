/**
 * When the measurements cannot tell how many partitions it takes, and the one command that would settle it;
 * or when they tell that no number is enough, and what helps then.
 * A side that is too fast to matter, whatever its noise, refuses nothing.
 */
import type { DemandPlan } from './demand.ts'
import type { Measurement } from './measurement.ts'
import { partitionsFor, type Side } from './partition-count.ts'
import { runsForRatio } from './statistics.ts'
import { formatCount, formatShare } from './units.ts'

export interface Refusal {
  readonly kind: 'refused'
  /** What the data cannot tell, or what no number of partitions is enough for, and the figure for it. */
  readonly reason: string
  /** Sides whose measurement cannot tell: measured again, longer or more often, they may. */
  readonly doubtful: readonly Side[]
  /** The command that would settle it; null where no measurement can. */
  readonly command: string | null
  /** What helps but a measurement; null where nothing else does, or the reason says it. */
  readonly cure: string | null
  /** What the load asks for, where that could be worked out though no count was given. */
  readonly requirements: DemandPlan | null
}

/** How the measuring command was called, so that a better call can be named. */
export interface Rerun {
  /** The command as typed, without --runs and --seconds. */
  readonly command: string
  readonly runs: number
  readonly secondsPerRun: number
}

/** One side's throughput per partition as the plan uses it, and the counts at both ends of its interval. */
interface SideThroughput {
  readonly side: Side
  readonly measurement: Measurement
  /** Partitions this side needs at the high end of its throughput. */
  readonly partitionsLow: number
  /** Partitions this side needs at the low end of its throughput. */
  readonly partitionsHigh: number
}

const SPREAD_MAX = 0.5
const COUNT_RATIO_MAX = 4
/** Asked of each measurement when runs are too few: high / low of its interval at most this. */
const RERUN_RATIO = 2
/** A rate that never settled may settle at half of the slowest run seen. */
const UNSTEADY_MARGIN = 2

/** The side with its counts; `target` in bytes per second. */
export function sideThroughput(side: Side, measurement: Measurement, target: number): SideThroughput {
  const [low, high] = measurement.interval95
  const partitionsLow = partitionsFor(target, high)
  return { side, measurement, partitionsLow, partitionsHigh: partitionsFor(target, low) }
}

/** Counts for fast and slow throughput: no run that the intervals allow asks for less or for more. */
export function countInterval(sides: readonly SideThroughput[]): readonly [low: number, high: number] {
  return [
    Math.max(...sides.map(side => side.partitionsLow)),
    Math.max(...sides.map(side => side.partitionsHigh))
  ]
}

/** Whether `side`, at its slowest over `margin`, asks for more partitions than are needed at the least. */
function matters(side: SideThroughput, margin: number, needed: number, target: number): boolean {
  const slowest = Math.min(...side.measurement.runs) / margin
  return Math.max(side.partitionsHigh, partitionsFor(target, slowest)) > needed
}

/** What is wrong with the measurement of a side that may decide the count; else null. */
function faultOf(side: SideThroughput, needed: number, target: number): string | null {
  const { measurement } = side
  const name = side.side === 'produce' ? 'Tp' : 'Tc'
  if (!measurement.steady && matters(side, UNSTEADY_MARGIN, needed, target)) {
    const settled = `${measurement.steadyRuns} of ${measurement.runs.length} runs settled`
    const weight = 'at half of its slowest run it would decide the count'
    return `${name} reached no steady state: ${settled}, and ${weight}.`
  }
  if (measurement.spread > SPREAD_MAX && matters(side, 1, needed, target)) {
    const apart = `${formatShare(measurement.spread)} apart, ${formatShare(SPREAD_MAX)} is permitted`
    return `The runs of ${name} lie ${apart}.`
  }
  return null
}

/** A refusal if the two sides cannot tell the count for `target` bytes per second, else null. */
export function judgeData(
  sides: readonly [SideThroughput, SideThroughput],
  target: number,
  rerun: Rerun
): Refusal | null {
  const [low, high] = countInterval(sides)
  const faults = sides.flatMap(side => {
    const fault = faultOf(side, low, target)
    return fault === null ? [] : [{ side: side.side, fault }]
  })
  const [first] = faults
  if (first !== undefined) {
    return {
      kind: 'refused',
      reason: first.fault,
      doubtful: faults.map(({ side }) => side),
      command: `${rerun.command} --seconds ${Math.ceil(rerun.secondsPerRun * 4)}`,
      cure: null,
      requirements: null
    }
  }
  if (high <= COUNT_RATIO_MAX * low) return null
  const runs = Math.max(
    rerun.runs + 1,
    ...sides.map(side => runsForRatio(side.measurement.runs, RERUN_RATIO))
  )
  return {
    kind: 'refused',
    reason:
      `The measurements allow every count from ${formatCount(low)} to ${formatCount(high)}, ` +
      `more than a factor of ${COUNT_RATIO_MAX}.`,
    doubtful: sides.filter(side => side.partitionsHigh > COUNT_RATIO_MAX * low).map(({ side }) => side),
    command: `${rerun.command} --runs ${runs}`,
    cure: null,
    requirements: null
  }
}
