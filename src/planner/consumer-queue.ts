/**
 * Consumers as queues: how busy a partition's consumer may be for records not to wait too long, what an
 * outage adds, and how a backlog goes down.
 *
 * A record waits W = (rho E[S] (1 + Cs^2) + (b - 1) E[S]) / (2 (1 - rho)) before its handler begins: rho the
 * share of time the consumer is busy, E[S] and Cs^2 mean and squared coefficient of variation of a record's
 * time, b the records that arrive together; b = 1 for records that arrive one by one, at random.
 * Source: Pollaczek-Khinchine for M/G/1, with batch arrivals as in Kleinrock, Queueing Systems I, chapter 5.
 */
import { invariant } from '../base/invariant.ts'
import { ceilQuotient } from './rounding.ts'

export interface RecordService {
  /** E[S]: milliseconds that one record keeps its lane busy. */
  readonly meanMs: number
  /** Cs^2: variance over squared mean; 0 if every record takes the same time, 1 if times are exponential. */
  readonly variation: number
  /** b: records that arrive together, at least 1. */
  readonly arrivalBatch: number
}

/** An outage, and the time within which the backlog is to be gone after it; both in milliseconds. */
export interface Outage {
  readonly lengthMs: number
  readonly recoverMs: number
}

/** Above this share of busy time small surprises make long queues, whatever the formula permits. */
export const UTILISATION_CAP = 0.8

/** Busy share of the consumer of a partition that gets `recordsPerSecond`; above 1 it falls behind. */
export function utilisationOf(recordsPerSecond: number, meanMs: number): number {
  return (recordsPerSecond * meanMs) / 1e3
}

/** Mean milliseconds that a record waits before its handler begins; Infinity if the consumer falls behind. */
export function meanWaitMs(service: RecordService, utilisation: number): number {
  const { meanMs, variation, arrivalBatch } = service
  if (utilisation >= 1) return Number.POSITIVE_INFINITY
  return (meanMs * (utilisation * (1 + variation) + arrivalBatch - 1)) / (2 * (1 - utilisation))
}

/**
 * Milliseconds that a share `p` of the records wait at most, taking the tail for exponential: exact for
 * exponential times, within a quarter for others at rho above 0.6.
 */
export function waitQuantileMs(service: RecordService, utilisation: number, p: number): number {
  const wait = meanWaitMs(service, utilisation)
  if (wait === 0 || wait === Number.POSITIVE_INFINITY) return wait
  // Only the first record of a batch that finds the consumer idle does not wait.
  const waiting = 1 - (1 - utilisation) / service.arrivalBatch
  return waiting <= 1 - p ? 0 : (wait / waiting) * Math.log(waiting / (1 - p))
}

/**
 * rho_max: the busy share at which the mean wait is `waitMs`. At or below 0 no share is small enough: the
 * records of one batch wait longer than that for one another.
 */
export function utilisationForWait(service: RecordService, waitMs: number): number {
  const { meanMs, variation, arrivalBatch } = service
  return (2 * waitMs - (arrivalBatch - 1) * meanMs) / (2 * waitMs + meanMs * (1 + variation))
}

/** 1 + D/R: how much faster than records arrive a consumer must be to clear an outage of D within R. */
export function catchUpFactor(outage: Outage | null): number {
  if (outage === null) return 1
  invariant(outage.lengthMs >= 0 && outage.recoverMs > 0, 'an outage needs a time to recover in', {
    lengthMs: outage.lengthMs,
    recoverMs: outage.recoverMs
  })
  return 1 + outage.lengthMs / outage.recoverMs
}

/**
 * lambda E[S] / rho_max (1 + D/R), rounded up: partitions for evenly spread records, each with a consumer
 * that is busy at most `utilisation` of its time. At least 1.
 */
export function queuePartitions(demand: {
  readonly recordsPerSecond: number
  readonly meanMs: number
  readonly utilisation: number
  readonly catchUp: number
}): number {
  const { recordsPerSecond, meanMs, utilisation, catchUp } = demand
  return ceilQuotient(utilisationOf(recordsPerSecond, meanMs) * catchUp, utilisation)
}

/** A corner of the backlog over time; between corners it goes straight. */
interface BacklogCorner {
  /** Since the outage began. */
  readonly ms: number
  readonly backlogRecords: number
  /** Age of the next record to be handled. */
  readonly lagMs: number
}

export interface CatchUp {
  readonly corners: readonly BacklogCorner[]
  /** After the outage, until nothing is left; null if the consumer is no faster than records arrive. */
  readonly clearedAfterMs: number | null
}

/**
 * Backlog of a consumer that handles nothing for `lengthMs` and `drainPerSecond` records afterwards, while
 * `recordsPerSecond` keep arriving. A backlog that never goes is followed for as long again as it grew.
 */
export function catchUpTimeline(demand: {
  readonly recordsPerSecond: number
  readonly drainPerSecond: number
  readonly lengthMs: number
}): CatchUp {
  const { recordsPerSecond: arriving, drainPerSecond: draining, lengthMs } = demand
  const atEnd = (arriving * lengthMs) / 1e3
  const outage = [
    { ms: 0, backlogRecords: 0, lagMs: 0 },
    { ms: lengthMs, backlogRecords: atEnd, lagMs: lengthMs }
  ]
  if (draining <= arriving) {
    const backlogRecords = atEnd + ((arriving - draining) * lengthMs) / 1e3
    const lagMs = lengthMs + lengthMs * (1 - draining / arriving)
    return { corners: [...outage, { ms: 2 * lengthMs, backlogRecords, lagMs }], clearedAfterMs: null }
  }
  const clearedAfterMs = (atEnd / (draining - arriving)) * 1e3
  const cleared = { ms: lengthMs + clearedAfterMs, backlogRecords: 0, lagMs: 0 }
  return { corners: [...outage, cleared], clearedAfterMs }
}
