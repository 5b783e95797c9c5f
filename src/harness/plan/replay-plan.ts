/**
 * Makes plan and page of a report again from its measurements, and says whether they are the same bytes.
 *
 * Thread: the caller's; nothing is measured.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HighwaterError } from '../../base/local-errors.ts'
import { openReport } from '../report-writer.ts'
import { type Measurements, parseMeasurements } from './measurements.ts'
import { MEASUREMENTS_FILE, PLAN_FILES, planFiles } from './plan-files.ts'
import { makePlanReport, type PlanReport } from './plan-report.ts'

interface ReplayedFile {
  readonly name: string
  /** Beside the file that is there: the same bytes, others, or no such file. */
  readonly state: 'identical' | 'differs' | 'missing'
}

interface ReplayResult {
  readonly report: PlanReport
  readonly files: readonly ReplayedFile[]
  /** Paths of what was written: to `out`, or what was missing. */
  readonly written: readonly string[]
}

/**
 * @param directory of a report
 * @param out where the files are written; null: only those that are missing are, to the directory itself
 * @throws HighwaterError HIGHWATER_CONFIG where there are no measurements, HIGHWATER_STORAGE
 */
export function replayPlan(directory: string, out: string | null): ReplayResult {
  const path = join(directory, MEASUREMENTS_FILE)
  if (!existsSync(path)) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `There is no ${MEASUREMENTS_FILE} in ${directory}; name the directory of a report of plan.`
    )
  }
  const measurements = parseMeasurements(readFileSync(path, 'utf8'), path)
  const report = reportOf(measurements, path)
  const made = planFiles(report, measurements)
  const files = [...made].map(([name, text]) => ({ name, state: stateOf(join(directory, name), text) }))
  const isComplete = files.every(({ state }) => state !== 'missing')
  if (out === null && isComplete) return { report, files, written: [] }
  const target = openReport(out ?? directory, 'plan', PLAN_FILES)
  const differing = files.filter(({ state }) => state === 'differs')
  if (out === null && differing.length > 0) {
    const names = differing.map(({ name }) => name).join(', ')
    throw new HighwaterError(
      'HIGHWATER_STORAGE',
      `Files are missing from ${directory}, and ${names} would change; name another directory with --out.`
    )
  }
  const paths = target?.write(made) ?? []
  // Those that were there are the same bytes as before.
  const written = out === null ? paths.filter((_, index) => files[index]?.state === 'missing') : paths
  return { report, files, written }
}

/** @throws HighwaterError HIGHWATER_CONFIG where the measurements contradict themselves */
function reportOf(measurements: Measurements, path: string): PlanReport {
  try {
    return makePlanReport(measurements)
  } catch (cause) {
    if (cause instanceof HighwaterError) throw cause
    const message = `No plan follows from ${path}: it was changed, or is of another version of highwater.`
    throw new HighwaterError('HIGHWATER_CONFIG', message, { cause })
  }
}

function stateOf(path: string, text: string): ReplayedFile['state'] {
  if (!existsSync(path)) return 'missing'
  return readFileSync(path, 'utf8') === text ? 'identical' : 'differs'
}
