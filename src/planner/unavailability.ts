/**
 * How long partitions have no leader when a broker dies, by how many it led.
 *
 * U = detect + e n + metadata, for the last of n leaders; their mean has (n + 1) / 2 in place of n. The
 * metadata term is there only if the broker was the controller and the next one must load all partitions.
 */
import { invariant } from '../base/invariant.ts'
import type { Profile } from './profiles.ts'

interface FailoverCost {
  /** Until the death is noticed. */
  readonly detectMs: number
  /** e: to elect one leader. */
  readonly electionMsPerLeader: number
  /** For each partition of the cluster, if the controller died. */
  readonly metadataMsPerPartition: number
}

export interface Unavailability {
  /** Leaders on the broker that has most. */
  readonly leaders: number
  /** The last of these partitions, milliseconds. */
  readonly worstMs: number
  /** Mean over these partitions, milliseconds. */
  readonly meanMs: number
}

/** The constants of a profile; null if it does not know one of them. */
export function failoverCostOf({ values }: Profile): FailoverCost | null {
  const { detectMs, electionMsPerLeader, metadataMsPerPartition } = values
  if (detectMs === undefined || electionMsPerLeader === undefined || metadataMsPerPartition === undefined) {
    return null
  }
  return {
    detectMs: detectMs.value,
    electionMsPerLeader: electionMsPerLeader.value,
    metadataMsPerPartition: metadataMsPerPartition.value
  }
}

/** What the unclean death of one of `brokers` costs the partitions that it led. */
export function unavailability(input: {
  /** Of all topics of the cluster. */
  readonly partitions: number
  readonly brokers: number
  readonly cost: FailoverCost
  readonly isController: boolean
}): Unavailability {
  const { partitions, brokers, cost, isController } = input
  invariant(partitions >= 1 && brokers >= 1, 'partitions lie on brokers', { partitions, brokers })
  const leaders = Math.ceil(partitions / brokers)
  const metadataMs = isController ? cost.metadataMsPerPartition * partitions : 0
  const fixed = cost.detectMs + metadataMs
  return {
    leaders,
    worstMs: fixed + cost.electionMsPerLeader * leaders,
    meanMs: fixed + (cost.electionMsPerLeader * (leaders + 1)) / 2
  }
}

/** Minutes a year without a leader, for a partition whose broker dies `failuresPerYear` times. */
export function yearlyMinutes(failuresPerYear: number, unavailableMs: number): number {
  return (failuresPerYear * unavailableMs) / 60_000
}
