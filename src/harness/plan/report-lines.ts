/**
 * What page and terminal say of a report in the same words: the law, the audit, the backlog.
 */
import { FAMILY_NAMES } from '../../planner/scaling-law.ts'
import { formatByteRate, formatCount, formatShare } from '../../planner/units.ts'
import { LAG_GROWTH_MAX } from '../../planner/verdict.ts'
import type { VerificationRun } from '../../planner/verification.ts'
import type { PlanReport } from './plan-report.ts'

/** A smaller share has no digits to show. */
const PART_MIN = 0.001

/** The chosen law and the others that were tried, what each is off by and weighs; null without one. */
export function lawLine({ law }: PlanReport): string | null {
  const [chosen, ...others] = law?.families ?? []
  if (chosen === undefined) return null
  const names = others.map(
    ({ family, looError, weight, rejected }) =>
      `${FAMILY_NAMES[family]} ${formatShare(looError)}, ` +
      `${rejected ? 'rejected' : `weight ${formatShare(weight)}`}`
  )
  const also = names.length === 0 ? '' : `; ${names.join('; ')}`
  return (
    `${FAMILY_NAMES[chosen.family]}: off by ${formatShare(chosen.looError)} at points left out of the fit, ` +
    `weight ${formatShare(chosen.weight)}${also}`
  )
}

/** What was read back; of a simulation, which has no bytes, what it counted. */
export function auditLine({ audit, target }: PlanReport): string {
  if (audit.records === 0) return 'none: the measurement ended before its records were read back'
  const records = formatCount(audit.records)
  if (target === 'sim') return `${records} simulated records counted, none lost; there were no bytes to check`
  return `${records} records read back: each offset once, each sequence once, each checksum right`
}

/** What the verification saw of the backlog. */
export function backlogLine({ offeredRate, lagSlope }: VerificationRun): string {
  const permitted = `up to ${formatShare(LAG_GROWTH_MAX)} counts as none`
  if (lagSlope === 0) return 'Backlog: as large at the end as at the beginning.'
  const share = Math.abs(lagSlope) / offeredRate
  const part = share < PART_MIN ? `less than ${formatShare(PART_MIN)}` : formatShare(share)
  const change = `${formatByteRate(Math.abs(lagSlope))}, ${part} of what was offered`
  return lagSlope < 0 ? `Backlog: it shrank by ${change}.` : `Backlog: it grew by ${change}; ${permitted}.`
}
