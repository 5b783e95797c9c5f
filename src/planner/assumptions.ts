/**
 * The table of everything a plan rests on: what was measured, derived, asked for, taken by default, or
 * assumed from a profile, each with its value and source. A figure without a row here has no place in a
 * report.
 */
import { invariant } from '../base/invariant.ts'
import type { AdmissibleCount } from './admissible-count.ts'
import type { BrokerMemory, ProducerMemory } from './client-memory.ts'
import { type CostFit, isNoise } from './cost-of-count.ts'
import type { OpenFiles } from './file-count.ts'
import type { LimitCheck } from './limits.ts'
import { PROFILE_QUANTITIES, type ProfileQuantity } from './profile-quantities.ts'
import type { Profile } from './profiles.ts'
import type { BrokerCount, BrokerLoad } from './replication.ts'
import type { WindowVerdict } from './request-window.ts'
import type { Unavailability } from './unavailability.ts'
import { formatByteRate, formatBytes, formatCount, formatDuration } from './units.ts'

type AssumptionKind = 'measured' | 'derived' | 'asked' | 'default' | 'assumed'

export interface Assumption {
  readonly quantity: string
  /** As it is read, without its unit. */
  readonly value: string
  /** Empty for texts and plain numbers. */
  readonly unit: string
  readonly kind: AssumptionKind
  /** Where it is from; with its date where it has one. */
  readonly source: string
}

/** Units whose values are printed in a unit of their own size. */
const FORMATS: ReadonlyMap<string, (value: number) => string> = new Map([
  ['B', formatBytes],
  ['B/s', formatByteRate],
  ['ms', formatDuration]
])

/** A row for a number in `unit`; B, B/s and ms are shown in the multiple that fits. */
export function assumptionRow(
  row: Pick<Assumption, 'quantity' | 'kind' | 'source'> & { readonly amount: number; readonly unit: string }
): Assumption {
  const { quantity, kind, source, amount, unit } = row
  invariant(source !== '', 'a figure has a source', { quantity })
  const printed = FORMATS.get(unit)?.(amount)
  if (printed === undefined) return { quantity, value: plainNumber(amount), unit, kind, source }
  const space = printed.lastIndexOf(' ')
  return { quantity, value: printed.slice(0, space), unit: printed.slice(space + 1), kind, source }
}

function plainNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'no end'
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return formatCount(value)
  return String(Number(value.toPrecision(3)))
}

/** Every value of the profile; those that an own profile or a source gives, and those nobody published. */
export function profileRows(profile: Profile): Assumption[] {
  return Object.entries(profile.values).map(([name, { value, source, date, assumed }]) => {
    const { text, unit } = PROFILE_QUANTITIES[name as ProfileQuantity]
    const doubt = assumed ? 'not published; ' : ''
    const from = `${doubt}${source} (${date}), profile ${profile.name}`
    return assumptionRow({ quantity: text, amount: value, unit, kind: 'assumed', source: from })
  })
}

/** What is used of each limit. */
export function limitRows(checks: readonly LimitCheck[]): Assumption[] {
  return checks.map(({ name, used, limit, unit, source, date, ok }) => ({
    quantity: name,
    value: `${plainNumber(used)} of ${plainNumber(limit)}${ok ? '' : ', too many'}`,
    unit,
    kind: 'derived',
    source: `limit: ${source} (${date})`
  }))
}

/** What the cost side derived; a piece that was not worked out is left out. */
interface DerivedPieces {
  readonly window?: WindowVerdict
  readonly brokerLoad?: BrokerLoad
  readonly brokers?: BrokerCount
  readonly producerMemory?: ProducerMemory
  readonly consumerBytesMax?: number
  readonly brokerMemory?: BrokerMemory
  readonly files?: OpenFiles
  readonly unavailability?: Unavailability
  readonly addedLatencyMs?: number
  readonly admissible?: AdmissibleCount
}

type Derived = readonly [quantity: string, amount: number, unit: string]

