/**
 * Puts the name of the flag before what is wrong with its value: several flags take a duration or a size.
 */
import type { Command, Option } from 'commander'
import { HighwaterError } from '../base/local-errors.ts'

/** For all flags of a command and of those below it. */
export function nameFlagsInFaults(command: Command): void {
  for (const option of command.options) nameInFaults(option)
  for (const below of command.commands) nameFlagsInFaults(below)
}

function nameInFaults(option: Option): void {
  const { parseArg, long } = option
  if (parseArg === undefined || typeof long !== 'string') return
  option.parseArg = <T>(text: string, previous: T): T => {
    try {
      return parseArg(text, previous)
    } catch (error) {
      if (!(error instanceof HighwaterError) || error.message.includes(long)) throw error
      throw new HighwaterError(error.code, `${long}: ${error.message}`, { cause: error })
    }
  }
}
