/**
 * A real producer as a loader sees it: stamps records, counts what is acknowledged, keeps the first error.
 *
 * Thread: the loader's. A callback costs as much as a small record, and batches of a partition are
 * acknowledged in order: so only every 16th record has one, and stands for the 15 before it; of larger
 * records as many as a batch holds, so that a slow partition is seen batch by batch.
 */
import { invariant } from '../base/invariant.ts'
import type { Random } from '../base/random.ts'
import type { Producer } from '../clients/producer/producer.ts'
import type { PackedValues } from './inputs/record-sample.ts'
import type { LoadSink } from './load-generator.ts'
import { type RecordValues, StampedValues } from './record-stamp.ts'
import { SampledValues } from './sampled-values.ts'

const STRIDE_MAX = 16
/** Values held at a time: a full queue of unsent ones must not meet its own memory again. */
const VALUES_MAX = 256
const VALUES_MIN = 8
const VALUES_BYTES = 4 * 2 ** 20

/** How many different values a loader keeps of records of `recordBytes`. */
export function valueCount(recordBytes: number): number {
  return Math.max(VALUES_MIN, Math.min(VALUES_MAX, Math.floor(VALUES_BYTES / recordBytes)))
}

interface ProducerSinkOptions {
  readonly producer: Producer
  readonly loader: number
  readonly recordBytes: number
  /** `batch.size` of the producer. */
  readonly batchBytes: number
  readonly random: Random
  /** Values of a sample, instead of generated ones of `recordBytes`. */
  readonly sample?: PackedValues | null | undefined
}

export class ProducerSink implements LoadSink {
  acknowledged = 0
  failure: Error | null = null
  onAcknowledged: () => void = () => {}
  readonly #producer: Producer
  readonly #values: RecordValues
  readonly #recordsPerBatch: number
  readonly #stride: number
  /** Records sent so far by topic and partition, over all runs since it was empty. */
  readonly #sequences = new Map<string, number[]>()
  #topic = ''
  #next: number[] = []
  #sent = 0
  #earlierBatches = 0

  constructor(options: ProducerSinkOptions) {
    const { producer, loader, recordBytes, batchBytes, random, sample } = options
    this.#producer = producer
    this.#values =
      sample === undefined || sample === null
        ? new StampedValues(loader, recordBytes, valueCount(recordBytes), random)
        : new SampledValues(loader, sample, random)
    this.#recordsPerBatch = Math.max(1, Math.floor(batchBytes / recordBytes))
    this.#stride = Math.min(STRIDE_MAX, this.#recordsPerBatch)
  }

  /** Full batches' worth of records acknowledged by this thread since it started: how warm it is. */
  get batches(): number {
    return this.#earlierBatches + Math.floor(this.acknowledged / this.#recordsPerBatch)
  }

  /** Names the topic of the next run, and waits until it is known; its sequences go on where they were. */
  async begin(topic: string, partitions: number): Promise<void> {
    this.#earlierBatches = this.batches
    this.acknowledged = 0
    this.#sent = 0
    this.#topic = topic
    const known = this.#sequences.get(topic)
    this.#next = known ?? new Array<number>(partitions).fill(0)
    invariant(this.#next.length === partitions, 'a topic keeps its partitions', { topic, partitions })
    this.#sequences.set(topic, this.#next)
    await this.#producer.partitionsFor(topic)
  }

  send(partition: number): void {
    const sequence = this.#next[partition]!
    this.#next[partition] = sequence + 1
    this.#sent += 1
    const value = this.#values.take(partition, sequence)
    const record = { topic: this.#topic, partition, value, headers: this.#values.headers }
    if (sequence % this.#stride === this.#stride - 1) this.#producer.send(record, this.#onAnswer)
    else this.#producer.send(record)
  }

  ready(): Promise<void> {
    return this.#producer.ready()
  }

  /** @throws the error of a record nobody heard of */
  async flush(): Promise<void> {
    await this.#producer.flush()
    if (this.failure === null) this.acknowledged = this.#sent
  }

  /** The topic is empty again, and its sequences begin anew. */
  forget(topic: string): void {
    this.#sequences.delete(topic)
  }

  /** Records of the topic sent to each partition over all runs. */
  sentTo(topic: string): readonly number[] {
    return this.#sequences.get(topic) ?? []
  }

  readonly #onAnswer = (error: Error | null): void => {
    if (error === null) {
      this.acknowledged += this.#stride
      this.onAcknowledged()
    } else {
      this.failure ??= error
    }
  }
}
