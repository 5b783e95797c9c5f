/**
 * Which key a record has: none, one of many drawn evenly, one of many of which few are frequent, or those of
 * a sample in its order.
 *
 *   none · uniform:K · zipf:s:K (rank r has weight 1 / r^s) · file:PATH
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import { AliasTable } from './alias-table.ts'
import type { Lines } from './lines.ts'

export type KeyDistribution =
  | { readonly kind: 'none' }
  | { readonly kind: 'uniform'; readonly keys: number }
  | { readonly kind: 'zipf'; readonly exponent: number; readonly keys: number }
  | { readonly kind: 'file'; readonly path: string }

const FORM = 'give none, uniform:KEYS, zipf:EXPONENT:KEYS or file:PATH, such as zipf:0.99:100000'
/** The table of a Zipf distribution takes 12 bytes a key. */
const KEYS_MAX = 10_000_000
const EXPONENT_MAX = 10

function refuse(text: string, cure: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', `The keys ${JSON.stringify(text)} ${cure}.`)
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseKeys(text: string): KeyDistribution {
  if (text === 'none') return { kind: 'none' }
  if (text.startsWith('file:') && text.length > 5) return { kind: 'file', path: text.slice(5) }
  const [kind, ...parts] = text.split(':')
  if (kind === 'uniform' && parts.length === 1) return { kind, keys: parseCount(text, parts[0]) }
  if (kind !== 'zipf' || parts.length !== 2) return refuse(text, `have another form: ${FORM}`)
  const exponent = Number(parts[0])
  if (parts[0] === '' || !(exponent >= 0 && exponent <= EXPONENT_MAX)) {
    return refuse(text, `need an exponent from 0 to ${EXPONENT_MAX}: ${FORM}`)
  }
  return { kind, exponent, keys: parseCount(text, parts[1]) }
}

function parseCount(text: string, part: string | undefined): number {
  const count = part === undefined || !/^\d+$/.test(part) ? Number.NaN : Number(part)
  if (count >= 1 && count <= KEYS_MAX) return count
  return refuse(text, `need a whole number of keys from 1 to ${KEYS_MAX}: ${FORM}`)
}

/** As it was written. */
export function keysText(keys: KeyDistribution): string {
  if (keys.kind === 'uniform') return `uniform:${keys.keys}`
  if (keys.kind === 'zipf') return `zipf:${keys.exponent}:${keys.keys}`
  return keys.kind === 'file' ? `file:${keys.path}` : 'none'
}

/** Gives the keys of one loader's records, one after another. */
export interface KeySource {
  /** Valid until the next call; null where records have none. */
  next(): Uint8Array | null
}

/** @param lines of the file, where keys come from one */
export function keySource(keys: KeyDistribution, random: Random, lines: Lines | null): KeySource {
  switch (keys.kind) {
    case 'none':
      return { next: () => null }
    case 'file':
      return new LineKeys(lines)
    case 'uniform':
      return new NumberedKeys(keys.keys, () => random.below(keys.keys))
    case 'zipf': {
      const table = new AliasTable(zipfWeights(keys.exponent, keys.keys))
      return new NumberedKeys(keys.keys, () => table.draw(random))
    }
  }
}

/** Rank r, counted from 1, has weight r^-s. */
export function zipfWeights(exponent: number, keys: number): Float64Array {
  const weights = new Float64Array(keys)
  for (let rank = 1; rank <= keys; rank++) weights[rank - 1] = rank ** -exponent
  return weights
}

const DIGIT_ZERO = 48
const LETTER_K = 107

/** `k` and a number with as many digits as the greatest has, so that all keys are equally long. */
export class NumberedKeys implements KeySource {
  readonly #draw: () => number
  readonly #key: Uint8Array

  constructor(keys: number, draw: () => number) {
    this.#draw = draw
    this.#key = new Uint8Array(1 + String(keys - 1).length)
    this.#key[0] = LETTER_K
  }

  next(): Uint8Array {
    const key = this.#key
    let rest = this.#draw()
    for (let at = key.length - 1; at > 0; at--) {
      const tenth = Math.floor(rest / 10)
      key[at] = DIGIT_ZERO + (rest - 10 * tenth)
      rest = tenth
    }
    return key
  }
}

/** In the order of the file, again and again. */
class LineKeys implements KeySource {
  readonly #lines: Lines
  #next = 0

  constructor(lines: Lines | null) {
    if (lines === null) throw new HighwaterError('HIGHWATER_CONFIG', 'Keys of a file need its lines.')
    this.#lines = lines
  }

  next(): Uint8Array {
    const line = this.#lines[this.#next]!
    this.#next = this.#next + 1 === this.#lines.length ? 0 : this.#next + 1
    return line
  }
}
