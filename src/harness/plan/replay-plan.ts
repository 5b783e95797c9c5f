/**
 * Makes plan and page of a report again from its measurements, and says whether they are the same bytes.
 *
 * Thread: the caller's; nothing is measured.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { HighwaterError } from '../../base/local-errors.ts'
import { fileFault, systemReason } from '../regular-file.ts'
import { openReport, type ReportDirectory } from '../report-writer.ts'
import { noPlanFollows, parseMeasurements } from './measurements.ts'
import { MEASUREMENTS_FILE, PLAN_FILES, planFiles } from './plan-files.ts'
import { makePlanReport, type PlanReport } from './plan-report.ts'

interface ReplayedFile {
  readonly name: string
  /** Beside the file that is there: the same bytes, others, or no such file. */
  readonly state: 'identical' | 'differs' | 'missing'
}

export interface ReplayResult {
  readonly report: PlanReport
  /** All but the measurements, which they are made from. */
  readonly files: readonly ReplayedFile[]
  /** Paths of what was written: to `out`, or what was missing. */
  readonly written: readonly string[]
}

/** The largest that a session writes are of a few megabytes. */
const FILE_BYTES_MAX = 128 * 2 ** 20

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
  const measured = readText(path, 'HIGHWATER_CONFIG')
  const { report, made } = madeOf(measured, path)
  const files = [...made]
    .filter(([name]) => name !== MEASUREMENTS_FILE)
    .map(([name, text]) => ({ name, state: stateOf(join(directory, name), text) }))
  const isComplete = files.every(({ state }) => state !== 'missing')
  if (out === null && isComplete) return { report, files, written: [] }
  const target = openReport(out ?? directory, 'plan', PLAN_FILES)
  if (out !== null && target !== null) refuseOther(target, measured)
  const differing = files.filter(({ state }) => state === 'differs')
  if (out === null && differing.length > 0) {
    const names = differing.map(({ name }) => name).join(', ')
    throw new HighwaterError(
      'HIGHWATER_STORAGE',
      `Files are missing from ${directory}, and ${names} would change; name another directory with --out.`
    )
  }
  const paths = target?.write(made) ?? []
  if (out !== null) return { report, files, written: paths }
  // Those that were there are the same bytes as before.
  const missing = new Set(files.filter(({ state }) => state === 'missing').map(({ name }) => name))
  return { report, files, written: paths.filter(written => missing.has(basename(written))) }
}

interface Replayed {
  readonly report: PlanReport
  /** Texts by file name, the page first; the measurements as they are. */
  readonly made: ReadonlyMap<string, string>
}

/** @throws HighwaterError HIGHWATER_CONFIG where the measurements are none, or contradict themselves */
function madeOf(text: string, path: string): Replayed {
  const measurements = parseMeasurements(text, path)
  try {
    const report = makePlanReport(measurements)
    return { report, made: new Map(planFiles(report, measurements)).set(MEASUREMENTS_FILE, text) }
  } catch (cause) {
    // A session would have ended with the same: nothing was measured that this can be.
    throw noPlanFollows(path, null, cause)
  }
}

/** @throws HighwaterError HIGHWATER_STORAGE where another measurement would be lost */
function refuseOther({ path: directory }: ReportDirectory, measured: string): void {
  const path = join(directory, MEASUREMENTS_FILE)
  if (!existsSync(path) || readText(path, 'HIGHWATER_STORAGE') === measured) return
  throw new HighwaterError(
    'HIGHWATER_STORAGE',
    `The report in ${directory} is of another measurement, which would be lost; name another directory ` +
      'with --out.'
  )
}

/** @throws HighwaterError `code` */
function readText(path: string, code: 'HIGHWATER_CONFIG' | 'HIGHWATER_STORAGE'): string {
  const fault = fileFault(path, FILE_BYTES_MAX)
  if (fault !== null) throw new HighwaterError(code, `${path} cannot be read: ${fault}.`)
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HighwaterError(code, `${path} cannot be read: ${systemReason(cause)}.`, { cause })
  }
}

function stateOf(path: string, text: string): ReplayedFile['state'] {
  if (!existsSync(path)) return 'missing'
  return readText(path, 'HIGHWATER_STORAGE') === text ? 'identical' : 'differs'
}
