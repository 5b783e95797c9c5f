/**
 * The files of a plan: index.html for people, plan.json for programs, measurements.json to make both again,
 * and each figure by itself with the table behind it.
 */

import { figureFiles } from '../page/figure.ts'
import { type Measurements, measurementsText } from './measurements.ts'
import { drawnFigures, planFigures } from './plan-figures.ts'
import type { PlanReport } from './plan-report.ts'
import { reportPage } from './report-page.ts'

export const MEASUREMENTS_FILE = 'measurements.json'

const FIGURES = [
  'zones',
  'throughput',
  'runs',
  'costs',
  'skew',
  'effective-partitions',
  'consumer-wait',
  'catch-up',
  'growth'
]

/** What a report may consist of; a refusal has fewer figures. */
export const PLAN_FILES = [
  'index.html',
  'plan.json',
  MEASUREMENTS_FILE,
  ...FIGURES.flatMap(name => [`${name}.svg`, `${name}.csv`])
]

/** Texts by file name, the page first. */
export function planFiles(report: PlanReport, measurements: Measurements): ReadonlyMap<string, string> {
  const figures = planFigures(report)
  return new Map([
    ['index.html', reportPage(report, figures)],
    ['plan.json', `${JSON.stringify(report, null, 2)}\n`],
    [MEASUREMENTS_FILE, measurementsText(measurements)],
    ...figureFiles(drawnFigures(figures))
  ])
}
