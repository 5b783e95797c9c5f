/**
 * What the load asks for: from a target rate, measured throughputs, a handler, keys and wishes to the limits
 * on the partition count, the one that binds, and what would move it.
 *
 * Counts of different limits combine by their maximum, but keys do not: a greater count may spread them
 * worse, so the count is searched from the others' maximum on.
 */
import { invariant } from '../base/invariant.ts'
import { type Assumption, assumptionRow } from './assumptions.ts'
import {
  type CatchUp,
  catchUpTimeline,
  meanWaitMs,
  type RecordService,
  utilisationOf,
  waitQuantileMs
} from './consumer-queue.ts'
import { pollWarning } from './consumer-work.ts'
import { type DemandConstraint, rateConstraints } from './demand-constraints.ts'
import {
  type HottestKey,
  hottestKey,
  keyConstraints,
  keyWarnings,
  shareLimits,
  skewLimits
} from './demand-keys.ts'
import { type LaneAdvice, laneAdvice } from './demand-lanes.ts'
import { type DemandInput, type DemandLoad, demandLoad, type Source } from './demand-load.ts'
import type { Headroom } from './headroom.ts'
import { CountFinder } from './key-search.ts'
import { fullestShare } from './key-skew.ts'
import { partitionsFor } from './partition-count.ts'
import { formatCount } from './units.ts'

export interface DemandPlan {
  /** The fewest partitions that keep all limits; Infinity if no number does. */
  readonly partitions: number
  readonly constraints: readonly DemandConstraint[]
  /** Of equal ones the first. */
  readonly binding: DemandConstraint
  readonly headroom: Headroom
  /** lambda, at the peak, grown. */
  readonly recordsPerSecond: number
  /** Tc of a partition with its handler and lanes, bytes per second. */
  readonly consumerThroughput: number
  /** How busy a consumer may be. */
  readonly consumerUtilisation: number
  /** Time of a record at a partition's consumer, as the count was worked out with it. */
  readonly consumerService: RecordService
  /** Share of the records that one partition can carry: the least of both sides, at most 1. */
  readonly shareLimit: number
  /** Null if nothing is known of the keys. */
  readonly hottestKey: HottestKey | null
  /** Null if consumers do not bind, or only fetch. */
  readonly lanes: LaneAdvice | null
  /** The fullest partition's consumer at `partitions`; null if no number is enough. */
  readonly fullest: ConsumerLoad | null
  readonly assumptions: readonly Assumption[]
  readonly warnings: readonly string[]
}

/** What the consumer of the fullest partition has to do. */
interface ConsumerLoad {
  /** h(N); 1/N where nothing is known of the keys. */
  readonly share: number
  readonly recordsPerSecond: number
  /** rho. */
  readonly utilisation: number
  readonly meanWaitMs: number
  readonly waitP99Ms: number
  /** At its full speed; null if no outage was given. */
  readonly catchUp: CatchUp | null
}

/** The load on the fullest partition's consumer with `partitions` partitions. */
export function consumerLoad(input: DemandInput, load: DemandLoad, partitions: number): ConsumerLoad {
  const { consumer } = load
  const share = input.keys === null ? 1 / partitions : fullestShare(input.keys, partitions)
  const recordsPerSecond = load.recordsPerSecond * share
  const utilisation = utilisationOf(recordsPerSecond, consumer.partitionMs)
  const drainPerSecond = 1e3 / consumer.partitionMs
  return {
    share,
    recordsPerSecond,
    utilisation,
    meanWaitMs: meanWaitMs(consumer.service, utilisation),
    waitP99Ms: waitQuantileMs(consumer.service, utilisation, 0.99),
    catchUp:
      input.outage === null
        ? null
        : catchUpTimeline({ recordsPerSecond, drainPerSecond, lengthMs: input.outage.lengthMs })
  }
}

function greatest(constraints: readonly Pick<DemandConstraint, 'partitions'>[]): number {
  return Math.max(1, ...constraints.map(({ partitions }) => partitions))
}

/** What all but the consumers ask for, keys on the producers' side included. */
function othersCount(input: DemandInput, load: DemandLoad, finder: CountFinder | null): number {
  const { otherPartitions, producerThroughput } = input
  if (producerThroughput === null) return otherPartitions
  const { plannedThroughput } = load.headroom
  const even = Math.max(otherPartitions, partitionsFor(plannedThroughput, producerThroughput))
  const limit = producerThroughput / plannedThroughput
  return finder === null || !Number.isFinite(even) ? even : finder.find({ limit, from: even }).partitions
}

