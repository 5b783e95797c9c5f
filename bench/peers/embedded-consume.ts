/**
 * A measured program: the engine in this process opens a log that is there, and one consumer in the main
 * thread reads it in laps, every batch against its checksum, every offset in order. Then laps of the same
 * kind count what they allocate.
 */
import { systemClock } from '../../src/base/clock.ts'
import { Consumer, startCluster, type TopicPartition } from '../../src/index.ts'
import { answer, measureStretch, readTask, type Stretch } from './child-program.ts'
import { auditLog } from './log-audit.ts'

export interface EmbeddedConsumeTask {
  readonly directory: string
  readonly topic: string
  /** Records in the log. */
  readonly records: number
  readonly recordBytes: number
  readonly by: 'forEach' | 'poll'
  /** Laps go on for at least so long. */
  readonly seconds: number
  /** Bytes of values read while allocations are counted. */
  readonly countedBytes: number
}

export interface EmbeddedConsumeAnswer extends Stretch {
  /** Bytes of the JavaScript heap allocated per MB (10^6) of values. */
  readonly heapBytesPerMegabyte: number
}

const WAIT_MS = 1000
const WARM_LAPS_MS = 500

async function main(task: EmbeddedConsumeTask): Promise<void> {
  const partition: TopicPartition = { topic: task.topic, partition: 0 }
  const cluster = await startCluster({ 'log.dirs': task.directory })
  try {
    const consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest', 'check.crcs': true })
    await auditLog(consumer, partition, task)
    const laps = new Laps(consumer, partition, task)
    await laps.during(WARM_LAPS_MS)
    const stretch = await measureStretch(() => laps.during(task.seconds * 1000))
    const result: EmbeddedConsumeAnswer = {
      ...stretch,
      heapBytesPerMegabyte: await heapBytesPerMegabyte(laps, task)
    }
    await consumer.close()
    answer(result)
  } finally {
    await cluster.close()
  }
}

class Laps {
  readonly #consumer: Consumer
  readonly #partition: TopicPartition
  readonly #task: EmbeddedConsumeTask
  #next = 0
  readonly #step: () => Promise<number>

  constructor(consumer: Consumer, partition: TopicPartition, task: EmbeddedConsumeTask) {
    this.#consumer = consumer
    this.#partition = partition
    this.#task = task
    this.#step = task.by === 'forEach' ? this.#forEachStep() : this.#pollStep()
  }

  /** Whole laps for at least so long. @returns records read */
  async during(milliseconds: number): Promise<number> {
    const until = systemClock.monotonic() + milliseconds
    let read = 0
    do {
      read += await this.once(() => {})
    } while (systemClock.monotonic() < until)
    return read
  }

  /** Reads all of the log; `afterStep` is called behind each fetch. */
  async once(afterStep: () => void): Promise<number> {
    const { records } = this.#task
    this.#consumer.seek(this.#partition, 0)
    this.#next = 0
    while (this.#next < records) {
      const found = await this.#step()
      if (found === 0) throw new Error(`The log ends behind ${this.#next} of ${records} records.`)
      afterStep()
    }
    return this.#next
  }

  #forEachStep(): () => Promise<number> {
    const options = { timeoutMs: WAIT_MS, blocking: true }
    const pass = (record: { offset: number; valueLength: number }): void => {
      this.#pass(record.offset, record.valueLength)
    }
    return () => this.#consumer.forEach(pass, options)
  }

  /** Every value is asked for, as a program that polls would. */
  #pollStep(): () => Promise<number> {
    return async () => {
      const found = await this.#consumer.poll(WAIT_MS)
      for (const { offset, value } of found) this.#pass(offset, value?.length ?? -1)
      return found.length
    }
  }

  #pass(offset: number, valueLength: number): void {
    if (offset !== this.#next || valueLength !== this.#task.recordBytes) {
      throw new Error(`Offset ${offset} with ${valueLength} bytes came where ${this.#next} was due.`)
    }
    this.#next = offset + 1
  }
}

/**
 * Looks at the heap behind each fetch: what it has grown by was allocated, what a collection took is passed
 * over.
 */
async function heapBytesPerMegabyte(laps: Laps, task: EmbeddedConsumeTask): Promise<number> {
  let allocated = 0
  let before = process.memoryUsage().heapUsed
  const look = (): void => {
    const now = process.memoryUsage().heapUsed
    allocated += Math.max(0, now - before)
    before = now
  }
  let bytes = 0
  while (bytes < task.countedBytes) bytes += (await laps.once(look)) * task.recordBytes
  return allocated / (bytes / 1e6)
}

await main(readTask<EmbeddedConsumeTask>())
