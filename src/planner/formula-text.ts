/**
 * Numbers inside formulas: a few significant digits, whatever their size.
 */
import { formatByteRate, formatCount } from './units.ts'

/** `0.00123`, `1.33`, `14`, `147 800`. */
export function formatFigure(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits))
  return Math.abs(rounded) >= 1000 ? formatCount(rounded) : String(rounded)
}

/** A small share as a percentage with three digits: `0.55 %`. */
export function formatFineShare(fraction: number): string {
  return `${formatFigure(fraction * 100)} %`
}

/** A part of a whole, both rates: `1.44 of 1.58 MB/s`; both units stay where they differ. */
export function formatPartOf(part: number, whole: number): string {
  const [first, second] = [formatByteRate(part), formatByteRate(whole)]
  const sameUnit = first.endsWith(' MB/s') && second.endsWith(' MB/s')
  return `${sameUnit ? first.slice(0, -' MB/s'.length) : first} of ${second}`
}

/** A count as it came out and as it is rounded up: `136.4, so 137`. */
export function formatRoundedUp(exact: number, count: number): string {
  const figure = formatFigure(exact, 4)
  return figure === formatFigure(count, 4) ? formatCount(count) : `${figure}, so ${formatCount(count)}`
}