/**
 * The limits on the demand side, the count that keeps them, and what to know about both.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function planDemand(input: DemandInput): DemandPlan {
  const load = demandLoad(input)
  const { consumer, headroom } = load
  const { handler, keys } = input
  const constraints = rateConstraints(input, load)
  const warnings: string[] = []
  const finder = keys === null ? null : new CountFinder(keys)
  let partitions = greatest(constraints)
  let hottest: HottestKey | null = null
  if (keys !== null && finder !== null) {
    const limits = skewLimits(input, load, keys)
    const alone = finder.find({ limit: limits.share, from: 1 })
    constraints.push(...keyConstraints(load, limits, keys, alone))
    hottest = hottestKey(load, limits, keys)
    if (Number.isFinite(partitions)) {
      const found = finder.find({ limit: limits.share, from: partitions })
      partitions = greatest([...constraints, found])
      warnings.push(...keyWarnings(limits, keys, found))
    }
  }
  const poll = handler === null ? null : pollWarning(handler.process)
  if (poll !== null) warnings.push(poll)
  const others = othersCount(input, load, finder)
  return {
    partitions,
    constraints,
    binding: bindingOf(constraints, partitions),
    headroom,
    recordsPerSecond: load.recordsPerSecond,
    consumerThroughput: consumer.throughput,
    consumerUtilisation: consumer.utilisation,
    consumerService: consumer.service,
    shareLimit: Math.min(1, shareLimits(input, load).share),
    hottestKey: hottest,
    lanes: Number.isFinite(others) ? laneAdvice(input, load, finder, others) : null,
    fullest: Number.isFinite(partitions) ? consumerLoad(input, load, partitions) : null,
    assumptions: demandRows(input, load),
    warnings
  }
}

/** The greatest; the keys' where only their spread makes the count greater than any limit alone. */
function bindingOf(constraints: readonly DemandConstraint[], partitions: number): DemandConstraint {
  const most = greatest(constraints)
  const name = partitions > most ? 'keys' : null
  const binding = constraints.find(each => each.name === name || (name === null && each.partitions === most))
  const [first] = constraints
  invariant(first !== undefined, 'a load has a consumer and so a limit')
  return binding ?? first
}

/** Rows of the table of assumptions: everything the load was computed from. */
function demandRows(input: DemandInput, load: DemandLoad): Assumption[] {
  const { arrivalBatch, handler, keys, lagSloMs, outage, producerThroughput } = input
  const { cap, capSource, consumer, headroom } = load
  const rows: Assumption[] = []
  const add = (quantity: string, amount: number, unit: string, from: readonly [Source, string]): void => {
    rows.push(assumptionRow({ quantity, amount, unit, kind: from[0], source: from[1] }))
  }
  add('target rate', input.targetThroughput, 'B/s', ['asked', '--rate'])
  for (const { name, factor, source, detail } of headroom.factors) add(name, factor, '', [source, detail])
  add('rate offered', headroom.offeredThroughput, 'B/s', ['derived', 'target rate x peak x growth'])
  add('rate planned for', headroom.plannedThroughput, 'B/s', ['derived', headroom.formula])
  add('record, mean', input.recordBytes, 'B', ['measured', 'records of this run'])
  if (producerThroughput !== null)
    add('Tp', producerThroughput, 'B/s', ['measured', 'one partition, at its low end'])
  add('Tc, fetch only', input.fetchOnlyThroughput, 'B/s', ['measured', 'one partition'])
  if (handler !== null) {
    const kind = handler.source === 'given' ? 'asked' : 'measured'
    const low = 'from Tc with the handler, at its low end'
    add(
      'handler, a record',
      consumer.handlerMs,
      'ms',
      input.consumerThroughput === null ? [kind, handler.text] : ['derived', `${low}; ${handler.text}`]
    )
    add(
      'Cs² of the handler',
      handler.variation,
      '',
      handler.source === 'given'
        ? ['assumed', 'all records alike, for --process says nothing of how they differ']
        : [kind, handler.text]
    )
  }
  add('Tc', consumer.throughput, 'B/s', ['derived', 's / (c/k + s/Fc)'])
  add('consumer busy, at most', cap, '', [capSource, 'above it small surprises make long queues'])
  add('arrivals', arrivalBatch, 'at a time', ['assumed', 'at random times, independent'])
  if (lagSloMs !== null) add('wait for the handler, mean', lagSloMs, 'ms', ['asked', '--lag-slo'])
  if (outage !== null) {
    add('outage', outage.lengthMs, 'ms', ['asked', '--outage'])
    add('time to catch up', outage.recoverMs, 'ms', ['asked', '--outage'])
  }
  if (keys === null) add('spread of records', 1, 'of even', ['assumed', 'no keys were given'])
  else {
    const sample =
      keys.sampleRecords === null ? 'weights given' : `${formatCount(keys.sampleRecords)} records`
    const name = keys.evenShare === 0 ? 'distinct keys' : 'keys counted one by one'
    add(name, keys.hashes.length, '', ['measured', sample])
    add('hottest key', keys.hottest * 100, '%', ['measured', sample])
  }
  return rows
}
