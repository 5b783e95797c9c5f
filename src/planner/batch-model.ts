/**
 * What batch.size and linger.ms make of a stream of records: batch sizes, requests and latency, in closed
 * form.
 *
 * Rests on one rule of the client: a node is due when any of its partitions has a full batch or one older
 * than linger, and then the first batch of every partition with records goes in one request. One producer,
 * one broker, no retries; the broker answers one request at a time. Records arrive each by itself (Poisson),
 * or in bursts: a program that sends when its timer fires sends all that fell due since, and a linger, which
 * is a timer of the same event loop, ends in the turn of a burst and before it.
 * Kafka: clients/producer/internals/RecordAccumulator.ready and drain. Waits: Kingman's bound for the queue.
 */
import { invariant } from '../base/invariant.ts'
import { gammaQuantile } from './gamma.ts'

/** Milliseconds a request takes: c0 + c1 per batch + c2 per record, fitted to measured settings. */
export interface ServiceCost {
  readonly c0Ms: number
  readonly c1MsPerBatch: number
  readonly c2MsPerRecord: number
}

export interface BatchingInput {
  /** Partitions this broker leads. */
  readonly partitions: number
  /** Records per second to this broker from this producer. */
  readonly recordsPerSecond: number
  /** batch.size in bytes. */
  readonly batchSizeBytes: number
  /** Bytes of one record inside a batch: key and value and about 7 to 11 more. */
  readonly recordBytesEncoded: number
  /** linger.ms; add the timer's granularity where it is known. */
  readonly lingerMs: number
  readonly service: ServiceCost
  /** `keyed`: each record goes to a partition independently of the last. */
  readonly arrivals: 'keyed'
  /** Milliseconds between two bursts of the program that sends; 0 if each record comes by itself. */
  readonly burstMs: number
}

export interface BatchingPrediction {
  /** Most records that fit into one batch, at least 1. */
  readonly recordsPerBatchMax: number
  readonly recordsPerRequest: number
  readonly batchesPerRequest: number
  readonly recordsPerBatch: number
  readonly requestsPerSecond: number
  /** From the first record of a request until it is drained. */
  readonly cycleMs: number
  /** What ends a cycle: linger, a full batch, or the answer to the request before. */
  readonly endedBy: 'linger' | 'size' | 'service'
  readonly serviceMs: number
  /** Mean milliseconds a record waits for its request to be drained. */
  readonly waitMs: number
  /** Mean milliseconds a request waits behind others. */
  readonly queueMs: number
  readonly meanLatencyMs: number
  /** Share of the time the broker works on requests; above 1 the rate cannot be carried. */
  readonly utilisation: number
  /** Records per second at which the broker is full with full batches; infinite if service costs nothing. */
  readonly saturationRecordsPerSecond: number
}

/**
 * Bytes of a record batch before its first record, magic 2. Kafka: DefaultRecordBatch.RECORD_BATCH_OVERHEAD.
 */
const BATCH_OVERHEAD = 61
/** Requests that wait behind the one in service: max.in.flight.requests.per.connection 5, less that one. */
const WAITING_REQUESTS_MAX = 4

interface Stream {
  readonly partitions: number
  readonly perMs: number
  readonly recordsPerBatchMax: number
  readonly service: ServiceCost
  /** 0 where records come one by one, and where a full batch ends a cycle: that happens within a burst. */
  readonly burstMs: number
}

interface Request {
  readonly records: number
  readonly batches: number
  readonly serviceMs: number
}

/** Milliseconds until the first of the partitions has a full batch. */
function fillMs(stream: Stream): number {
  const { partitions, perMs, recordsPerBatchMax } = stream
  if (recordsPerBatchMax === 1) return 0
  if (partitions === 1) return (recordsPerBatchMax - 1) / perMs
  // The least of P equal waiting times lies near the 1/(P+1) quantile of one of them.
  return gammaQuantile(1 / (partitions + 1), recordsPerBatchMax, perMs / partitions)
}

/** From one request to the next, when each waits for `cycleMs` from its first record on. */
function periodOf({ perMs, burstMs }: Stream, cycleMs: number): number {
  return burstMs > 0 ? Math.max(cycleMs, burstMs) : cycleMs + 1 / perMs
}

/** The request that `cycleMs` of waiting makes: all that came since the one before. */
function requestAfter(stream: Stream, cycleMs: number): Request {
  const { partitions, perMs, service } = stream
  const arrived = perMs * periodOf(stream, cycleMs)
  const records = Math.min(arrived, stream.recordsPerBatchMax * partitions)
  // The first record fills one partition; each other one has something unless no arrival hit it. Where
  // batches hold little and the broker is slow, more partitions come to have one.
  const hit = 1 + (partitions - 1) * (1 - Math.exp((1 - arrived) / partitions))
  const batches = Math.max(hit, records / stream.recordsPerBatchMax)
  const serviceMs = service.c0Ms + service.c1MsPerBatch * batches + service.c2MsPerRecord * records
  return { records, batches, serviceMs }
}

