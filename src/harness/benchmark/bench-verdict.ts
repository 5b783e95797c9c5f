/**
 * What bound a benchmark: the rules of `planner/verdict.ts`, and before them whether the loader kept its
 * schedule. One that did not has measured itself, on however full a machine.
 */
import { formatDuration } from '../../planner/units.ts'
import { judgeBottleneck, type UtilisationFacts, type Verdict } from '../../planner/verdict.ts'

/** One record in a hundred may leave so late: some ticks of a timer, on a machine with other work too. */
const SLIP_MS_MAX = 5
/** With few records a second: so large a share of the time between two. */
const SLIP_SHARE_MAX = 0.1

export interface BenchFacts extends Omit<UtilisationFacts, 'producerDelayOverInterval'> {
  /**
   * 99th percentile of how late records left by the loader's own fault, milliseconds; null without a
   * schedule.
   */
  readonly slipMs: number | null
  /** Of one loader; null without a schedule. */
  readonly recordsPerSecond: number | null
}

/** How late one record in a hundred may leave. */
export function slipLimitMs(recordsPerSecond: number): number {
  return Math.max(SLIP_MS_MAX, (SLIP_SHARE_MAX * 1000) / recordsPerSecond)
}

export function judgeBench({ slipMs, recordsPerSecond, ...facts }: BenchFacts): Verdict {
  if (slipMs !== null && recordsPerSecond !== null && slipMs > slipLimitMs(recordsPerSecond)) {
    const limit = formatDuration(slipLimitMs(recordsPerSecond))
    const evidence =
      `The loader did not keep its schedule: one record of 100 left ${formatDuration(slipMs)} late or ` +
      `later by the loader's own fault, ${limit} is permitted.`
    return { bottleneck: 'client-bound', evidence }
  }
  return judgeBottleneck({ ...facts, producerDelayOverInterval: null })
}
