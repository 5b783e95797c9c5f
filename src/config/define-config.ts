/**
 * The one way to declare a setting: name, type, default, range and what it does, once, under Kafka's dotted
 * name.
 *
 * From a declaration come the types of what a caller may give and of what the code gets, the defaults, and
 * errors that name key, value and range. What is parsed is frozen and camelCase: `linger.ms` is `lingerMs`.
 */
import { HighwaterError } from '../base/local-errors.ts'

interface IntegerSetting {
  readonly type: 'int'
  readonly default: number
  readonly range: readonly [least: number, most: number]
  readonly doc: string
}

interface BooleanSetting {
  readonly type: 'boolean'
  readonly default: boolean
  readonly doc: string
}

interface ChoiceSetting {
  readonly type: 'choice'
  readonly default: string
  readonly values: readonly string[]
  readonly doc: string
}

interface TextSetting {
  readonly type: 'text'
  readonly default: string | null
  readonly doc: string
}

/** What a program gives as code: a function or an object; or one of the names that stand for ours. */
interface CodeSetting {
  readonly type: 'code'
  /** A name, or null for none. */
  readonly default: string | null
  readonly values: readonly string[]
  readonly doc: string
}

type Setting = IntegerSetting | BooleanSetting | ChoiceSetting | TextSetting | CodeSetting
type Settings = Readonly<Record<string, Setting>>

type CamelCase<Key extends string> = Key extends `${infer Head}.${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Key

type ParsedValue<S extends Setting> = S extends IntegerSetting
  ? number
  : S extends BooleanSetting
    ? boolean
    : S extends ChoiceSetting
      ? S['values'][number]
      : S extends CodeSetting
        ? object | S['values'][number] | S['default']
        : string | null

type GivenValue<S extends Setting> = S extends IntegerSetting
  ? number | string
  : S extends BooleanSetting
    ? boolean | 'true' | 'false'
    : S extends ChoiceSetting
      ? S['values'][number]
      : S extends CodeSetting
        ? object | S['values'][number]
        : string

/** What a caller may give: Kafka's names, all optional. */
export type ConfigInput<S extends Settings> = { readonly [Key in keyof S]?: GivenValue<S[Key]> | undefined }

/** What the code gets: every setting, camelCase. */
export type ParsedConfig<S extends Settings> = {
  readonly [Key in keyof S & string as CamelCase<Key>]: ParsedValue<S[Key]>
}

/** @param scope what the settings belong to, as errors name it: `producer` */
export function defineConfig<const S extends Settings>(
  scope: string,
  settings: S
): {
  readonly settings: S
  /** @throws HighwaterError HIGHWATER_CONFIG */
  parse(given: ConfigInput<S> | Readonly<Record<string, unknown>>): ParsedConfig<S>
} {
  return {
    settings,
    parse(given) {
      const entries = new Map(Object.entries(given).filter(([, value]) => value !== undefined))
      for (const key of entries.keys()) {
        if (!Object.hasOwn(settings, key)) throw unknownKey(scope, key, Object.keys(settings))
      }
      const parsed: Record<string, unknown> = {}
      for (const [key, setting] of Object.entries(settings)) {
        parsed[camelCase(key)] = entries.has(key)
          ? parseValue(key, setting, entries.get(key))
          : setting.default
      }
      return Object.freeze(parsed) as ParsedConfig<S>
    }
  }
}

/** An error about settings that do not go together, or one out of its range. */
export function configError(message: string): HighwaterError {
  return new HighwaterError('HIGHWATER_CONFIG', message)
}

function parseValue(key: string, setting: Setting, value: unknown): unknown {
  switch (setting.type) {
    case 'int':
      return parseInteger(key, setting, value)
    case 'boolean':
      if (value === true || value === 'true') return true
      if (value === false || value === 'false') return false
      throw configError(`${key} must be true or false, not ${shown(value)}.`)
    case 'choice':
      if (setting.values.includes(String(value))) return String(value)
      throw configError(`${key} must be one of ${setting.values.join(', ')}, not ${shown(value)}.`)
    case 'text':
      if (typeof value === 'string' && value !== '') return value
      throw configError(`${key} must be a text that is not empty, not ${shown(value)}.`)
    case 'code':
      return parseCode(key, setting, value)
  }
}

function parseCode(key: string, { values }: CodeSetting, value: unknown): unknown {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) return value
  if (values.includes(String(value))) return String(value)
  const names = values.length === 0 ? '' : ` or one of ${values.join(', ')}`
  throw configError(`${key} must be a function or an object${names}, not ${shown(value)}.`)
}

function parseInteger(key: string, { range: [least, most] }: IntegerSetting, value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' ? value : isText ? Number(value) : Number.NaN
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw configError(`${key} must be a whole number from ${least} to ${most}, not ${shown(value)}.`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function camelCase(key: string): string {
  return key.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function unknownKey(scope: string, key: string, known: readonly string[]): HighwaterError {
  const nearest = nearestKey(key, known)
  const cure = nearest === null ? `known are ${known.join(', ')}.` : `did you mean ${nearest}?`
  return configError(`${JSON.stringify(key)} is not a ${scope} setting; ${cure}`)
}

/**
 * The known key with the fewest edits to `key`; null if even that one differs in more than half of its
 * letters.
 */
export function nearestKey(key: string, known: readonly string[]): string | null {
  let nearest: string | null = null
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const edits = editDistance(comparable(key), comparable(candidate))
    if (edits < fewest) {
      fewest = edits
      nearest = candidate
    }
  }
  return nearest !== null && fewest <= nearest.length / 2 ? nearest : null
}

/** Camel case, dashes and underscores are the usual slips. */
function comparable(key: string): string {
  return key.replace(/[._-]/g, '').toLowerCase()
}

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1
      const replaced = (previous[column - 1] ?? 0) + change
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
