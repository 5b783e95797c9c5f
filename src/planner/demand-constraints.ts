/**
 * The limits on the demand side that rates set, each as the partitions it asks for by itself, its formula
 * with the numbers in it, and one sentence on why it binds. Those that keys set are in `demand-keys.ts`.
 */
import { type Outage, queuePartitions, utilisationOf } from './consumer-queue.ts'
import type { DemandInput, DemandLoad, Source } from './demand-load.ts'
import { formatFigure, formatFineShare, formatRoundedUp } from './formula-text.ts'
import { partitionsFor, partitionsText } from './partition-count.ts'
import { formatByteRate, formatCount, formatDuration, formatRecordRate, formatShare } from './units.ts'

export interface DemandConstraint {
  readonly name: 'produce' | 'consume' | 'lag' | 'outage' | 'keys' | 'hottest key' | 'scaling'
  /** Partitions it asks for by itself; Infinity if no number is enough. */
  readonly partitions: number
  readonly unit: 'partitions'
  readonly formula: string
  /** Of its weakest part: `derived` if all was measured or asked, `default`, or `assumed`. */
  readonly source: Source
  /** What to say if it is the one that binds. */
  readonly sentence: string
}

/** The source of what is computed from parts of these. */
export function weakestSource(...sources: readonly Source[]): Source {
  if (sources.includes('assumed')) return 'assumed'
  return sources.includes('default') ? 'default' : 'derived'
}

/** Where the offered rate comes from; the planned one depends on the utilisation too. */
export function loadSource({ headroom }: DemandLoad, rate: 'offered' | 'planned'): Source {
  const parts = headroom.factors.filter(({ name }) => rate === 'planned' || name !== 'utilisation')
  return weakestSource(...parts.map(({ source }) => source))
}

/** What consumers are short of: `handler time per record` or `fetching`. */
export function consumerCause({ consumer }: DemandLoad): string {
  return consumer.binds === 'handler' ? 'handler time per record' : 'fetching'
}

/** A number of partitions by lambda E[S] / rho (1 + D/R), and that with its numbers. */
function queueCount(
  load: DemandLoad,
  utilisation: number,
  catchUp: number
): Pick<DemandConstraint, 'partitions' | 'unit' | 'formula'> {
  const { recordsPerSecond } = load
  const meanMs = load.consumer.partitionMs
  const factor = catchUp === 1 ? '' : ` × ${formatFigure(catchUp)}`
  const exact = (utilisationOf(recordsPerSecond, meanMs) / utilisation) * catchUp
  const work = `${formatRecordRate(recordsPerSecond)} × ${formatDuration(meanMs)}`
  const partitions = queuePartitions({ recordsPerSecond, meanMs, utilisation, catchUp })
  return {
    partitions,
    unit: 'partitions',
    formula: `${work} / ${formatFigure(utilisation)}${factor} = ${formatRoundedUp(exact, partitions)}`
  }
}

function produceConstraint(throughput: number, load: DemandLoad): DemandConstraint {
  const { plannedThroughput, utilisation } = load.headroom
  const planned = formatByteRate(plannedThroughput)
  const each = formatByteRate(throughput)
  const partitions = partitionsFor(plannedThroughput, throughput)
  return {
    name: 'produce',
    partitions,
    unit: 'partitions',
    formula: `${planned} / ${each} = ${formatRoundedUp(plannedThroughput / throughput, partitions)}`,
    source: loadSource(load, 'planned'),
    sentence:
      `Producing binds: one partition takes in ${each} of the ${planned} that are planned for, ` +
      `so that producers and brokers are ${formatShare(utilisation)} full.`
  }
}

