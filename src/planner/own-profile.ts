/**
 * A user's own profile: a base profile with single values replaced. The caller reads the file.
 *
 *   { "name": "our cluster", "base": "apache-kafka-4.1", "source": "our runbook", "date": "2026-10",
 *     "values": { "replicasPerBrokerMax": 1500, "latencyPartitionsFactor": null,
 *                 "detectMs": { "value": 6000, "source": "server.properties", "date": "2026-09" } } }
 *
 * Only `name` and `values` must be there. null takes a value of the base away: it is not known, or limits
 * nothing.
 */
import { HighwaterError } from '../base/local-errors.ts'
import { isProfileQuantity, PROFILE_QUANTITIES, type ProfileQuantity } from './profile-quantities.ts'
import {
  DEFAULT_PROFILE,
  findProfile,
  type Profile,
  type ProfileValue,
  profileNamed,
  profileNames
} from './profiles.ts'

const TEXT_MAX = 200
const FIELDS = ['name', 'base', 'source', 'date', 'values']
const VALUE_FIELDS = ['value', 'source', 'date']

function refuse(what: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', `The profile ${what}.`)
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of a field, or `otherwise` if it is absent. */
function textOf(fields: Record<string, unknown>, field: string, where: string, otherwise: string): string {
  const value = fields[field]
  if (value === undefined) return otherwise
  const isText = typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX
  if (!isText) refuse(`has ${where}${field} ${quoted(value)}; give a text of 1 to ${TEXT_MAX} characters`)
  return value
}

function checkFields(found: Record<string, unknown>, known: readonly string[], where: string): void {
  const strange = Object.keys(found).find(field => !known.includes(field))
  if (strange === undefined) return
  refuse(`has ${where}the field ${quoted(strange)}, which is not known; it may have ${known.join(', ')}`)
}

function amountOf(name: ProfileQuantity, value: unknown): number {
  const { unit, min, whole } = PROFILE_QUANTITIES[name]
  const wanted = `${whole ? 'a whole number' : 'a number'} of at least ${min} (${unit})`
  const isRight =
    typeof value === 'number' &&
    value >= min &&
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value))
  if (!isRight) refuse(`has ${name} ${quoted(value)}; give ${wanted}, or null if it limits nothing`)
  return value
}

function readValue(
  name: ProfileQuantity,
  given: unknown,
  usual: { source: string; date: string }
): ProfileValue {
  if (!isObject(given)) return { value: amountOf(name, given), ...usual, assumed: false }
  checkFields(given, VALUE_FIELDS, `in ${name} `)
  if (given['value'] === undefined) refuse(`has no value in ${name}; give a number, or {"value": number}`)
  return {
    value: amountOf(name, given['value']),
    source: textOf(given, 'source', `in ${name} the `, usual.source),
    date: textOf(given, 'date', `in ${name} the `, usual.date),
    assumed: false
  }
}

/**
 * The profile that a parsed JSON file gives.
 * @throws HighwaterError HIGHWATER_CONFIG that names the first fault
 */
export function parseProfile(json: unknown): Profile {
  if (!isObject(json)) refuse(`must be a JSON object with name and values, not ${quoted(json)}`)
  checkFields(json, FIELDS, '')
  if (json['name'] === undefined) refuse('has no name; give it one, such as "our cluster"')
  const name = textOf(json, 'name', 'the ', '')
  if (findProfile(name) !== undefined) refuse(`is named ${name} as a built-in one is; give it another name`)
  const baseName = textOf(json, 'base', 'the ', DEFAULT_PROFILE)
  if (findProfile(baseName) === undefined) {
    refuse(`has the base ${quoted(baseName)}; give one of ${profileNames().join(', ')}`)
  }
  const usual = {
    source: textOf(json, 'source', 'the ', `profile ${name}`),
    date: textOf(json, 'date', 'the ', 'no date given')
  }
  const given = json['values']
  if (!isObject(given)) refuse('has no values; give an object such as {"replicasPerBrokerMax": 1500}')
  const base = profileNamed(baseName)
  const values: { [quantity in ProfileQuantity]?: ProfileValue } = { ...base.values }
  for (const [quantity, value] of Object.entries(given)) {
    if (!isProfileQuantity(quantity)) {
      const known = Object.keys(PROFILE_QUANTITIES).join(', ')
      refuse(`has a value ${quoted(quantity)}, which is not known; it may have ${known}`)
    }
    if (value === null) delete values[quantity]
    else values[quantity] = readValue(quantity, value, usual)
  }
  return { name, text: `Your own, on top of ${baseName}.`, values }
}
