/**
 * What a producer can send at all through its window of requests: why one that waits for answers reaches only
 * a few MB/s on one partition, however fast the disk is.
 *
 * A request carries at most one batch of a partition and at most max.request.size, and at most five requests
 * are under way to a broker. So one producer's Tp <= 5 batch.size / RTT, where RTT is the time of an answer
 * with the acks in use; acks=all adds a follower's fetch and the advance of the high watermark. Bytes are
 * those of batches, after compression.
 *
 * Kafka: Sender, RecordAccumulator.drain, max.in.flight.requests.per.connection.
 */
import { invariant } from '../base/invariant.ts'
import { ceilQuotient } from './rounding.ts'
import { formatBinaryBytes, formatByteRate, formatCount, formatDuration } from './units.ts'

/** Kafka's defaults. */
const IN_FLIGHT_MAX = 5
const REQUEST_BYTES_MAX = 2 ** 20

interface RequestWindow {
  /** batch.size. */
  readonly batchBytes: number
  /** Mean time from a request to its answer, with the acks in use; above 0. */
  readonly roundTripMs: number
  /** max.in.flight.requests.per.connection; 5 if absent. */
  readonly inFlightMax?: number
  /** max.request.size; 1 MiB if absent. */
  readonly requestBytesMax?: number
}

export interface WindowVerdict {
  /** Bytes per second one producer can reach on one partition. */
  readonly partitionCap: number
  /** Bytes per second one producer can reach on all its partitions. */
  readonly producerCap: number
  /** Whether the window is too small for what is wanted. */
  readonly binds: boolean
  /** Sentences: what binds, then what helps, the better remedy first. */
  readonly sentences: readonly string[]
}

/** Bytes per second that one producer can reach on one partition. */
export function partitionCap(window: RequestWindow): number {
  return producerCap(window, 1, 1)
}

/** Bytes per second that one producer can reach on `partitions`, spread evenly over `brokers`. */
function producerCap(window: RequestWindow, partitions: number, brokers: number): number {
  const { batchBytes, roundTripMs, inFlightMax = IN_FLIGHT_MAX } = window
  const { requestBytesMax = REQUEST_BYTES_MAX } = window
  invariant(roundTripMs > 0 && batchBytes > 0, 'a window has batches and waits for answers')
  const leading = Math.min(brokers, partitions)
  const requestBytes = Math.min((partitions / leading) * batchBytes, requestBytesMax)
  return (leading * inFlightMax * requestBytes * 1000) / roundTripMs
}

/** Answer times to show, in milliseconds: one rack, one region, two regions near and far. */
const ANSWER_TIMES = [0.5, 2, 10, 50]

/** What one producer reaches on one partition, by how long answers take over a network. */
export function networkCaps(batchBytes: number): string {
  const caps = ANSWER_TIMES.map(roundTripMs => {
    const cap = formatByteRate(partitionCap({ batchBytes, roundTripMs }))
    return `${cap} with answers after ${formatDuration(roundTripMs)}`
  })
  const size = formatBinaryBytes(batchBytes)
  return `Over a network one producer on one partition, batches of ${size}, reaches ${caps.join(', ')}.`
}

/** Whether one producer reaches `wanted` bytes per second on its partitions, and what to do if it cannot. */
export function judgeWindow(input: {
  readonly window: RequestWindow
  readonly partitions: number
  readonly brokers: number
  /** Bytes per second that this producer is to send. */
  readonly wanted: number
  /** Where the answers were timed: `in this process`. */
  readonly where?: string
}): WindowVerdict {
  const { window, partitions, brokers, wanted } = input
  const caps = {
    partitionCap: partitionCap(window),
    producerCap: producerCap(window, partitions, brokers)
  }
  const binds = caps.producerCap < wanted
  return { ...caps, binds, sentences: binds ? remedies(input) : [enoughLine(input, caps.producerCap)] }
}

type Wanted = Parameters<typeof judgeWindow>[0]

function windowText({ window, where }: Wanted): string {
  const { batchBytes, roundTripMs, inFlightMax = IN_FLIGHT_MAX } = window
  const answer = `answers after ${formatDuration(roundTripMs)}${where === undefined ? '' : ` ${where}`}`
  return `${inFlightMax} requests under way, batches of ${formatBinaryBytes(batchBytes)} and ${answer}`
}

function enoughLine(input: Wanted, cap: number): string {
  const { wanted } = input
  const reach = `a producer reaches up to ${formatByteRate(cap)}`
  return `With ${windowText(input)}, ${reach}: enough for ${formatByteRate(wanted)}.`
}

/** A larger batch first: it costs memory only. Partitions cannot be taken back. */
function remedies(input: Wanted): string[] {
  const { window, partitions, brokers, wanted } = input
  const { batchBytes, roundTripMs, inFlightMax = IN_FLIGHT_MAX } = window
  const { requestBytesMax = REQUEST_BYTES_MAX } = window
  const cap = producerCap(window, partitions, brokers)
  const reach = `a producer reaches at most ${formatByteRate(cap)}`
  const lines = [`With ${windowText(input)}, ${reach} of ${formatByteRate(wanted)}.`]
  const batchMost = requestBytesMax * Math.min(1, brokers / partitions)
  const bytesNeeded = (wanted * roundTripMs) / (1000 * inFlightMax * partitions)
  const rounded = powerOfTwoAtLeast(bytesNeeded)
  const batchNeeded = rounded <= batchMost ? rounded : Math.ceil(bytesNeeded)
  if (batchNeeded <= batchMost) lines.push(`Set batch.size to ${formatBinaryBytes(batchNeeded)}.`)
  const partitionsNeeded = ceilQuotient(wanted, partitionCap(window))
  const isEnough = producerCap(window, partitionsNeeded, brokers) >= wanted * (1 - 1e-9)
  if (isEnough) {
    const otherwise = lines.length > 1 ? 'Or use' : 'Use'
    const same = `batches of ${formatBinaryBytes(batchBytes)}`
    lines.push(`${otherwise} ${formatCount(partitionsNeeded)} partitions with ${same}.`)
  }
  if (lines.length > 1) return lines
  const each = producerCap({ ...window, batchBytes: requestBytesMax }, brokers, brokers)
  const producers = ceilQuotient(wanted, each)
  const size = formatBinaryBytes(requestBytesMax)
  lines.push(
    `No batch.size and no number of partitions helps, for a request carries ${size} at most: raise ` +
      `max.request.size, or use ${formatCount(producers)} producers.`
  )
  return lines
}

function powerOfTwoAtLeast(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes) - 1e-12)
}
