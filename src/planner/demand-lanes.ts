/**
 * Lanes inside a partition as a remedy: how many records of different keys must be handled at a time until
 * consumers no longer decide the partition count. Records of one key keep their order.
 */
import { rateConstraints } from './demand-constraints.ts'
import { skewLimits } from './demand-keys.ts'
import { consumerSide, type DemandInput, type DemandLoad } from './demand-load.ts'
import type { CountFinder } from './key-search.ts'
import { fullestShare } from './key-skew.ts'
import { partitionsText } from './partition-count.ts'
import { formatByteRate, formatCount } from './units.ts'

interface LaneOption {
  readonly lanes: number
  /** Tc of a partition, bytes per second. */
  readonly consumerThroughput: number
  /** Partitions that consumers ask for then; Infinity if no number is enough. */
  readonly partitions: number
}

export interface LaneAdvice {
  /** Lanes in powers of two, from one up to those that end the consumers' share in the count. */
  readonly options: readonly LaneOption[]
  /** The fewest lanes with which consumers are content with `partitions`; null if none is enough. */
  readonly lanes: number | null
  /** What all but the consumers ask for. */
  readonly partitions: number
  readonly sentence: string
}

const LANES_MAX = 64

/** What consumers with so many lanes ask for. */
interface ConsumerNeed {
  /** Partitions if records spread evenly. */
  readonly even: number
  /** Share of the records that a partition may get. */
  readonly share: number
  /** Whether one lane is enough for the hottest key. */
  readonly keyFits: boolean
  readonly consumerThroughput: number
}

function needWith(input: DemandInput, load: DemandLoad, lanes: number): ConsumerNeed {
  const consumer = consumerSide(input, lanes, load.cap)
  const laned: DemandLoad = { ...load, consumer }
  // Without the others' limits: they are what consumers are to come down to.
  const alone: DemandInput = { ...input, lanes, producerThroughput: null, otherPartitions: 1 }
  const even = Math.max(...rateConstraints(alone, laned).map(({ partitions }) => partitions))
  const { throughput: consumerThroughput } = consumer
  if (input.keys === null) return { even, share: 1, keyFits: true, consumerThroughput }
  const { share, keyNeeds, keyRoom } = skewLimits(alone, laned, input.keys)
  return { even, share, keyFits: keyNeeds <= keyRoom, consumerThroughput }
}

function optionWith(
  input: DemandInput,
  load: DemandLoad,
  finder: CountFinder | null,
  lanes: number
): LaneOption {
  const { consumerThroughput, even, keyFits, share } = needWith(input, load, lanes)
  let partitions = keyFits ? even : Number.POSITIVE_INFINITY
  if (finder !== null && Number.isFinite(partitions)) {
    partitions = finder.find({ limit: share, from: even }).partitions
  }
  return { lanes, consumerThroughput, partitions }
}

function fewestLanes(input: DemandInput, load: DemandLoad, partitions: number): number | null {
  const fullest = input.keys === null ? 1 / partitions : fullestShare(input.keys, partitions)
  for (let lanes = 1; lanes <= LANES_MAX; lanes++) {
    const { even, keyFits, share } = needWith(input, load, lanes)
    if (even <= partitions && keyFits && (input.keys === null || fullest <= share)) return lanes
  }
  return null
}

/**
 * How many lanes would end the consumers' say in the count, where `partitions` is what all others ask for;
 * null if consumers only fetch, which more lanes do not speed up, or if they have no say.
 */
export function laneAdvice(
  input: DemandInput,
  load: DemandLoad,
  finder: CountFinder | null,
  partitions: number
): LaneAdvice | null {
  if (input.handler === null) return null
  const { partitions: now } = optionWith(input, load, finder, input.lanes)
  if (now <= partitions) return null
  const options: LaneOption[] = []
  for (let atOnce = 1; atOnce <= LANES_MAX; atOnce *= 2) {
    const option = optionWith(input, load, finder, atOnce)
    options.push(option)
    if (option.partitions <= partitions) break
  }
  const lanes = fewestLanes(input, load, partitions)
  const best = options.reduce((least, each) => (each.partitions < least.partitions ? each : least))
  const cores =
    input.handler.process.kind === 'cpu' ? ' The handler computes, so each lane needs a core of its own.' : ''
  const keyed = 'per partition, keyed so that the records of a key keep their order'
  const instead = Number.isFinite(now) ? `instead of ${formatCount(now)}` : 'and now no number is enough'
  let sentence: string
  if (lanes !== null) {
    const rate = formatByteRate(needWith(input, load, lanes).consumerThroughput)
    sentence =
      `Run the handler on ${formatCount(lanes)} lanes ${keyed}: Tc is ${rate} then, and consumers are ` +
      `content with ${partitionsText(partitions)} ${instead}.${cores}`
  } else if (best.partitions < now) {
    sentence =
      `With ${formatCount(best.lanes)} lanes ${keyed}, consumers still ask for ` +
      `${partitionsText(best.partitions)}, ${instead}.${cores}`
  } else {
    sentence = 'More lanes in a partition do not help: what binds is one record, or one key, at a time.'
  }
  return { options, lanes, partitions, sentence }
}
