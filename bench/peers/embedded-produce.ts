/**
 * A measured program: the engine in this process, one topic of one partition, one producer in the main
 * thread. It warms its threads with batches of the same kind, produces, and reads all of it back before it
 * says a number.
 */
import { Admin, Consumer, Producer, startCluster, type TopicPartition } from '../../src/index.ts'
import { answer, measureStretch, readTask, type Stretch } from './child-program.ts'
import { auditLog, segmentBytes } from './log-audit.ts'
import { NumberedValues } from './numbered-values.ts'

export interface EmbeddedProduceTask {
  readonly directory: string
  readonly topic: string
  readonly records: number
  readonly recordBytes: number
  readonly batchBytes: number
  readonly lingerMs: number
}

export interface EmbeddedProduceAnswer extends Stretch {
  /** All records in the log, those that warmed it included. */
  readonly logRecords: number
}

/** Records sent before the program asks whether there is room. */
const BURST = 256
/** Every thread compiles for itself, in its first hundreds of batches. */
const WARM_BATCHES = 400

async function main(task: EmbeddedProduceTask): Promise<void> {
  const { directory, topic, records, recordBytes } = task
  const partition: TopicPartition = { topic, partition: 0 }
  const cluster = await startCluster({ 'log.dirs': directory })
  try {
    const admin = new Admin(cluster)
    await admin.createTopics([{ topic, numPartitions: 1 }])
    await admin.close()
    const source = new NumberedSource(task)
    const producer = new Producer(cluster, {
      acks: 1,
      'batch.size': task.batchBytes,
      'linger.ms': task.lingerMs
    })
    await producer.partitionsFor(topic)
    await source.sendTo(producer, Math.ceil((WARM_BATCHES * task.batchBytes) / recordBytes))
    const stretch = await measureStretch(() => source.sendTo(producer, records))
    await producer.close()
    const consumer = new Consumer(cluster)
    await auditLog(consumer, partition, { records: source.sent, recordBytes })
    await consumer.close()
    expectOnDisk(segmentBytes(directory, partition), source.sent * recordBytes)
    const result: EmbeddedProduceAnswer = { ...stretch, logRecords: source.sent }
    answer(result)
  } finally {
    await cluster.close()
  }
}

class NumberedSource {
  sent = 0
  readonly #topic: string
  readonly #values: NumberedValues

  constructor({ topic, recordBytes }: EmbeddedProduceTask) {
    this.#topic = topic
    this.#values = new NumberedValues(recordBytes)
  }

  /** Sends `count` records and waits until all are acknowledged. @throws the error of one that is not */
  async sendTo(producer: Producer, count: number): Promise<number> {
    const end = this.sent + count
    while (this.sent < end) {
      await producer.ready()
      const stop = Math.min(end, this.sent + BURST)
      for (let number = this.sent; number < stop; number++) {
        producer.send({ topic: this.#topic, value: this.#values.take(number) })
      }
      this.sent = stop
    }
    await producer.flush()
    return count
  }
}

function expectOnDisk(found: number, least: number): void {
  if (found < least) throw new Error(`The segment files hold ${found} bytes; the values alone are ${least}.`)
}

await main(readTask<EmbeddedProduceTask>())
