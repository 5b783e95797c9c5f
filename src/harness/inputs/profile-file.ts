/**
 * A profile of the user's own, read from its file.
 *
 * Thread: the harness's.
 */
import { readFileSync } from 'node:fs'
import { HighwaterError } from '../../base/local-errors.ts'
import { parseProfile } from '../../planner/own-profile.ts'
import type { Profile } from '../../planner/profiles.ts'
import { fileFault } from '../regular-file.ts'

/** @throws HighwaterError HIGHWATER_CONFIG if there is no such file, or no profile in it */
export function readProfile(path: string): Profile {
  const fault = fileFault(path)
  const unreadable = `The profile ${path} cannot be read: name a JSON file, or a profile known by name.`
  if (fault !== null) throw new HighwaterError('HIGHWATER_CONFIG', unreadable)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HighwaterError('HIGHWATER_CONFIG', unreadable, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new HighwaterError('HIGHWATER_CONFIG', `The profile ${path} is no JSON.`, { cause })
  }
  return parseProfile(value)
}
