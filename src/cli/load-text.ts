/**
 * What `bench` and `tune` say in the same words: how often something ran, what was sent, what was checked.
 */
import { type BenchReport, formatBytes, formatCount, formatDuration, sizesText } from '../index.ts'

/** @param length of one run */
export function runsOf(runs: number, length: string): string {
  return `${formatCount(runs)} ${runs === 1 ? 'run' : 'runs'} of ${length}`
}

export function valuesText({ recordFile, sizes }: BenchReport['load']): string {
  return `values of ${recordFile ?? sizesText(sizes)}`
}

export function partitionsText({ partitions }: BenchReport['load']): string {
  return `${formatCount(partitions)} ${partitions === 1 ? 'partition' : 'partitions'}`
}

/** A latency in microseconds. */
export function latencyText(micros: number): string {
  return formatDuration(micros / 1000)
}

/** @param whose of whose records, empty or with a space before it */
export function auditText({ records, bytes }: BenchReport['audit'], whose: string): string {
  const checked = 'each offset once, each sequence once, each checksum right'
  return `${formatCount(records)} records${whose}, ${formatBytes(bytes)}, read back: ${checked}`
}
