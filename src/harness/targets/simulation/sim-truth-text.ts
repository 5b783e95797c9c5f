/**
 * The truth of a simulation as people write it: a law and what differs from the defaults, or that as JSON.
 *
 *   LAW[,NAME=VALUE]...             usl:40MB/s:0.03:0.001,noise=5%,handler=2ms,cs2=1
 *   {"law": LAW, "NAME": VALUE}     {"law": "cap:40MB/s:140MB/s", "noise": 0.05, "keys": "zipf:0.99:100000"}
 *
 *   LAW      linear:RATE · amdahl:RATE:SIGMA · usl:RATE:SIGMA:KAPPA · cap:RATE:CEILING
 *   keys     even · uniform:KEYS · zipf:EXPONENT:KEYS · weights:5/3/1 (of keys k0, k1, k2)
 *   request  0.02ms+1us+0.01us: of a request, of each batch in it, of each record
 *   memory   2MB+48KB, start 20ms+0.4ms: of any number of partitions, and of each
 */
import { HighwaterError } from '../../../base/local-errors.ts'
import type { ScalingLaw } from '../../../planner/scaling-law.ts'
import { parseByteRate, parseByteSize, parseDuration } from '../../../planner/units.ts'
import { parseKeys } from '../../benchmark/key-distribution.ts'
import { parseStall } from '../../benchmark/stall.ts'
import { DEFAULT_TRUTH, type LinearCost, type SimBound, type SimKeys, type SimTruth } from './sim-truth.ts'

const LAW_FORM = 'give linear:RATE, amdahl:RATE:SIGMA, usl:RATE:SIGMA:KAPPA or cap:RATE:CEILING'
const LAW_EXAMPLE = 'such as usl:40MB/s:0.03:0.001'
const VARIATION_MAX = 100
const CORES_MAX = 4096
const HANDLES_MAX = 1000
const LOST_MAX = 1e9
const WARM_UP_MAX_MS = 600e3
const KEY_WEIGHTS_MAX = 10_000

function refuse(message: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', message)
}

/** Reads one named value. */
type Reader = (text: string) => Partial<SimTruth>

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['law', text => ({ law: parseLaw(text) })],
  ['fetch', text => ({ fetchRate: parseByteRate(text) })],
  ['handler', text => ({ handlerMs: aboveZero('handler', text, parseDuration(text)) })],
  ['cs2', text => ({ handlerVariation: parseNumber('cs2', text, VARIATION_MAX) })],
  ['keys', text => ({ keys: parseSimKeys(text) })],
  ['noise', text => ({ noise: parseShare('noise', text) })],
  ['jitter', text => ({ jitter: parseShare('jitter', text) })],
  ['drift', text => ({ drift: parseShare('drift', text) })],
  ['warmup', text => ({ warmUpMs: parseWarmUp(text) })],
  ['stall', text => ({ stall: text === 'none' ? null : parseStall(text) })],
  ['loader', text => ({ loaderRate: parseByteRate(text) })],
  ['request', text => ({ request: parseRequest(text) })],
  ['bound', text => ({ bound: parseBound(text) })],
  ['cores', text => ({ cores: parseCount('cores', text, { least: 1, most: CORES_MAX }) })],
  ['lose', text => ({ lostRecords: parseCount('lose', text, { least: 0, most: LOST_MAX }) })],
  ['memory', text => ({ memoryBytes: parseCost('memory', text, parseByteSize) })],
  ['start', text => ({ startMs: parseCost('start', text, parseDuration) })],
  ['handles', text => ({ fileHandlesEach: parseCount('handles', text, { least: 0, most: HANDLES_MAX }) })]
])

