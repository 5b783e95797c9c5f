/**
 * Whether a truth can be simulated for a plan: every part of it has to carry a record a second at least, and
 * what it says of a handler has to have one.
 */
import { HighwaterError } from '../../../base/local-errors.ts'
import { partitionsText } from '../../../planner/partition-count.ts'
import { lawThroughput } from '../../../planner/scaling-law.ts'
import { formatByteRate, formatBytes } from '../../../planner/units.ts'
import type { PlanSettings } from '../../plan/plan-settings.ts'
import type { SimTruth } from './sim-truth.ts'

/** The handler of a plan that named none, where the truth has one: run and timed as a module would be. */
export const TRUTH_HANDLER = 'the handler of the truth'

type CheckedSettings = Pick<PlanSettings, 'recordBytes' | 'counts' | 'process' | 'handlerModule'>

/** @throws HighwaterError HIGHWATER_CONFIG */
export function checkTruth(truth: SimTruth, settings: CheckedSettings): void {
  const fault = handlerFault(truth, settings) ?? rateFault(truth, settings)
  if (fault !== null) throw new HighwaterError('HIGHWATER_CONFIG', fault)
}

function handlerFault(truth: SimTruth, { process, handlerModule }: CheckedSettings): string | null {
  if (handlerModule !== null && truth.handlerMs === null) {
    return (
      'A simulation runs no module: give --process instead of --handler, or say in the truth what the ' +
      'handler takes, such as handler=2ms.'
    )
  }
  if (truth.handlerVariation === 0 || process !== null || handlerModule !== null) return null
  return 'The truth says how a handler varies (cs2) but has none: add one, such as handler=2ms.'
}

/** A run of which no record ever arrives would take for ever and tell nothing. */
function rateFault(truth: SimTruth, { recordBytes, counts }: CheckedSettings): string | null {
  const record = `not one record of ${formatBytes(recordBytes)} a second`
  for (const [name, rate] of [
    ['loader', truth.loaderRate],
    ['fetch', truth.fetchRate]
  ] as const) {
    if (rate >= recordBytes) continue
    return `The ${name} of the truth carries ${formatByteRate(rate)}, ${record}: give a higher rate.`
  }
  const starved = counts.find(count => lawThroughput(truth.law, count) / count < recordBytes)
  if (starved === undefined) return null
  const each = formatByteRate(lawThroughput(truth.law, starved) / starved)
  return (
    `The law of the truth leaves ${each} to each of ${partitionsText(starved)}, ${record}: give a higher ` +
    'rate, or smaller counts with --points.'
  )
}
