/**
 * What a plan was made of, as `measurements.json` holds it: every run, the machine, what was asked, the seed.
 * Plan and page follow from it alone, so that anybody can make them again, byte for byte.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { Machine, PartitionOverhead } from '../../planner/verifiability.ts'
import type { Environment } from '../environment.ts'
import type { KeyCounts } from '../inputs/key-counts.ts'
import { measurementsFault } from './measurements-shape.ts'
import type { SessionFindings } from './plan-session.ts'
import type { PlanSettings } from './plan-settings.ts'

/** Keys by hash and count: never their texts. */
interface StoredKeys extends Omit<KeyCounts, 'hashes' | 'counts'> {
  readonly hashes: readonly number[]
  readonly counts: readonly number[]
}

export interface Measurements {
  readonly schemaVersion: 1
  readonly kind: 'measurements'
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly durationSeconds: number
  /** The command that makes the same measurement, and the same without --runs and --seconds. */
  readonly command: string
  readonly bareCommand: string
  readonly target: 'embedded' | 'sim'
  /** What the figures hold for. */
  readonly label: string
  readonly settings: PlanSettings
  readonly environment: Environment
  /** Before the verification: what it could have taken. */
  readonly machine: Machine
  readonly overhead: PartitionOverhead
  /** Keys of the load as counts by hash; null where none were given. */
  readonly keys: StoredKeys | null
  /** What to know of the keys and records that were given. */
  readonly notices: readonly string[]
  readonly findings: SessionFindings
}

/** The text of `measurements.json`. */
export function measurementsText(measurements: Measurements): string {
  return `${JSON.stringify(measurements)}\n`
}

/**
 * Reads the text back; one that was written before some settings could be chosen has what they were then.
 * @throws HighwaterError HIGHWATER_CONFIG where it is not such a text, with the first field that is wrong
 */
export function parseMeasurements(text: string, name: string): Measurements {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HighwaterError('HIGHWATER_CONFIG', `${name} is not JSON; it was cut off or changed.`)
  }
  if (!isOurs(value)) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `${name} holds no measurements of a plan in a form this version knows (schemaVersion 1).`
    )
  }
  const fault = measurementsFault(value)
  if (fault !== null) throw noPlanFollows(name, fault)
  const { settings } = value
  // Where they are they keep their place, so that what is written again is the same.
  return {
    ...value,
    settings: { ...settings, utilisation: settings.utilisation ?? 1, groups: settings.groups ?? 1 }
  }
}

/** Whether it says so itself; what is in it is `measurementsFault`'s to tell. */
function isOurs(value: unknown): value is Measurements {
  if (typeof value !== 'object' || value === null) return false
  return (
    'kind' in value && value.kind === 'measurements' && 'schemaVersion' in value && value.schemaVersion === 1
  )
}

/** @param fault what is wrong, as the end of a sentence; null where nothing by itself is */
export function noPlanFollows(name: string, fault: string | null, cause?: unknown): HighwaterError {
  const told = fault === null ? '' : `; ${fault}`
  const reason = `it was changed, or is of another version of highwater${told}`
  const message = `No plan follows from ${name}: ${reason}.`
  return new HighwaterError('HIGHWATER_CONFIG', message, cause === undefined ? undefined : { cause })
}

export function storedKeys(keys: KeyCounts): StoredKeys {
  return { ...keys, hashes: [...keys.hashes], counts: [...keys.counts] }
}

export function keyCounts(keys: StoredKeys): KeyCounts {
  return { ...keys, hashes: Int32Array.from(keys.hashes), counts: Float64Array.from(keys.counts) }
}
