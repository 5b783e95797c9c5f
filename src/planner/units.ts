/**
 * Sizes, rates and durations as people write them, and back. KB and MB are powers of ten, KiB and MiB of two.
 *
 * Inside the planner sizes are bytes, rates bytes per second and durations milliseconds, unless a name says
 * else.
 * Kafka: its own tools print MiB and call it MB; nothing here does.
 */
import { HighwaterError } from '../base/local-errors.ts'

/** What one record costs its consumer: waiting for something outside, or computing. */
export interface ProcessCost {
  readonly kind: 'wait' | 'cpu'
  /** Microseconds per record, above 0; may be a fraction. */
  readonly micros: number
}

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40]
])

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1e3],
  ['m', 60e3],
  ['min', 60e3],
  ['h', 3600e3],
  ['d', 86_400e3]
])

const SIZE_FORM = 'give bytes or a number with a unit, such as 100, 1KB or 16KiB'
const RATE_FORM = 'give bytes per second with a unit, such as 120MB/s, 500KB/s or 1GB/s'
const LOAD_RATE_FORM = 'give records or bytes a second, such as 50000/s or 5MB/s'
const DURATION_FORM = 'give a number with a unit, such as 50us, 2ms, 1.5s or 10m'
const PROCESS_FORM = 'give wait:DURATION or cpu:DURATION, such as wait:2ms or cpu:50us'

/** Above this no single plan is meant; a slip of the unit is. */
const RATE_MAX = 1e12
const LOAD_RATE_MIN = 0.001
const LOAD_RATE_MAX = 1e9
/**
 * Kafka's default max.poll.interval.ms: a consumer slower than this on one record is put out of its group.
 */
const RECORD_COST_MAX_MS = 300e3

function refuse(what: string, given: string, cure: string): never {
  const shown = given.length > 40 ? `${given.slice(0, 40)}...` : given
  throw new HighwaterError('HIGHWATER_CONFIG', `The ${what} ${JSON.stringify(shown)} ${cure}.`)
}

interface Quantity {
  readonly value: number
  readonly unit: string
}

/** Number and unit of a text, or null if it has another form: no sign, no exponent. */
function splitQuantity(text: string): Quantity | null {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-zµ/]*)$/.exec(text.trim())
  if (match === null) return null
  return { value: Number(match[1]), unit: match[2] ?? '' }
}

/** Whole number next to `value` if only the rounding of binary fractions lies between, else null. */
function wholeNumber(value: number): number | null {
  const rounded = Math.round(value)
  return Math.abs(value - rounded) <= 1e-12 * Math.max(1, rounded) ? rounded : null
}

/**
 * Bytes of `100`, `1KB`, `16KiB`, `64MiB`: a whole number of at least 1.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseByteSize(text: string): number {
  const quantity = splitQuantity(text)
  const factor = quantity === null ? undefined : SIZE_UNITS.get(quantity.unit || 'B')
  if (quantity === null || factor === undefined) return refuse('size', text, `is not a size: ${SIZE_FORM}`)
  const exact = quantity.value * factor
  if (exact > Number.MAX_SAFE_INTEGER) return refuse('size', text, `is above 2^53 bytes: ${SIZE_FORM}`)
  const bytes = wholeNumber(exact)
  if (bytes === null) return refuse('size', text, `is not a whole number of bytes: ${SIZE_FORM}`)
  if (bytes < 1) return refuse('size', text, `is not above zero: ${SIZE_FORM}`)
  return bytes
}

/**
 * Bytes per second of `120MB/s`, from 1 B/s to 1 TB/s, rounded to whole bytes.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseByteRate(text: string): number {
  const quantity = splitQuantity(text)
  if (quantity === null) return refuse('rate', text, `is not a rate: ${RATE_FORM}`)
  if (quantity.value === 0) return refuse('rate', text, `is not above zero: ${RATE_FORM}`)
  if (quantity.unit === '') return refuse('rate', text, `has no unit: ${RATE_FORM}`)
  const factor = quantity.unit.endsWith('/s') ? SIZE_UNITS.get(quantity.unit.slice(0, -2)) : undefined
  if (factor === undefined) {
    return refuse('rate', text, `has the unit ${JSON.stringify(quantity.unit)}: ${RATE_FORM}`)
  }
  const rate = Math.round(quantity.value * factor)
  if (rate < 1) return refuse('rate', text, `is below 1 B/s: ${RATE_FORM}`)
  if (rate > RATE_MAX)
    return refuse('rate', text, `is above 1 TB/s, the most that is planned for: ${RATE_FORM}`)
  return rate
}

/** What a load offers each second: records, or bytes of records. */
export interface LoadRate {
  readonly unit: 'records' | 'bytes'
  readonly perSecond: number
}

