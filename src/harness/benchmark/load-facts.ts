/**
 * What the pages of `bench` and `tune` say in the same words: what was sent, what was checked, where.
 */
import { formatBytes, formatCount, formatRecordRate } from '../../planner/units.ts'
import type { Cell, DataTable } from '../page/data-table.ts'
import type { BenchAudit } from './bench-audit.ts'
import type { Rate } from './bench-result.ts'
import type { LatencySummary } from './histogram.ts'
import type { GivenConfig, LoadSettings } from './load-settings.ts'
import { sizesText } from './payload.ts'

export type Fact = readonly [term: string, value: string]

/** What may be asked for of each record; `only` of one partition, null of all. */
export function loadFacts(load: LoadSettings, only: number | null): Fact[] {
  const { recordFile, sizes, keys, partitions, loaders, topic } = load
  const of = partitions === 1 ? '1 partition' : `${formatCount(partitions)} partitions`
  return [
    ['Topic', `${topic}, ${of}${only === null ? '' : `, only partition ${only}`}`],
    ['Values', recordFile === null ? sizesText(sizes) : `lines of ${recordFile}`],
    ['Keys', keys],
    ['Sending', loaders === 1 ? '1 thread' : `${formatCount(loaders)} threads`]
  ]
}

export function configText(config: GivenConfig): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

export function timesText(runs: number, length: string): string {
  return `${formatCount(runs)} ${runs === 1 ? 'run' : 'runs'} of ${length}`
}

export function auditSentence({ records, bytes }: BenchAudit): string {
  return (
    `${formatCount(records)} records, ${formatBytes(bytes)}, were read back: each offset once, each ` +
    'sequence once, each checksum right.'
  )
}

export function pageSubtitle(label: string, createdAt: string): string {
  return `Measured on ${label}, ${createdAt.slice(0, 16).replace('T', ' ')} UTC.`
}

export function pageFooter(label: string): string {
  return (
    `All figures hold for ${label}, and no other. Your own cluster can be measured in the same way with a ` +
    'coming version.'
  )
}

/** `19 700 to 20 100 records/s`. */
export function recordRateRange([low, high]: readonly [low: number, high: number]): string {
  const [first, last] = [formatRecordRate(low), formatRecordRate(high)]
  return first === last ? last : `${first.replace(' records/s', '')} to ${last}`
}

export const RATE_COLUMNS: DataTable['columns'] = [{ heading: 'records/s' }, { heading: 'MB/s' }]

/** Records and bytes a second stand beside each other, always. */
export function rateCells({ recordsPerSecond, bytesPerSecond }: Rate): Cell[] {
  return [Math.round(recordsPerSecond), Number((bytesPerSecond / 1e6).toPrecision(3))]
}

export const PERCENTILE_COLUMNS: DataTable['columns'] = ['p50', 'p90', 'p99', 'p99.9', 'max'].map(
  heading => ({ heading, quantity: 'milliseconds' })
)

/** Milliseconds. */
export function percentileCells({ p50, p90, p99, p999, max }: LatencySummary): Cell[] {
  return [p50, p90, p99, p999, max].map(micros => micros / 1000)
}
