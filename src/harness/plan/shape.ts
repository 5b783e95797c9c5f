/**
 * Shapes of values that came from a file, put together from small ones; each tells the first field that is
 * wrong, by its path and what is expected there. Nothing is changed and nothing is thrown.
 */

/** Null where a value is as it should be, or what is wrong: `settings.runs is -1, not a whole number`. */
export type Shape = (value: unknown, path: string) => string | null

const SHOWN_MAX = 40

/** As a sentence shows it; a list or an object only by its kind, however large it is. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text
}

function isWrong(value: unknown, path: string, wanted: string): string {
  return `${path === '' ? 'the whole of it' : path} is ${shown(value)}, not ${wanted}`
}

function having(wanted: string, isRight: (value: unknown) => boolean): Shape {
  return (value, path) => (isRight(value) ? null : isWrong(value, path, wanted))
}

/** From `least` to `most`. */
export function number(least: number, most: number): Shape {
  return having(
    `a number from ${least} to ${most}`,
    value => typeof value === 'number' && value >= least && value <= most
  )
}

/** Above 0. */
export function positive(most: number): Shape {
  return having(
    `a number above 0, at most ${most}`,
    value => typeof value === 'number' && value > 0 && value <= most
  )
}

export function whole(least: number, most: number): Shape {
  return having(
    `a whole number from ${least} to ${most}`,
    value => Number.isInteger(value) && Number(value) >= least && Number(value) <= most
  )
}

export function text(lengthMax: number): Shape {
  return having(
    `a text of at most ${lengthMax} characters`,
    value => typeof value === 'string' && value.length <= lengthMax
  )
}

export function textLike(pattern: RegExp, wanted: string): Shape {
  return having(wanted, value => typeof value === 'string' && pattern.test(value))
}

export const flag: Shape = having('true or false', value => typeof value === 'boolean')

export function oneOf(...values: readonly (string | number)[]): Shape {
  return having(
    values.map(value => JSON.stringify(value)).join(' or '),
    value => (typeof value === 'string' || typeof value === 'number') && values.includes(value)
  )
}

export function nullable(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path))
}

/** What files of before have not. */
export function optional(shape: Shape): Shape {
  return (value, path) => (value === undefined ? null : shape(value, path))
}

/** A list of so many entries, all of one shape. */
export function list(entry: Shape, least: number, most: number): Shape {
  const wanted = `a list of ${least} to ${most} entries`
  return (value, path) => {
    if (!Array.isArray(value)) return isWrong(value, path, wanted)
    if (value.length < least || value.length > most)
      return `${path} has ${value.length} entries, not ${least} to ${most}`
    for (const [index, each] of value.entries()) {
      const fault = entry(each, `${path}[${index}]`)
      if (fault !== null) return fault
    }
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function below(path: string, name: string): string {
  const known = /^\w{1,60}$/.test(name) ? name : shown(name)
  return path === '' ? known : `${path}.${known}`
}

/**
 * An object with these fields and no others. All fields of the type have to be named, so that a field that is
 * added to it cannot be forgotten here.
 */
export function object<T extends object>(fields: { readonly [name in keyof T]-?: Shape }): Shape {
  const shapes = Object.entries<Shape>(fields)
  const names = new Set(shapes.map(([name]) => name))
  return (value, path) => {
    if (!isObject(value)) return isWrong(value, path, 'an object')
    for (const [name, shape] of shapes) {
      const fault = shape(Object.hasOwn(value, name) ? value[name] : undefined, below(path, name))
      if (fault !== null) return fault
    }
    const strange = Object.keys(value).find(name => !names.has(name))
    return strange === undefined ? null : `${below(path, strange)} is not known`
  }
}

/** An object whose fields have names that are known; each may be missing. */
export function entries(shapeOf: (name: string) => Shape | null): Shape {
  return (value, path) => {
    if (!isObject(value)) return isWrong(value, path, 'an object')
    for (const [name, each] of Object.entries(value)) {
      const shape = shapeOf(name)
      const fault = shape === null ? `${below(path, name)} is not known` : shape(each, below(path, name))
      if (fault !== null) return fault
    }
    return null
  }
}
