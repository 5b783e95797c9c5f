/**
 * Kills a partition thread whose log has grown by much that was never flushed, and times its return.
 *
 * Thread: the one that calls; broker and partition have their own.
 */
import { invariant } from '../../src/base/invariant.ts'
import { Admin, Consumer, Producer, startCluster } from '../../src/index.ts'

interface UnflushedReport {
  readonly unflushedMib: number
  /** From the kill to the next acknowledgement. */
  readonly returnMs: number
  readonly faults: readonly string[]
}

const TOPIC = 'unflushed'
const PLACE = { topic: TOPIC, partition: 0 }
const VALUE = new Uint8Array(4096 - 100)
const RECORDS_PER_MIB = 256
const BATCH_BYTES = 65536

export async function runUnflushed(unflushedMib: number): Promise<UnflushedReport> {
  const cluster = await startCluster()
  try {
    const admin = new Admin(cluster)
    await admin.createTopics([{ topic: TOPIC, numPartitions: 1 }])
    await admin.close()
    const producer = new Producer(cluster, { 'batch.size': BATCH_BYTES, 'linger.ms': 5 })
    let acknowledged = 0
    const faults: string[] = []
    const send = (value: Uint8Array | string): void => {
      producer.send({ topic: TOPIC, partition: 0, value }, (error, metadata) => {
        if (error !== null) faults.push(error.message)
        else if (metadata?.offset !== acknowledged++) faults.push(`offset ${metadata?.offset} is out of turn`)
      })
    }
    for (let mib = 0; mib < unflushedMib; mib++) {
      for (let i = 0; i < RECORDS_PER_MIB; i++) send(VALUE)
      await producer.ready()
    }
    await producer.flush()
    const sent = unflushedMib * RECORDS_PER_MIB
    invariant(acknowledged === sent, 'all is acknowledged before the kill', { acknowledged, sent })
    const killedAt = performance.now()
    await cluster.killPartition(PLACE)
    send('first of the next thread')
    await producer.flush()
    const returnMs = Math.round(performance.now() - killedAt)
    await producer.close()
    const consumer = new Consumer(cluster)
    const end = await consumer.endOffset(PLACE)
    if (end !== sent + 1) faults.push(`the log ends at ${end}, ${sent + 1} records were acknowledged`)
    await consumer.close()
    return { unflushedMib, returnMs, faults }
  } finally {
    await cluster.close()
  }
}
