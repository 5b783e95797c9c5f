/**
 * Consumers that work: Tc from what a handler costs per record.
 *
 * A record takes E[S] = c/k + s/Fc seconds: c the handler's seconds, k the lanes that may run in one
 * partition at a time, s the record's bytes, Fc the fetch-only bytes per second. Then Tc = s/E[S].
 * Source: the utilisation law of queueing theory; one server per lane.
 */
import { invariant } from '../base/invariant.ts'
import { formatByteRate, formatCount, formatDuration, formatShare, type ProcessCost } from './units.ts'

interface ConsumerWork {
  readonly process: ProcessCost
  /** Mean key and value bytes of a record. */
  readonly recordBytes: number
  /** Bytes per second of a consumer that only fetches and decodes. */
  readonly fetchOnlyThroughput: number
  /** Records of one partition handled at a time; 1 keeps their order. */
  readonly lanes: number
}

interface ConsumerPrediction {
  /** Bytes per second of one partition's consumer with the handler. */
  readonly consumerThroughput: number
  /** Share of E[S] spent in the handler, 0 to 1. */
  readonly handlerShare: number
  readonly binds: 'handler' | 'fetch'
  /** One sentence with the numbers. */
  readonly explanation: string
}

/** Kafka's defaults of max.poll.records and max.poll.interval.ms. */
const POLL_RECORDS = 500
const POLL_INTERVAL_MS = 300_000

/** Tc with the handler, from Tc without it. */
export function predictConsumer(work: ConsumerWork): ConsumerPrediction {
  const { process, recordBytes, fetchOnlyThroughput, lanes } = work
  invariant(
    recordBytes > 0 && fetchOnlyThroughput > 0 && lanes >= 1,
    'a consumer needs bytes, a rate and a lane',
    {
      recordBytes,
      fetchOnlyThroughput,
      lanes
    }
  )
  const handlerSeconds = process.micros / 1e6 / lanes
  const fetchSeconds = recordBytes / fetchOnlyThroughput
  const consumerThroughput = recordBytes / (handlerSeconds + fetchSeconds)
  const handlerShare = handlerSeconds / (handlerSeconds + fetchSeconds)
  const binds = handlerShare > 0.5 ? 'handler' : 'fetch'
  const verb = process.kind === 'wait' ? 'waits' : 'computes'
  const explanation =
    `For each record the handler ${verb} ${formatDuration(handlerSeconds * 1e3)} and fetching takes ` +
    `${formatDuration(fetchSeconds * 1e3)}: ${formatShare(handlerShare)} is the handler's, ` +
    `and Tc falls from ${formatByteRate(fetchOnlyThroughput)} to ${formatByteRate(consumerThroughput)}.`
  return { consumerThroughput, handlerShare, binds, explanation }
}

/** Warning if a full poll at this cost would outlast max.poll.interval.ms, with the cure; else null. */
export function pollWarning(process: ProcessCost): string | null {
  const pollMs = (POLL_RECORDS * process.micros) / 1e3
  if (pollMs < POLL_INTERVAL_MS) return null
  const permitted = Math.max(1, Math.ceil(POLL_INTERVAL_MS / (process.micros / 1e3)) - 1)
  return (
    `A poll of ${POLL_RECORDS} records takes ${formatDuration(pollMs)}, and Kafka's max.poll.interval.ms ` +
    `is ${formatDuration(POLL_INTERVAL_MS)}: set max.poll.records to ${formatCount(permitted)} or less.`
  )
}