/** Rows of what the cost side derived, in the order of the report. */
export function derivedRows(pieces: DerivedPieces): Assumption[] {
  const rows: Assumption[] = []
  const add = (source: string, derived: readonly Derived[]): void => {
    for (const [quantity, amount, unit] of derived) {
      rows.push(assumptionRow({ quantity, amount, unit, kind: 'derived', source }))
    }
  }
  const { window, brokerLoad, brokers, files, unavailability } = pieces
  if (window !== undefined) {
    add('5 batch.size / time of an answer, measured here', [
      ['one producer on one partition', window.partitionCap, 'B/s']
    ])
  }
  if (brokerLoad !== undefined) {
    add('Tt RF / B', [['network in of a broker', brokerLoad.networkIn, 'B/s']])
    add('Tt (RF - 1 + groups) / B', [['network out of a broker', brokerLoad.networkOut, 'B/s']])
    add('Tt RF / B', [['disk writes of a broker', brokerLoad.diskWrite, 'B/s']])
    add('Tt RF retention / (B fill)', [['disk of a broker', brokerLoad.diskBytes, 'B']])
  }
  if (brokers !== undefined) {
    const source = brokers.sentence.replace(/^[^:]*: /, '').replace(/\.$/, '')
    add(source, [['brokers', brokers.brokers, '']])
  }
  addMemory(pieces, add)
  if (files !== undefined) {
    add('segments, threads and connections', [['open files of a broker', files.handles, 'handles']])
    add('two a segment, and 240', files.maps === 0 ? [] : [['memory maps of a broker', files.maps, 'maps']])
  }
  if (unavailability !== undefined) {
    add('detect + e n + metadata', [['last leader elected after', unavailability.worstMs, 'ms']])
    add('detect + e (n + 1) / 2 + metadata', [['leader elected after, mean', unavailability.meanMs, 'ms']])
  }
  if (pieces.addedLatencyMs !== undefined) {
    add('kappa N (RF - 1) / (B (B - 1))', [['latency by replication', pieces.addedLatencyMs, 'ms']])
  }
  if (pieces.admissible?.kind === 'some') {
    const { min, minSetBy, max, maxSetBy } = pieces.admissible
    add(minSetBy, [['fewest partitions', min, 'partitions']])
    if (max !== null && maxSetBy !== null) add(maxSetBy, [['most partitions', max, 'partitions']])
  }
  return rows
}

function addMemory(pieces: DerivedPieces, add: (source: string, derived: readonly Derived[]) => void): void {
  const { producerMemory, consumerBytesMax, brokerMemory } = pieces
  if (producerMemory !== undefined) {
    add('partitions x batch.size', [['open batches of a producer', producerMemory.wantedBytes, 'B']])
    add('buffer.memory / batch.size', [['open batches permitted', producerMemory.openBatchesMax, '']])
    add('5 B max.request.size', [['requests under way', producerMemory.inFlightBytesMax, 'B']])
  }
  if (consumerBytesMax !== undefined) {
    add('twice min(B fetch.max.bytes, N max.partition.fetch.bytes)', [
      ['memory of a consumer, at most', consumerBytesMax, 'B']
    ])
  }
  if (brokerMemory !== undefined) {
    add('fetchers (B - 1) min(10 MiB, n 1 MiB)', [
      ['memory of followers, at most', brokerMemory.followerBytesMax, 'B']
    ])
    add('network in x 30 s', [['page cache of a broker', brokerMemory.pageCacheBytes, 'B']])
    add('20 MiB a replica, addresses and not memory', [
      ['preallocated indexes', brokerMemory.indexAddressBytes, 'B']
    ])
  }
}

/** What one more partition costs, as measured and fitted; `where`: `on this machine`. */
export function costRows(fits: readonly CostFit[], where: string): Assumption[] {
  return fits.map(({ name, unit, line }) => {
    const doubt = isNoise(line.slopeInterval) ? 'not distinguishable from 0; ' : ''
    const from = `${doubt}line through ${formatCount(line.points.length)} measurements ${where}`
    return assumptionRow({
      quantity: `${name} of one more partition`,
      amount: line.slope,
      unit,
      kind: 'measured',
      source: from
    })
  })
}
