/**
 * What a load at a rate came to: offered, finished, and how the backlog between the two grew.
 */
import { slopeOf } from '../planner/trend.ts'
import { rateBetween, type Sample } from './run-series.ts'

/** Records finished up to a moment, and offered up to the same. */
export interface PairedSample extends Sample {
  readonly offered: number
}

interface PacedRates {
  /** Bytes per second. */
  readonly offeredRate: number
  readonly achievedRate: number
  /** Growth of the backlog, bytes per second; robust against single windows. Source: Theil and Sen. */
  readonly lagSlope: number
}

/** Of at least two samples, evenly apart. */
export function pacedRates(samples: readonly PairedSample[], recordBytes: number): PacedRates {
  const first = samples[0]!
  const last = samples[samples.length - 1]!
  const offeredOf = ({ atMs, offered }: PairedSample): Sample => ({ atMs, records: offered })
  const backlog = samples.map(({ offered, records }) => (offered - records) * recordBytes)
  const windowSeconds = (last.atMs - first.atMs) / 1000 / (samples.length - 1)
  return {
    offeredRate: rateBetween(offeredOf(first), offeredOf(last), recordBytes),
    achievedRate: rateBetween(first, last, recordBytes),
    lagSlope: slopeOf(backlog) / windowSeconds
  }
}
