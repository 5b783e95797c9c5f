/** Measurements with a value in every field that may have one, and copies with one field changed. */
import { type Measurements, storedKeys } from '../../../src/harness/plan/measurements.ts'
import { consumerRun, findings, measurements, settingsOf } from './fixture.ts'

export type Path = readonly (string | number)[]

const SERVICE = { records: 5000, meanMs: 0.1, varianceMs2: 0.004, p50Ms: 0.09, p90Ms: 0.2, p99Ms: 0.3 }

export function fullest(): Measurements {
  const keys = storedKeys({
    records: 20_500,
    keys: 250,
    hashes: Int32Array.from({ length: 200 }, (_, index) => index - 7),
    counts: new Float64Array(200).fill(100),
    tailKeys: 50,
    tailCount: 500
  })
  const asked = settingsOf({
    handlerModule: './h.mjs',
    process: null,
    peakFactor: 1.5,
    growth: { share: 0.2, years: 1 },
    lagSloMs: 50,
    outage: { lengthMs: 600e3, recoverMs: 1800e3 },
    retentionMs: 3600e3,
    replicationFactor: 3,
    brokers: 6,
    budgetSeconds: 300,
    targetThroughput: 60e6
  })
  const notices = ['One notice.']
  return measurements({
    keys,
    notices,
    settings: { ...asked, patienceSeconds: 75 },
    findings: findings({
      repeats: ['Tp: measured anew.'],
      notices,
      withHandler: [9.9, 10, 10.1].map(rate => consumerRun(rate, { service: SERVICE }))
    })
  })
}

/** Paths of all fields; of a list its first entry stands for the others. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const fields = Array.isArray(value) ? value.slice(0, 1).entries() : Object.entries(value)
  const below = [...fields].flatMap(([name, each]) => pathsOf(each, [...path, name]))
  return path.length === 0 ? below : [path, ...below]
}

/** A copy of a value with something else at a path; undefined: nothing. */
export function changed(value: object, path: Path, to: unknown): unknown {
  const whole: unknown = structuredClone(value)
  let at = whole as Record<string | number, unknown>
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>
  const last = path.at(-1) ?? ''
  if (to === undefined) delete at[last]
  else at[last] = to
  return whole
}

/** The text of a value with `text` in the place of every text that `isFree`. */
export function withTexts(value: object, text: string, isFree: (path: Path) => boolean): string {
  const change = (part: unknown, path: Path): unknown => {
    if (typeof part === 'string') return isFree(path) ? text : part
    if (Array.isArray(part)) return part.map((each, index) => change(each, [...path, index]))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(
      Object.entries(part).map(([name, each]) => [name, change(each, [...path, name])])
    )
  }
  return JSON.stringify(change(value, []))
}