/**
 * The truth of a text or of the text of a JSON file, with defaults; an empty text is the default truth.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function parseTruth(text: string): SimTruth {
  const trimmed = text.trim()
  const entries = trimmed.startsWith('{') ? jsonEntries(trimmed) : textEntries(trimmed)
  const seen = new Set<string>()
  let truth = DEFAULT_TRUTH
  for (const [name, value] of entries) {
    const reader = READERS.get(name)
    if (reader === undefined) {
      return refuse(`A truth has no ${JSON.stringify(name)}: it has ${[...READERS.keys()].join(', ')}.`)
    }
    if (seen.has(name)) return refuse(`The truth gives ${name} twice.`)
    seen.add(name)
    truth = { ...truth, ...reader(value) }
  }
  return truth
}

type Entry = readonly [name: string, value: string]

function textEntries(text: string): Entry[] {
  if (text === '') return []
  return text.split(',').map((part, index): Entry => {
    const equals = part.indexOf('=')
    if (equals >= 0) return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()]
    if (index === 0) return ['law', part.trim()]
    return refuse(`The truth has ${JSON.stringify(part)}: after the law give NAME=VALUE, such as noise=5%.`)
  })
}

function jsonEntries(text: string): Entry[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return refuse(`The truth is no JSON: ${why.replace(/\.$/, '')}.`)
  }
  if (typeof parsed !== 'object' || parsed === null) return refuse('The truth must be a JSON object.')
  return Object.entries(parsed).map(([name, value]): Entry => {
    if (typeof value === 'string' || typeof value === 'number') return [name, String(value)]
    return refuse(`The ${name} of the truth must be a text or a number, as in "noise": "5%".`)
  })
}

function parseLaw(text: string): ScalingLaw {
  const [family, rate, ...shape] = text.split(':').map(part => part.trim())
  const law = { lambda: 0, sigma: 0, kappa: 0, ceiling: Number.POSITIVE_INFINITY }
  const wanted = { linear: 0, amdahl: 1, usl: 2, cap: 1 }
  if (family !== 'linear' && family !== 'amdahl' && family !== 'usl' && family !== 'cap') {
    return refuse(`The law ${JSON.stringify(text)} has no known family: ${LAW_FORM}, ${LAW_EXAMPLE}.`)
  }
  if (rate === undefined || shape.length !== wanted[family]) {
    return refuse(`The law ${JSON.stringify(text)} has another form: ${LAW_FORM}, ${LAW_EXAMPLE}.`)
  }
  const lambda = parseByteRate(rate)
  const [first = '', second = ''] = shape
  if (family === 'cap') return { ...law, family, lambda, ceiling: parseByteRate(first) }
  return {
    ...law,
    family,
    lambda,
    sigma: family === 'linear' ? 0 : parseNumber('sigma', first, 1),
    kappa: family === 'usl' ? parseNumber('kappa', second, 1) : 0
  }
}

function parseSimKeys(text: string): SimKeys {
  if (text === 'even') return { kind: 'even' }
  if (text.startsWith('weights:')) {
    const weights = text
      .slice('weights:'.length)
      .split('/')
      .map(part => parseNumber('weight of a key', part, 1e9))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    if (sum > 0 && weights.length <= KEY_WEIGHTS_MAX) return { kind: 'weights', weights }
    return refuse(`The keys need 1 to ${KEY_WEIGHTS_MAX} weights, at least one of them above zero.`)
  }
  const keys = parseKeys(text)
  if (keys.kind === 'uniform' || keys.kind === 'zipf') return keys
  return refuse(
    `The keys of a truth cannot be ${JSON.stringify(text)}: give even, uniform:KEYS, zipf:EXPONENT:KEYS or ` +
      'weights:5/3/1.'
  )
}

function parseRequest(text: string): SimTruth['request'] {
  const parts = text.split('+')
  if (parts.length !== 3) {
    return refuse(
      `The request ${JSON.stringify(text)} needs three durations, of itself, of a batch and of a record, ` +
        'such as 0.02ms+1us+0.01us.'
    )
  }
  const [c0Ms = 0, c1MsPerBatch = 0, c2MsPerRecord = 0] = parts.map(parseDuration)
  return { c0Ms, c1MsPerBatch, c2MsPerRecord }
}

function parseCost(name: string, text: string, parse: (part: string) => number): LinearCost {
  const [fixed, each, ...more] = text.split('+')
  if (fixed !== undefined && each !== undefined && more.length === 0) {
    return { fixed: parse(fixed), each: parse(each) }
  }
  return refuse(`The ${name} ${JSON.stringify(text)} needs two parts, of any number and of each: A+B.`)
}

function parseBound(text: string): SimBound {
  if (text === 'broker' || text === 'disk' || text === 'machine') return text
  return refuse(`The bound ${JSON.stringify(text)} is none: give broker, disk or machine.`)
}

function parseWarmUp(text: string): number {
  const warmUpMs = parseDuration(text)
  return warmUpMs <= WARM_UP_MAX_MS ? warmUpMs : refuse('The warmup of a truth can be 10 minutes at most.')
}

/** `5%` or `0.05`, from 0 to 1. */
function parseShare(name: string, text: string): number {
  return text.endsWith('%') ? parseNumber(name, text.slice(0, -1), 100) / 100 : parseNumber(name, text, 1)
}

/** A number from 0 on. */
function parseNumber(name: string, text: string, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0 && value <= most) return value
  return refuse(`The ${name} of a truth must be a number from 0 to ${most}, not ${JSON.stringify(text)}.`)
}

function parseCount(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  if (count >= least && count <= most) return count
  return refuse(
    `The ${name} of a truth must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`
  )
}

function aboveZero(name: string, text: string, value: number): number {
  return value > 0 ? value : refuse(`The ${name} ${JSON.stringify(text)} of a truth must be above zero.`)
}
