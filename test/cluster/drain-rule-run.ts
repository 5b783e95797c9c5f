/**
 * Counts the records of a request on the running engine and holds them against the batch model: 12
 * partitions, random keys, 20,000 records a second, linger.ms 20.
 *
 *   node dist/test/cluster/drain-rule-run.js      exit code 1 when they are more than 10 % apart
 *
 * The model is told linger.ms and nothing of timers, which fire up to a millisecond late.
 * Kafka: clients/producer/internals/RecordAccumulator.ready and drain.
 */
import { seededRandom } from '../../src/base/random.ts'
import {
  Admin,
  type Channel,
  type Cluster,
  connectHandle,
  Producer,
  predictBatching,
  startCluster
} from '../../src/index.ts'
import type { ProduceLane } from '../../src/wire/network/channel.ts'

const TOPIC = 'drain-rule'
const PARTITIONS = 12
const RECORDS_PER_MS = 20
const LINGER_MS = 20
const BATCH_SIZE = 16384
const VALUE = new Uint8Array(100)
const KEY_BYTES = 8
/** A record of this size inside a batch: length, attributes, two deltas, key, value, header count. */
const ENCODED_BYTES = KEY_BYTES + VALUE.length + 9
const WARMUP_MS = 3000
const MEASURED_MS = 10_000
const TOLERANCE = 0.1

interface Counts {
  records: number
  requests: number
}

/** A channel whose produce lanes count what is sent. */
function counting(channel: Channel, counts: Counts): Channel {
  return {
    metadata: request => channel.metadata(request),
    createTopics: request => channel.createTopics(request),
    initProducerId: request => channel.initProducerId(request),
    listOffsets: request => channel.listOffsets(request),
    openFetchLane: options => channel.openFetchLane(options),
    openProduceLane: async options => {
      const lane = await channel.openProduceLane(options)
      const { add, send } = lane
      return Object.assign(lane, {
        add: (...[partition, batch, acks]: Parameters<ProduceLane['add']>) => {
          counts.records += batch.recordCount
          add.call(lane, partition, batch, acks)
        },
        send: () => {
          counts.requests += 1
          send.call(lane)
        }
      })
    },
    close: () => channel.close()
  }
}

/** @returns records per request */
async function measure(cluster: Cluster): Promise<number> {
  const channel = await connectHandle(await cluster.handle())
  const admin = new Admin(channel)
  await admin.createTopics([{ topic: TOPIC, numPartitions: PARTITIONS }])
  const counts: Counts = { records: 0, requests: 0 }
  const config = { 'linger.ms': LINGER_MS, 'batch.size': BATCH_SIZE }
  const producer = new Producer(counting(channel, counts), config)
  const key = new Uint8Array(KEY_BYTES)
  const random = seededRandom(1)
  let sent = 0
  const startedAt = performance.now()
  let atStart: Counts | null = null
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs > WARMUP_MS + MEASURED_MS) break
    if (elapsedMs > WARMUP_MS) atStart ??= { ...counts }
    for (const due = Math.floor(elapsedMs * RECORDS_PER_MS); sent < due; sent++) {
      key.forEach((_, i) => {
        key[i] = random.below(256)
      })
      producer.send({ topic: TOPIC, key, value: VALUE })
    }
    await new Promise(resolve => setImmediate(resolve))
  }
  const atEnd = { ...counts }
  await producer.close()
  await channel.close()
  const { records, requests } = atStart ?? { records: 0, requests: 0 }
  return (atEnd.records - records) / (atEnd.requests - requests)
}

const expected = predictBatching({
  partitions: PARTITIONS,
  recordsPerSecond: RECORDS_PER_MS * 1000,
  batchSizeBytes: BATCH_SIZE,
  recordBytesEncoded: ENCODED_BYTES,
  lingerMs: LINGER_MS,
  service: { c0Ms: 0, c1MsPerBatch: 0, c2MsPerRecord: 0 },
  arrivals: 'keyed',
  burstMs: 0
}).recordsPerRequest
const cluster = await startCluster()
const measured = await measure(cluster)
await cluster.close()
const percent = (100 * (measured / expected - 1)).toFixed(1)
console.log(
  `${measured.toFixed(1)} records a request, the model says ${expected.toFixed(1)}: ${percent} % off`
)
process.exitCode = Math.abs(measured / expected - 1) <= TOLERANCE ? 0 : 1
