/**
 * Refuses a flag that takes one value and is given twice: which of the two was meant nobody knows, and the
 * last one would silently win.
 */
import type { Command, Option } from 'commander'
import { HighwaterError } from '../base/local-errors.ts'
import { collectSetting } from './config-flags.ts'

/** For all flags of a command and of those below it. */
export function refuseDoubledFlags(command: Command): void {
  for (const option of command.options) if (takesOneValue(option)) refuseSecond(command, option)
  for (const below of command.commands) refuseDoubledFlags(below)
}

/** A flag without a value says the same however often; those that collect are meant to be given again. */
function takesOneValue({ required, parseArg }: Option): boolean {
  return required && parseArg !== collectSetting
}

function refuseSecond(command: Command, option: Option): void {
  let first: string | null = null
  command.on(`option:${option.name()}`, (text: string) => {
    if (first !== null) {
      throw new HighwaterError(
        'HIGHWATER_CONFIG',
        `--${option.name()} is given twice, as ${first} and as ${text}: give it once.`
      )
    }
    first = text
  })
}
