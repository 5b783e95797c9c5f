/**
 * Whether other counts than the recommended one carry the load too, and how many consumers do: by the keys as
 * they are, by the law of total throughput, and by how busy a consumer may be.
 */
import type { Ceiling } from '../../planner/admissible-count.ts'
import { catchUpFactor, type Outage } from '../../planner/consumer-queue.ts'
import { membersNeeded } from '../../planner/group-sizes.ts'
import { fullestShare, type KeyShares, partitionShares } from '../../planner/key-skew.ts'
import type { LawInterval } from '../../planner/law-interval.ts'
import { beyondReach, carriesRate, lawCeiling } from '../../planner/law-reach.ts'
import type { Plan } from '../../planner/plan.ts'

/** What counts are judged by beside the plan itself. */
export interface LoadBasis {
  /** Null where records spread evenly. */
  readonly keys: KeyShares | null
  /** Null where the points are too few to tell one. */
  readonly law: LawInterval | null
  readonly outage: Outage | null
}

interface CountLoad {
  /** Ends that the law of total throughput sets. */
  readonly ceilings: readonly Ceiling[]
  /** Whether a count above the plan's keeps the limit of the fullest partition, and the law's low end. */
  readonly carries: (partitions: number) => boolean
  /** Consumers that carry the load, each on one lane; null if one cannot carry the fullest partition. */
  readonly members: number | null
  readonly warnings: readonly string[]
}

/** The last bits of a sum of a million shares. */
const ROUNDING = 1e-10

export function countLoad(plan: Plan, { keys, law, outage }: LoadBasis): CountLoad {
  const { partitions, requirements, restsOnLaw } = plan
  const { headroom, consumerThroughput, consumerUtilisation, shareLimit } = requirements
  const targetThroughput = headroom.plannedThroughput
  const doubt = law === null ? null : beyondReach(law, { targetThroughput, partitions })
  return {
    ceilings: law === null ? [] : [lawCeiling(law, { targetThroughput, partitions, restsOnLaw })],
    carries: count => {
      const share = keys === null ? 1 / count : fullestShare(keys, count)
      const isSpread = share <= shareLimit * (1 + ROUNDING)
      return isSpread && (law === null || !restsOnLaw || carriesRate(law, count, targetThroughput))
    },
    members: membersNeeded({
      partitions,
      shares: keys === null ? null : partitionShares(keys, partitions),
      targetThroughput: headroom.offeredThroughput * catchUpFactor(outage),
      memberThroughput: consumerUtilisation * consumerThroughput
    }),
    warnings: doubt === null ? [] : [doubt]
  }
}
