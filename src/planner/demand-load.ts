/**
 * What is offered to a topic and what one partition of it can take: the numbers that every limit on the
 * demand side is computed from, each with where it comes from.
 *
 * Rates are bytes per second of records. The consumer's side counts with a share of busy time, rho, of its
 * own and not with the utilisation of producers and brokers: both would allow for the same surprise twice.
 */
import { HighwaterError } from '../base/local-errors.ts'
import type { Assumption } from './assumptions.ts'
import {
  catchUpFactor,
  type Outage,
  type RecordService,
  UTILISATION_CAP,
  utilisationForWait
} from './consumer-queue.ts'
import { predictConsumer } from './consumer-work.ts'
import type { HandlerCost } from './handler-cost.ts'
import { type Headroom, type HeadroomAnswers, planHeadroom } from './headroom.ts'
import type { KeyShares } from './key-skew.ts'

export type Source = Assumption['kind']

export interface DemandInput {
  /** Tt, bytes per second, before peak and growth. */
  readonly targetThroughput: number
  /** Mean key and value bytes of a record. */
  readonly recordBytes: number
  readonly headroom: HeadroomAnswers
  /** Tp, measured on one partition; null if it is not to limit the count here. */
  readonly producerThroughput: number | null
  /** Fc: Tc of a consumer that fetches and decodes only. */
  readonly fetchOnlyThroughput: number
  /** Null if consumers only fetch. */
  readonly handler: HandlerCost | null
  /** Tc measured with the handler on one lane; null to predict it. */
  readonly consumerThroughput: number | null
  /** k: records of one partition handled at a time, by any free lane, those of one key one after another. */
  readonly lanes: number
  /** b: records that arrive in one partition together; 1 if they come one by one. */
  readonly arrivalBatch: number
  /** Mean milliseconds a record may wait for its handler; null without such a wish. */
  readonly lagSloMs: number | null
  readonly outage: Outage | null
  /** How busy a consumer may be at most, 0 to 1; null takes the default. */
  readonly consumerUtilisation: number | null
  /** Null if nothing is known of the keys, and then records are taken to spread evenly. */
  readonly keys: KeyShares | null
  /** The fewest partitions that the law of total throughput asks for; 1 without one, Infinity if none do. */
  readonly otherPartitions: number
}

interface ConsumerSide {
  readonly lanes: number
  /** Tc of a partition. */
  readonly throughput: number
  /** Tc of one lane, which is all that one key can have. */
  readonly laneThroughput: number
  /** E[S] of a partition: milliseconds for each record with all lanes at work. */
  readonly partitionMs: number
  /** What a record waits for: a lane of its partition. */
  readonly service: RecordService
  /** Milliseconds of a record from fetch to the end of its handler, waiting left out. */
  readonly recordMs: number
  readonly binds: 'handler' | 'fetch'
  /** Milliseconds in the handler, and for the fetch, of one record. */
  readonly handlerMs: number
  readonly fetchMs: number
  /** rho that the lag wish permits; null without one, or if none is small enough. */
  readonly waitUtilisation: number | null
  /** rho_max: the least of the cap and of what the wish permits. */
  readonly utilisation: number
  /** The same for the lane that a single key keeps busy. */
  readonly laneUtilisation: number
}

export interface DemandLoad {
  readonly headroom: Headroom
  /** lambda, at the peak, grown. */
  readonly recordsPerSecond: number
  readonly cap: number
  readonly capSource: Source
  readonly catchUp: number
  readonly consumer: ConsumerSide
}

function checkInput(input: DemandInput): void {
  const refuse = (text: string): never => {
    throw new HighwaterError('HIGHWATER_CONFIG', text)
  }
  const { consumerUtilisation: cap, lagSloMs, outage, lanes, arrivalBatch } = input
  if (!(input.targetThroughput > 0)) refuse('The target rate is not above zero: give one such as 120MB/s.')
  if (!(input.recordBytes > 0))
    refuse('Records have no bytes, so a rate in bytes says nothing: give their size.')
  if (cap !== null && !(cap > 0 && cap < 1))
    refuse(`Consumers cannot be ${cap} busy: give a share such as 0.8.`)
  if (lagSloMs !== null && !(lagSloMs > 0))
    refuse('The lag SLO is not above zero: give a time such as 500ms.')
  if (outage !== null && !(outage.recoverMs > 0))
    refuse('The outage has no time to recover in: give 10m/30m.')
  if (!(Number.isSafeInteger(lanes) && lanes >= 1)) refuse(`There cannot be ${lanes} lanes: give 1 or more.`)
  if (!(arrivalBatch >= 1)) refuse(`There cannot arrive ${arrivalBatch} records together: give 1 or more.`)
}

/**
 * The consumer's side with `lanes` lanes a partition, busy at most `cap`. Any lane that is free takes the
 * next record of a key that is in none, so all lanes together are one server, k times as fast.
 */
export function consumerSide(input: DemandInput, lanes: number, cap: number): ConsumerSide {
  const { recordBytes, fetchOnlyThroughput, handler, consumerThroughput, lagSloMs, arrivalBatch } = input
  const fetchMs = (recordBytes / fetchOnlyThroughput) * 1e3
  // What was measured with the handler tells its cost as consumers see it.
  const handlerMs =
    handler === null
      ? 0
      : consumerThroughput === null
        ? handler.meanMs
        : Math.max(0, (recordBytes / consumerThroughput) * 1e3 - fetchMs)
  const predict = (atOnce: number) =>
    predictConsumer({
      process: { kind: handler?.process.kind ?? 'wait', micros: handlerMs * 1e3 },
      recordBytes,
      fetchOnlyThroughput,
      lanes: atOnce
    })
  const { consumerThroughput: throughput, binds } = predict(lanes)
  const { consumerThroughput: laneThroughput } = predict(1)
  const recordMs = handlerMs + fetchMs
  const partitionMs = (recordBytes / throughput) * 1e3
  const serviceOf = (meanMs: number, handled: number, together: number): RecordService => ({
    meanMs,
    variation: (handler?.variation ?? 0) * (handled / meanMs) ** 2,
    arrivalBatch: together
  })
  const service = serviceOf(partitionMs, handlerMs / lanes, arrivalBatch)
  const permitted = (queue: RecordService): number | null => {
    if (lagSloMs === null || lagSloMs < recordMs) return null
    const utilisation = utilisationForWait(queue, lagSloMs)
    return utilisation > 0 ? utilisation : null
  }
  const waitUtilisation = permitted(service)
  return {
    lanes,
    throughput,
    laneThroughput,
    partitionMs,
    recordMs,
    service,
    binds,
    handlerMs,
    fetchMs,
    waitUtilisation,
    utilisation: Math.min(cap, waitUtilisation ?? cap),
    laneUtilisation: Math.min(cap, permitted(serviceOf(recordMs, handlerMs, 1)) ?? cap)
  }
}

/**
 * The load and what takes it.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function demandLoad(input: DemandInput): DemandLoad {
  checkInput(input)
  const headroom = planHeadroom(input.targetThroughput, input.headroom)
  const cap = input.consumerUtilisation ?? UTILISATION_CAP
  return {
    headroom,
    recordsPerSecond: headroom.offeredThroughput / input.recordBytes,
    cap,
    capSource: input.consumerUtilisation === null ? 'default' : 'asked',
    catchUp: catchUpFactor(input.outage),
    consumer: consumerSide(input, input.lanes, cap)
  }
}