/** Mean milliseconds from a record's arrival to the end of its cycle. */
function meanWaitMs({ perMs, burstMs }: Stream, cycleMs: number): number {
  if (burstMs > 0) {
    const bursts = Math.max(1, cycleMs / burstMs)
    return cycleMs - ((bursts - 1) * burstMs) / 2
  }
  const gathered = perMs * cycleMs
  return (cycleMs * (1 + gathered / 2)) / (1 + gathered)
}

/**
 * A cycle is never shorter than the broker's answer: while it works, records gather. The cycle with which
 * both agree, at least `leastMs`; Infinity if even full requests come faster than they are answered.
 */
function cycleWithService(stream: Stream, leastMs: number): number {
  const surplus = (cycleMs: number): number =>
    requestAfter(stream, cycleMs).serviceMs - periodOf(stream, cycleMs)
  if (surplus(leastMs) <= 0) return leastMs
  let low = leastMs
  let high = (stream.recordsPerBatchMax * stream.partitions - 1) / stream.perMs
  if (surplus(high) > 0) return Number.POSITIVE_INFINITY
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (surplus(middle) > 0) low = middle
    else high = middle
  }
  return high
}

function checkInput(input: BatchingInput): void {
  const { partitions, recordsPerSecond, batchSizeBytes, recordBytesEncoded, lingerMs, burstMs } = input
  invariant(Number.isInteger(partitions) && partitions >= 1, 'a broker leads at least one partition', {
    partitions
  })
  invariant(recordsPerSecond > 0 && recordBytesEncoded > 0, 'records must arrive and have bytes', {
    recordsPerSecond,
    recordBytesEncoded
  })
  invariant(batchSizeBytes >= 0 && lingerMs >= 0, 'batch.size and linger.ms are not negative', {
    batchSizeBytes,
    lingerMs
  })
  invariant(burstMs >= 0, 'time between bursts is not negative', { burstMs })
}

/** Batch size, request size, request rate and mean latency of one producer's stream to one broker. */
export function predictBatching(input: BatchingInput): BatchingPrediction {
  checkInput(input)
  const { partitions, service } = input
  const perMs = input.recordsPerSecond / 1e3
  const fitting = Math.floor((input.batchSizeBytes - BATCH_OVERHEAD) / input.recordBytesEncoded)
  const recordsPerBatchMax = Math.max(1, fitting)
  const single: Stream = { partitions, perMs, recordsPerBatchMax, service, burstMs: 0 }

  const fill = fillMs(single)
  // A record that comes alone is no burst.
  const isBursty = input.lingerMs <= fill && input.burstMs * perMs > 1
  const stream = isBursty ? { ...single, burstMs: input.burstMs } : single
  const unhurried = Math.min(input.lingerMs, fill)
  const agreed = cycleWithService(stream, unhurried)
  const fullRecords = recordsPerBatchMax * partitions
  const cycleMs = Number.isFinite(agreed) ? agreed : (fullRecords - 1) / perMs
  const { records, batches, serviceMs } = requestAfter(stream, cycleMs)

  const periodMs = periodOf(stream, cycleMs)
  const utilisation = serviceMs / periodMs
  const waitMs = meanWaitMs(stream, cycleMs)
  // Bursts are a timer's: requests follow each other as regularly, and vary only where records come alone.
  const arrivalVariation = isBursty ? 0 : 1 / (perMs * periodMs) ** 2
  const queueMs = queueWaitMs(serviceMs, utilisation, arrivalVariation)
  const fullServiceMs = service.c0Ms + service.c1MsPerBatch * partitions + service.c2MsPerRecord * fullRecords
  return {
    recordsPerBatchMax,
    recordsPerRequest: records,
    batchesPerRequest: batches,
    // Never below one but for rounding in the last digit.
    recordsPerBatch: Math.max(1, records / batches),
    requestsPerSecond: 1e3 / Math.max(periodMs, serviceMs),
    cycleMs,
    endedBy: agreed > unhurried ? 'service' : fill < input.lingerMs ? 'size' : 'linger',
    serviceMs,
    waitMs,
    queueMs,
    meanLatencyMs: waitMs + serviceMs + queueMs,
    utilisation,
    saturationRecordsPerSecond: (fullRecords / fullServiceMs) * 1e3
  }
}

/**
 * Mean wait behind other requests: Kingman's formula for a fixed service time, bounded by the window in
 * flight.
 */
function queueWaitMs(serviceMs: number, utilisation: number, arrivalVariation: number): number {
  const longest = WAITING_REQUESTS_MAX * serviceMs
  if (utilisation >= 1) return longest
  return Math.min(longest, (utilisation * serviceMs * arrivalVariation) / (2 * (1 - utilisation)))
}
