/**
 * Settings as text for the terminal: name, default, what is permitted, and what each does.
 */
import { INDENT, section } from './text-layout.ts'

/** One setting as it is listed. */
export interface ListedSetting {
  readonly scope: 'producer' | 'consumer' | 'topic' | 'broker'
  readonly name: string
  readonly type: string
  readonly default: number | boolean | string | null
  /** What is permitted, in words. */
  readonly range: string
  readonly doc: string
}

/** A definition, whatever its type. */
interface Definition {
  readonly type: string
  readonly default: number | boolean | string | null
  readonly range?: readonly [number, number]
  readonly values?: readonly string[]
  readonly doc: string
}

/** The settings of a scope in the order of their definitions. */
export function listSettings(
  scope: ListedSetting['scope'],
  settings: Readonly<Record<string, Definition>>
): ListedSetting[] {
  return Object.entries(settings).map(([name, definition]) => ({
    scope,
    name,
    type: definition.type,
    default: definition.default,
    range: rangeText(definition),
    doc: definition.doc
  }))
}

function rangeText({ type, range, values }: Definition): string {
  if (range !== undefined) return `${range[0]} to ${range[1]}`
  if (type === 'boolean') return 'true, false'
  const names = values === undefined || values.length === 0 ? '' : values.join(', ')
  if (type === 'code') return names === '' ? 'given in code' : `${names}, or given in code`
  return names === '' ? 'text' : names
}

/** Those whose name, scope or description has the word in it. */
export function filterSettings(
  settings: readonly ListedSetting[],
  word: string | null
): readonly ListedSetting[] {
  if (word === null) return settings
  const wanted = word.toLowerCase()
  return settings.filter(({ scope, name, doc }) =>
    [scope, name, doc].some(text => text.toLowerCase().includes(wanted))
  )
}

/** A block for each setting, below the name of its scope. */
export function configText(settings: readonly ListedSetting[]): string {
  const lines: string[] = []
  let scope: string | null = null
  for (const setting of settings) {
    if (setting.scope !== scope) lines.push(...(scope === null ? [] : ['']), `# ${setting.scope}`)
    scope = setting.scope
    const value = setting.default === null ? '(none)' : String(setting.default)
    lines.push('', `${setting.name}=${value}`)
    lines.push(...section('', [setting.range, setting.doc]).map(line => line.slice(INDENT - 4)))
  }
  return `${lines.join('\n')}\n`
}