function consumeConstraint(load: DemandLoad): DemandConstraint {
  const { cap, capSource, consumer } = load
  const { binds, fetchMs, handlerMs, lanes, throughput } = consumer
  const onLanes = lanes === 1 ? '' : ` on ${formatCount(lanes)} lanes`
  const reason =
    binds === 'handler'
      ? `Handler time per record binds: ${formatDuration(handlerMs)} a record${onLanes}`
      : `Fetching binds: ${formatDuration(fetchMs)} a record`
  return {
    name: 'consume',
    ...queueCount(load, cap, 1),
    source: weakestSource(loadSource(load, 'offered'), capSource),
    sentence:
      `${reason} make ${formatByteRate(throughput)} of a partition's consumer, used to ${formatShare(cap)} ` +
      `at most, and ${formatByteRate(load.headroom.offeredThroughput)} arrive.`
  }
}

/** Why no share of busy time is small enough for the lag wish. */
function lagContradiction(sloMs: number, { consumer }: DemandLoad): string {
  const { recordMs, service } = consumer
  const { arrivalBatch, meanMs } = service
  const slo = formatDuration(sloMs)
  if (sloMs < recordMs) {
    const record = formatDuration(recordMs)
    return (
      `The lag SLO of ${slo} is below the ${record} that one record takes, so no partition count keeps it: ` +
      `make the handler faster or allow more than ${record}.`
    )
  }
  return (
    `Records arrive ${formatCount(arrivalBatch)} together and wait ` +
    `${formatDuration(((arrivalBatch - 1) * meanMs) / 2)} for one another, more than the lag SLO of ` +
    `${slo}, so no partition count keeps it: send smaller batches or allow more.`
  )
}

function lagConstraint(sloMs: number, load: DemandLoad): DemandConstraint {
  const { recordMs, service, waitUtilisation } = load.consumer
  const source = loadSource(load, 'offered')
  const record = formatDuration(recordMs)
  if (waitUtilisation === null) {
    const sentence = lagContradiction(sloMs, load)
    const formula = `${formatDuration(sloMs)} of lag, ${record} a record`
    return { name: 'lag', partitions: Infinity, unit: 'partitions', formula, source, sentence }
  }
  return {
    name: 'lag',
    ...queueCount(load, waitUtilisation, 1),
    source,
    sentence:
      `The lag SLO binds: records that take ${record} with Cs² ${formatFigure(service.variation)} wait ` +
      `${formatDuration(sloMs)} on average with a consumer ${formatFineShare(waitUtilisation)} busy.`
  }
}

function outageConstraint(outage: Outage, load: DemandLoad): DemandConstraint {
  const { cap, capSource, catchUp, consumer } = load
  const { utilisation } = consumer
  const [length, recover] = [formatDuration(outage.lengthMs), formatDuration(outage.recoverMs)]
  return {
    name: 'outage',
    ...queueCount(load, utilisation, catchUp),
    source: weakestSource(loadSource(load, 'offered'), utilisation < cap ? 'derived' : capSource),
    sentence:
      `Catching up binds, by ${consumerCause(load)}: to clear an outage of ${length} within ${recover} ` +
      `consumers handle ${formatFigure(catchUp)} times what arrives, and are ${formatShare(utilisation)} ` +
      'busy at most.'
  }
}

/** The limits that rates set, in the order in which they are best read. */
export function rateConstraints(input: DemandInput, load: DemandLoad): DemandConstraint[] {
  const { producerThroughput, lagSloMs, outage, otherPartitions } = input
  const list: DemandConstraint[] = []
  if (producerThroughput !== null) list.push(produceConstraint(producerThroughput, load))
  list.push(consumeConstraint(load))
  if (lagSloMs !== null) list.push(lagConstraint(lagSloMs, load))
  if (outage !== null) list.push(outageConstraint(outage, load))
  if (otherPartitions > 1) {
    const count = partitionsText(otherPartitions)
    const isEnough = Number.isFinite(otherPartitions)
    const least = isEnough ? `at least ${formatCount(otherPartitions)}` : 'below the rate with any number'
    list.push({
      name: 'scaling',
      partitions: otherPartitions,
      unit: 'partitions',
      formula: `total throughput by its law: ${least}`,
      source: 'derived',
      sentence: isEnough
        ? `Scaling binds: by the law of total throughput its low end needs ${count} for the rate.`
        : 'Scaling binds: by the law of total throughput no number of partitions reaches the rate.'
    })
  }
  return list
}
