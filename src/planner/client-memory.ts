/**
 * Memory that partitions take in clients and in brokers' clients, the followers.
 *
 * Producer: a batch is open for each active partition, but buffer.memory bounds their sum: 32 MiB / 16 KiB =
 * 2 048. The article's 10 000 partitions x 16 KiB = 156.25 MiB ("157 MB") cannot occur with the default
 * buffer; what happens instead is that sends wait or that batches leave half empty. Consumer: min(B
 * fetch.max.bytes, N max.partition.fetch.bytes), twice while it is decoded.
 *
 * Kafka: BufferPool, Fetcher, ReplicaFetcherThread; defaults of 4.1.
 */
import { formatBinaryBytes, formatCount } from './units.ts'

const MIB = 2 ** 20

const IN_FLIGHT_MAX = 5
const REQUEST_BYTES_MAX = MIB
const FETCH_BYTES_MAX = 50 * MIB
const PARTITION_FETCH_BYTES_MAX = MIB
const REPLICA_RESPONSE_BYTES_MAX = 10 * MIB
/** An answer and what it is decoded into. */
const DECODING_FACTOR = 2
/** From this share of the buffer on a burst of a few partitions makes the others wait. */
const BUFFER_SHARE_MAX = 0.5
/** .index and .timeindex are made 10 MiB long each and cut when the segment ends; hardly any of it is RAM. */
const INDEX_ADDRESS_BYTES = 20 * MIB
/** What was written within this time is still read from memory. */
const PAGE_CACHE_MS = 30_000

export interface ProducerMemory {
  /** What one open batch for every partition would take. */
  readonly wantedBytes: number
  /** buffer.memory / batch.size. */
  readonly openBatchesMax: number
  /** Bytes of requests under way to all brokers, at most. */
  readonly inFlightBytesMax: number
  readonly sentence: string
  /** Null where the buffer is large enough. */
  readonly warning: string | null
}

/** Buffers of one producer that writes to `activePartitions` at a time. */
export function producerMemory(input: {
  readonly activePartitions: number
  readonly brokers: number
  /** batch.size. */
  readonly batchBytes: number
  /** buffer.memory. */
  readonly bufferBytes: number
}): ProducerMemory {
  const { activePartitions, brokers, batchBytes, bufferBytes } = input
  const wantedBytes = activePartitions * batchBytes
  const openBatchesMax = Math.floor(bufferBytes / batchBytes)
  const inFlightBytesMax = IN_FLIGHT_MAX * brokers * REQUEST_BYTES_MAX
  const batch = formatBinaryBytes(batchBytes)
  const buffer = formatBinaryBytes(bufferBytes)
  const batches = activePartitions === 1 ? '1 open batch' : `${formatCount(activePartitions)} open batches`
  const allowed = `buffer.memory of ${buffer} allows ${formatCount(openBatchesMax)} open batches`
  const verb = activePartitions === 1 ? 'takes' : 'take'
  const sentence = `${batches} of ${batch} ${verb} ${formatBinaryBytes(wantedBytes)}; a ${allowed}.`
  return {
    wantedBytes,
    openBatchesMax,
    inFlightBytesMax,
    sentence,
    warning: bufferWarning(input, openBatchesMax)
  }
}

function bufferWarning(
  { activePartitions, batchBytes, bufferBytes }: Parameters<typeof producerMemory>[0],
  openBatchesMax: number
): string | null {
  const wanted = activePartitions * batchBytes
  if (wanted <= BUFFER_SHARE_MAX * bufferBytes) return null
  const enough = formatBinaryBytes(wanted / BUFFER_SHARE_MAX)
  const cure = `set buffer.memory to ${enough} or write to fewer partitions at a time`
  const partitions = formatCount(activePartitions)
  if (activePartitions > openBatchesMax) {
    const most = `At most ${formatCount(openBatchesMax)} of ${partitions} partitions`
    const effect = 'sends wait for memory and batches leave half empty'
    return `${most} have an open batch at a time: ${effect}; ${cure}.`
  }
  return `Open batches of ${partitions} partitions take more than half of buffer.memory; ${cure}.`
}

/** Bytes a consumer may hold at a time: answers of all brokers, and the records they are decoded into. */
export function consumerBytesMax(input: {
  readonly assignedPartitions: number
  readonly brokers: number
  /** fetch.max.bytes; 50 MiB if absent. */
  readonly fetchBytesMax?: number
  /** max.partition.fetch.bytes; 1 MiB if absent. */
  readonly partitionFetchBytesMax?: number
}): number {
  const { assignedPartitions, brokers, fetchBytesMax = FETCH_BYTES_MAX } = input
  const { partitionFetchBytesMax = PARTITION_FETCH_BYTES_MAX } = input
  const answers = Math.min(brokers * fetchBytesMax, assignedPartitions * partitionFetchBytesMax)
  return DECODING_FACTOR * answers
}

export interface BrokerMemory {
  /** Answers that followers on this broker hold, at most. */
  readonly followerBytesMax: number
  /** Page cache that keeps the newest records readable without the disk. */
  readonly pageCacheBytes: number
  /** Addresses of preallocated indexes, not memory. */
  readonly indexAddressBytes: number
}

/** What the replicas on one of `brokers` take. */
export function brokerMemory(input: {
  readonly partitions: number
  readonly replicationFactor: number
  readonly brokers: number
  /** num.replica.fetchers. */
  readonly fetchers: number
  /** Bytes per second written on this broker, replicas included. */
  readonly networkIn: number
}): BrokerMemory {
  const { partitions, replicationFactor, brokers, fetchers, networkIn } = input
  const replicas = Math.ceil((partitions * replicationFactor) / brokers)
  const followed = (partitions * (replicationFactor - 1)) / brokers
  const sources = brokers - 1
  const each = sources === 0 ? 0 : followed / sources / fetchers
  const answer = Math.min(REPLICA_RESPONSE_BYTES_MAX, each * PARTITION_FETCH_BYTES_MAX)
  return {
    followerBytesMax: fetchers * sources * answer,
    pageCacheBytes: (networkIn * PAGE_CACHE_MS) / 1000,
    indexAddressBytes: replicas * INDEX_ADDRESS_BYTES
  }
}
