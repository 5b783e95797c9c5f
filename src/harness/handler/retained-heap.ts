/**
 * What a thread keeps in memory when all that can go has gone, and whether that grows with every record.
 *
 * Source: V8's own collection through Node's inspector, the one way that needs no flag of the process.
 * Thread: `retainedBytes` the consumer's, between runs: a collection takes milliseconds; the rest is pure.
 */
import { Session } from 'node:inspector'
import { formatCount } from '../../planner/units.ts'

/** At the end of a run. */
export interface HeapPoint {
  /** Records handled since the thread started. */
  readonly records: number
  readonly bytes: number
}

/** Bytes of this thread's heap and buffers after a full collection; null where Node has no inspector. */
export async function retainedBytes(): Promise<number | null> {
  const session = new Session()
  try {
    session.connect()
    // What the first leaves for weak references the second takes.
    for (let pass = 0; pass < 2; pass++) {
      await new Promise(resolve => session.post('HeapProfiler.collectGarbage', resolve))
    }
  } catch {
    return null
  } finally {
    session.disconnect()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Runs after the first that must grow: what a handler keeps of its first records may be a cache. */
const GROWTHS_MIN = 2
/** Below this the measurement's own counts and code may grow as much. */
const GROWTH_BYTES_MIN = 2e6
/** A leak grows with the records; a cache that fills grows less and less. */
const STEADY_SHARE = 0.5

/** Bytes that each record leaves behind, if they grow steadily from run to run; else null. */
export function leakedPerRecord(points: readonly HeapPoint[]): number | null {
  const rates: number[] = []
  let grown = 0
  let records = 0
  for (let i = 2; i < points.length; i++) {
    const before = points[i - 1]!
    const after = points[i]!
    if (after.records <= before.records) continue
    rates.push((after.bytes - before.bytes) / (after.records - before.records))
    grown += after.bytes - before.bytes
    records += after.records - before.records
  }
  if (rates.length < GROWTHS_MIN || grown < GROWTH_BYTES_MIN) return null
  return Math.min(...rates) < STEADY_SHARE * Math.max(...rates) ? null : grown / records
}

/** The warning; null without a leak. */
export function leakWarning(name: string, points: readonly HeapPoint[]): string | null {
  const perRecord = leakedPerRecord(points)
  if (perRecord === null) return null
  const megabytes = Number(((perRecord * 1000) / 1e6).toPrecision(2))
  const last = points[points.length - 1]?.records ?? 0
  return (
    `The handler ${name} keeps what it is given: after ${formatCount(last)} records the memory of its ` +
    `thread still grows by ${megabytes} MB per 1,000 records, and one day it ends with that.`
  )
}
