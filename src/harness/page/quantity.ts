/**
 * What a figure counts, and how it is written: one unit for a whole axis, and three digits with the unit in a
 * sentence. Raw values are bytes, bytes per second, milliseconds, shares 0 to 1, or plain counts.
 */
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatRecordRate,
  formatShare,
  keepFiguresWhole
} from '../../planner/units.ts'

/** A kind of raw value. */
export type Quantity =
  | 'bytes'
  | 'bytes-per-second'
  | 'count'
  | 'milliseconds'
  | 'records-per-second'
  | 'share'

/** The unit of an axis: a raw value is so many times `factor`. */
interface Unit {
  readonly name: string
  readonly factor: number
}

const BYTES: readonly Unit[] = [
  { name: 'B', factor: 1 },
  { name: 'KB', factor: 1e3 },
  { name: 'MB', factor: 1e6 },
  { name: 'GB', factor: 1e9 },
  { name: 'TB', factor: 1e12 }
]

const UNITS: Readonly<Record<Quantity, readonly Unit[]>> = {
  bytes: BYTES,
  'bytes-per-second': BYTES.map(({ name, factor }) => ({ name: `${name}/s`, factor })),
  count: [{ name: '', factor: 1 }],
  milliseconds: [
    { name: 'µs', factor: 1e-3 },
    { name: 'ms', factor: 1 },
    { name: 's', factor: 1e3 },
    { name: 'min', factor: 60e3 },
    { name: 'h', factor: 3600e3 }
  ],
  'records-per-second': [{ name: 'records/s', factor: 1 }],
  share: [{ name: '%', factor: 0.01 }]
}

/** An axis changes to the next unit when it would otherwise count above this many. */
const COUNTED_MAX = 2

/** The greatest unit in which the greatest value of an axis is at least 2. */
export function unitOf(quantity: Quantity, greatest: number): Unit {
  const units = UNITS[quantity]
  const fitting = units.findLast(({ factor }) => Math.abs(greatest) >= COUNTED_MAX * factor)
  return fitting ?? units[0]!
}

const TEXTS: Readonly<Record<Quantity, (value: number) => string>> = {
  bytes: formatBytes,
  'bytes-per-second': formatByteRate,
  count: countText,
  milliseconds: formatDuration,
  'records-per-second': formatRecordRate,
  share: formatShare
}

/** A value with its unit, three digits, for sentences and labels: `331 MB/s`. */
export function quantityText(quantity: Quantity, value: number): string {
  return keepFiguresWhole(TEXTS[quantity](value))
}

const DECIMALS_MAX = 12

/** A count: whole where it is, else three digits: `1 990`, `10.7`. */
export function countText(value: number): string {
  const isWhole = Number.isInteger(value) || Math.abs(value) >= 1000
  return keepFiguresWhole(isWhole ? formatCount(value) : String(Number(value.toPrecision(3))))
}

/** Both ends of an interval, their unit once where it is one: `298 to 352 MB/s`. */
export function rangeText(quantity: Quantity, [low, high]: readonly [number, number]): string {
  const [first, last] = [quantityText(quantity, low), quantityText(quantity, high)]
  if (first === last) return last
  const unit = /\u00a0\S+$/.exec(last)?.[0] ?? ''
  return `${unit !== '' && first.endsWith(unit) ? first.slice(0, -unit.length) : first} to ${last}`
}

/** Seconds stay seconds on an axis of powers of ten, where a minute is none. */
const DECIMAL_UNITS: Readonly<Partial<Record<Quantity, readonly Unit[]>>> = {
  bytes: BYTES,
  'bytes-per-second': UNITS['bytes-per-second'],
  milliseconds: UNITS.milliseconds.slice(0, 3)
}

/** A tick of a logarithmic axis with its own unit: `100 µs`, `1 ms`. */
export function decimalText(quantity: Quantity, value: number): string {
  const units = DECIMAL_UNITS[quantity]
  if (units === undefined) return quantityText(quantity, value)
  const unit = units.findLast(({ factor }) => value >= factor * (1 - 1e-9)) ?? units[0]!
  const number = Number((value / unit.factor).toPrecision(3))
  return `${countText(number)}\u00a0${unit.name}`
}

/** Texts of the ticks of one axis, all with as many decimals as the finest of them needs. */
export function tickTexts(ticks: readonly number[], isLog: boolean): string[] {
  const decimals = ticks.map(decimalsOf)
  const most = Math.max(0, ...decimals)
  return ticks.map((tick, index) => {
    const digits = isLog || tick === 0 ? (decimals[index] ?? 0) : most
    if (digits > 0) return tick.toFixed(digits)
    return keepFiguresWhole(formatCount(tick))
  })
}

/** Decimals after which nothing is left of a tick, which has one or two digits. */
function decimalsOf(tick: number): number {
  for (let digits = 0; digits < DECIMALS_MAX; digits++) {
    if (Number(tick.toFixed(digits)) === tick) return digits
  }
  return DECIMALS_MAX
}