/**
 * `50000/s` records or `5MB/s` bytes a second, from 0.001 records to 10^9.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseLoadRate(text: string): LoadRate {
  const quantity = splitQuantity(text)
  if (quantity === null || quantity.unit !== '/s') {
    const isBare = quantity !== null && quantity.unit === ''
    if (quantity === null || isBare) return refuse('rate', text, `is not a rate: ${LOAD_RATE_FORM}`)
    return { unit: 'bytes', perSecond: parseByteRate(text) }
  }
  const perSecond = quantity.value
  if (perSecond >= LOAD_RATE_MIN && perSecond <= LOAD_RATE_MAX) return { unit: 'records', perSecond }
  return refuse('rate', text, `must lie between ${LOAD_RATE_MIN}/s and ${LOAD_RATE_MAX}/s: ${LOAD_RATE_FORM}`)
}

/**
 * Milliseconds of `50us`, `2ms`, `1.5s`, `10m`, `6h`, `7d`; 0 is permitted with a unit.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseDuration(text: string): number {
  const quantity = splitQuantity(text)
  if (quantity === null) return refuse('duration', text, `is not a duration: ${DURATION_FORM}`)
  if (quantity.unit === '') return refuse('duration', text, `has no unit: ${DURATION_FORM}`)
  const factor = DURATION_UNITS.get(quantity.unit)
  if (factor === undefined) {
    return refuse('duration', text, `has the unit ${JSON.stringify(quantity.unit)}: ${DURATION_FORM}`)
  }
  const milliseconds = quantity.value * factor
  if (!Number.isSafeInteger(Math.ceil(milliseconds))) {
    return refuse('duration', text, `is too long to count in milliseconds: ${DURATION_FORM}`)
  }
  return milliseconds
}

/**
 * Cost of one record to its consumer: `wait:2ms` or `cpu:50us`, above 0 and at most 5 minutes.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseProcess(text: string): ProcessCost {
  const colon = text.indexOf(':')
  const kind = text.slice(0, Math.max(0, colon)).trim()
  if (kind !== 'wait' && kind !== 'cpu') {
    return refuse('cost per record', text, `has no known kind: ${PROCESS_FORM}`)
  }
  const milliseconds = parseDuration(text.slice(colon + 1))
  if (milliseconds === 0) return refuse('cost per record', text, `is not above zero: ${PROCESS_FORM}`)
  if (milliseconds > RECORD_COST_MAX_MS) {
    return refuse('cost per record', text, `is above max.poll.interval.ms (5 minutes): ${PROCESS_FORM}`)
  }
  return { kind, micros: milliseconds * 1e3 }
}

/** `value` with at most three significant digits and a space between thousands. */
function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3))
  return rounded >= 1000 ? formatCount(rounded) : String(rounded)
}

/** `value` in the greatest unit that leaves a figure of at least 1; units ascend from the smallest. */
function inUnits(value: number, units: readonly (readonly [name: string, factor: number])[]): string {
  if (value < 0) return `-${inUnits(-value, units)}`
  let chosen = units[0]
  for (const unit of units) {
    if (Number((value / unit[1]).toPrecision(3)) >= 1) chosen = unit
  }
  return chosen === undefined ? String(value) : `${threeDigits(value / chosen[1])} ${chosen[0]}`
}

/** A whole number with a space between thousands: `147 800`. */
export function formatCount(value: number): string {
  const digits = String(Math.round(Math.abs(value)))
  return (value < 0 ? '-' : '') + digits.replace(/\B(?=(\d{3})+$)/g, ' ')
}

const THOUSANDS = /(?<=\d) (?=\d{3}(?!\d))/g
const BEFORE_UNIT = /(?<=\d) (?=(?:%|µs|ms|s|min|h|[KMGT]i?B|B)(?!\w))/g

/** The text with no-break spaces where no line may end: inside a number, and between it and its unit. */
export function keepFiguresWhole(text: string): string {
  return text.replace(THOUSANDS, '\u202f').replace(BEFORE_UNIT, '\u00a0')
}

/** Bytes in powers of ten, three significant digits: `864 GB`. */
export function formatBytes(bytes: number): string {
  return inUnits(bytes, [
    ['B', 1],
    ['KB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
    ['TB', 1e12]
  ])
}

/** Bytes in powers of two, at most two decimals, as Kafka's settings are given: `16 KiB`, `156.25 MiB`. */
export function formatBinaryBytes(bytes: number): string {
  let unit = 0
  while (unit < 4 && Math.abs(bytes) >= 1024 ** (unit + 1)) unit++
  const name = ['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]
  const value = Number((bytes / 1024 ** unit).toFixed(2))
  return `${value >= 1000 ? formatCount(value) : value} ${name}`
}

/**
 * Bytes per second, three significant digits, in MB/s so that rates compare at a glance: `120 MB/s`. Only a
 * rate below 0.01 MB/s is given in KB/s or B/s.
 */
export function formatByteRate(bytesPerSecond: number): string {
  if (bytesPerSecond === 0) return '0 MB/s'
  if (Math.abs(bytesPerSecond) < 1e4) return `${formatBytes(bytesPerSecond)}/s`
  return inUnits(bytesPerSecond, [['MB/s', 1e6]])
}

/** Records per second, three significant digits: `50 000 records/s`. */
export function formatRecordRate(recordsPerSecond: number): string {
  return `${threeDigits(recordsPerSecond)} records/s`
}

/** A duration given in milliseconds, three significant digits: `50 µs`, `2 ms`, `1.5 s`, `10 min`, `3 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms'
  return inUnits(milliseconds, [
    ['µs', 1e-3],
    ['ms', 1],
    ['s', 1e3],
    ['min', 60e3],
    ['h', 3600e3]
  ])
}

/** A fraction as a percentage: `12 %`, with one decimal below ten percent: `2.8 %`. */
export function formatShare(fraction: number): string {
  const percent = fraction * 100
  return `${Math.abs(percent) < 10 ? Number(percent.toFixed(1)) : formatCount(percent)} %`
}
