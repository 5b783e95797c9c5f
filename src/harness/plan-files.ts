/**
 * The files of a plan: index.html for people, plan.json for programs, both figures by themselves.
 */
import type { PlanReport } from './plan-report.ts'
import { reportPage } from './report-page.ts'
import { runsFigure } from './runs-figure.ts'
import { zoneFigure } from './zone-figure.ts'

/** What a report may consist of; a refusal has no zones. */
export const PLAN_FILES = ['index.html', 'plan.json', 'runs.svg', 'zones.svg']

/** Texts by file name, the page first. */
export function planFiles(report: PlanReport): ReadonlyMap<string, string> {
  const files = new Map([
    ['index.html', reportPage(report)],
    ['plan.json', `${JSON.stringify(report, null, 2)}\n`],
    ['runs.svg', runsFigure(report)]
  ])
  if (report.outcome.kind === 'plan') files.set('zones.svg', zoneFigure(report.outcome))
  return files
}
