/**
 * What values look like: one size, a mix of sizes with shares, or the lines of a sample.
 *
 *   100 · 1KB · 100:0.7,1KB:0.3
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { formatBytes, parseByteSize } from '../../planner/units.ts'

/** Values of so many bytes make so large a share of the records. */
export interface SizeShare {
  readonly bytes: number
  /** Above 0; shares of a mix add up to 1. */
  readonly share: number
}

const FORM = 'give a size, or sizes with shares that add up to 1, such as 100:0.7,1KB:0.3'
const SHARE_TOLERANCE = 1e-6

function refuse(text: string, cure: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', `The record size ${JSON.stringify(text)} ${cure}.`)
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseSizes(text: string): SizeShare[] {
  if (!text.includes(':') && !text.includes(',')) return [{ bytes: parseByteSize(text), share: 1 }]
  const sizes = text.split(',').map(part => parseShare(text, part))
  const sum = sizes.reduce((total, { share }) => total + share, 0)
  if (Math.abs(sum - 1) > SHARE_TOLERANCE) {
    return refuse(text, `has shares that add up to ${Number(sum.toPrecision(6))}: ${FORM}`)
  }
  return sizes.map(({ bytes, share }) => ({ bytes, share: share / sum }))
}

function parseShare(text: string, part: string): SizeShare {
  const [size, shareText, ...more] = part.split(':')
  const share = shareText === undefined || shareText.trim() === '' ? Number.NaN : Number(shareText)
  if (size === undefined || more.length > 0 || !(share > 0 && share <= 1)) {
    return refuse(text, `needs a share above 0 for each size: ${FORM}`)
  }
  return { bytes: parseByteSize(size), share }
}

/** Bytes of the mean value. */
export function meanSize(sizes: readonly SizeShare[]): number {
  return sizes.reduce((sum, { bytes, share }) => sum + bytes * share, 0)
}

/** `100 B`, or `70 % of 100 B, 30 % of 1 KB`. */
export function sizesText(sizes: readonly SizeShare[]): string {
  const [only] = sizes
  if (sizes.length === 1 && only !== undefined) return formatBytes(only.bytes)
  return sizes
    .map(({ bytes, share }) => `${Number((share * 100).toPrecision(3))} % of ${formatBytes(bytes)}`)
    .join(', ')
}
