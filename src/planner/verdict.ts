/**
 * What bound a measured point, by pure rules on how busy everything was: the verdict that stands beside a
 * rate.
 *
 * A client-bound point says nothing of the broker, so it stays out of any fit. On a small machine load and
 * engine share the cores; such a point is machine-bound: kept, and labelled.
 */
import { formatByteRate, formatCount, formatShare } from './units.ts'

type Bottleneck = 'client-bound' | 'broker-bound' | 'disk-bound' | 'consumer-bound' | 'machine-bound' | 'none'

/** Fractions are 0 to 1 of the measured time; null where the system does not tell. */
export interface UtilisationFacts {
  /** Bytes per second measured at the point. */
  readonly throughput: number
  /** The busiest loader thread, waiting for room not counted. */
  readonly loaderBusy: number | null
  /** 99th percentile of how late a record was sent, over the interval between records; null if not paced. */
  readonly producerDelayOverInterval: number | null
  /** CPU of the busiest partition thread. */
  readonly partitionThreadBusy: number | null
  /** What that thread waited for its disk. */
  readonly diskWait: number | null
  /** All cores together. */
  readonly allCoresBusy: number | null
  /** Growth of the consumers' lag, bytes per second; null without consumers. */
  readonly lagSlope: number | null
}

export interface Verdict {
  readonly bottleneck: Bottleneck
  /** One sentence with the numbers that decided. */
  readonly evidence: string
}

export const CORES_BUSY_MAX = 0.9
const LOADER_BUSY_MAX = 0.9
const DELAY_MAX = 0.1
/** Of the partition thread's time, computing and waiting for the disk together. */
const PARTITION_THREAD_MAX = 0.85
/** Lag that grows by more than this share of the throughput is not the jitter of the last polls. */
export const LAG_GROWTH_MAX = 0.01

/** The first of the rules that applies: machine, client, partition thread or disk, consumer, none. */
export function judgeBottleneck(facts: UtilisationFacts): Verdict {
  const cores = facts.allCoresBusy
  if (cores !== null && cores > CORES_BUSY_MAX) {
    const evidence = `All cores together were ${formatShare(cores)} busy: load and engine shared them.`
    return { bottleneck: 'machine-bound', evidence }
  }
  return judgeClient(facts) ?? judgePartitionThread(facts) ?? judgeConsumer(facts) ?? none(facts)
}

function judgeClient(facts: UtilisationFacts): Verdict | null {
  const { loaderBusy, producerDelayOverInterval: delay } = facts
  if (loaderBusy !== null && loaderBusy > LOADER_BUSY_MAX) {
    const evidence = `The busiest loader thread was ${formatShare(loaderBusy)} busy: the loader set the rate.`
    return { bottleneck: 'client-bound', evidence }
  }
  if (delay !== null && delay > DELAY_MAX) {
    const late = `${delay < 1 ? `${formatShare(delay)} of` : timesText(delay)} the time between two records`
    const evidence =
      `The load generator sent 1 record in 100 too late, by ${late} or more; ` +
      `${formatShare(DELAY_MAX)} of it is permitted.`
    return { bottleneck: 'client-bound', evidence }
  }
  return null
}

/** `1.4 times`. */
function timesText(factor: number): string {
  return `${factor < 10 ? Number(factor.toPrecision(2)) : formatCount(factor)} times`
}

function judgePartitionThread(facts: UtilisationFacts): Verdict | null {
  if (facts.partitionThreadBusy === null && facts.diskWait === null) return null
  const busy = facts.partitionThreadBusy ?? 0
  const disk = facts.diskWait ?? 0
  if (busy + disk <= PARTITION_THREAD_MAX) return null
  if (disk > busy) {
    const evidence = `The busiest partition thread waited ${formatShare(disk)} of its time for the disk.`
    return { bottleneck: 'disk-bound', evidence }
  }
  const waited = disk > 0 ? ` and waited ${formatShare(disk)} for the disk` : ''
  const evidence = `The busiest partition thread was ${formatShare(busy)} busy${waited}.`
  return { bottleneck: 'broker-bound', evidence }
}

function judgeConsumer(facts: UtilisationFacts): Verdict | null {
  const slope = facts.lagSlope
  if (slope === null || slope <= LAG_GROWTH_MAX * facts.throughput) return null
  const rates = `${formatByteRate(slope)} at ${formatByteRate(facts.throughput)}`
  return { bottleneck: 'consumer-bound', evidence: `The consumers' lag grew by ${rates}.` }
}

function none(facts: UtilisationFacts): Verdict {
  const known: string[] = []
  if (facts.loaderBusy !== null) known.push(`loader ${formatShare(facts.loaderBusy)}`)
  if (facts.partitionThreadBusy !== null)
    known.push(`partition thread ${formatShare(facts.partitionThreadBusy)}`)
  if (facts.diskWait !== null) known.push(`disk ${formatShare(facts.diskWait)}`)
  if (facts.allCoresBusy !== null) known.push(`cores ${formatShare(facts.allCoresBusy)}`)
  const evidence =
    known.length === 0
      ? 'This system does not tell how busy its threads were.'
      : `Nothing was full: ${known.join(', ')}.`
  return { bottleneck: 'none', evidence }
}
