/**
 * What a plan was made of, as `measurements.json` holds it: every run, the machine, what was asked, the seed.
 * Plan and page follow from it alone, so that anybody can make them again, byte for byte.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { Machine, PartitionOverhead } from '../../planner/verifiability.ts'
import type { Environment } from '../environment.ts'
import type { KeyCounts } from '../inputs/key-counts.ts'
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

/** Reads the text back. @throws HighwaterError HIGHWATER_CONFIG where it is not such a text */
export function parseMeasurements(text: string, name: string): Measurements {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new HighwaterError('HIGHWATER_CONFIG', `${name} is not JSON; it was cut off or changed.`)
  }
  if (!isMeasurements(value)) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `${name} holds no measurements of a plan in a form this version knows (schemaVersion 1).`
    )
  }
  return value
}

/** Whether the parts are there that everything is computed from; not whether their figures make sense. */
function isMeasurements(value: unknown): value is Measurements {
  if (!isObject(value)) return false
  const { kind, schemaVersion, settings, environment, machine, overhead, keys, notices, findings } = value
  return (
    kind === 'measurements' &&
    schemaVersion === 1 &&
    isObject(settings) &&
    [settings['targetThroughput'], settings['recordBytes'], settings['runs']].every(isAboveZero) &&
    [environment, machine, overhead].every(isObject) &&
    (keys === null || isObject(keys)) &&
    Array.isArray(notices) &&
    isObject(findings) &&
    [findings['withHandler'], findings['costs'], findings['order']].every(Array.isArray) &&
    isMeasuredTwice(findings['fetchOnly']) &&
    Array.isArray(findings['produce']) &&
    findings['produce'].every((count: unknown) => isObject(count) && isMeasuredTwice(count['runs']))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAboveZero(value: unknown): boolean {
  return typeof value === 'number' && value > 0
}

function isMeasuredTwice(runs: unknown): boolean {
  const isRun = (run: unknown): boolean =>
    isObject(run) && isObject(run['series']) && isAboveZero(run['series']['bytesPerSecond'])
  return Array.isArray(runs) && runs.length >= 2 && runs.every(isRun)
}

export function storedKeys(keys: KeyCounts): StoredKeys {
  return { ...keys, hashes: [...keys.hashes], counts: [...keys.counts] }
}

export function keyCounts(keys: StoredKeys): KeyCounts {
  return { ...keys, hashes: Int32Array.from(keys.hashes), counts: Float64Array.from(keys.counts) }
}
