/**
 * The last lines of every result: where it was measured, where the report is, and what the figures hold for.
 */
import { type Environment, machineLine } from '../index.ts'
import { section } from './text-layout.ts'

interface Footed {
  readonly environment: Environment
  readonly label: string
}

/** @param files of the report, the first ones to be named */
export function reportFoot({ environment, label }: Footed, files: readonly string[]): string[] {
  return [
    ...section('Machine', [machineLine(environment)]),
    ...section('Report', files),
    '',
    `All figures: ${label}, and no other.`,
    'A coming version measures your own cluster in the same way.',
    ''
  ]
}
