/**
 * The threads of a benchmark as one that runs in the thread of a test: real loaders, producers, consumers and
 * audit on a broker in memory, whose partitions can be made to lose and double what they acknowledge.
 */
import type { Clock } from '../../../src/base/clock.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { Consumer } from '../../../src/clients/consumer/consumer.ts'
import { Producer } from '../../../src/clients/producer/producer.ts'
import {
  auditTopic,
  type BenchAudit,
  type ExpectedTopic
} from '../../../src/harness/benchmark/bench-audit.ts'
import type { BenchCrew, CrewLoadReport } from '../../../src/harness/benchmark/bench-crew.ts'
import { BenchLoader, type LoadCommand } from '../../../src/harness/benchmark/bench-loader.ts'
import type { ReadCommand, ReadReport } from '../../../src/harness/benchmark/bench-read-thread.ts'
import type { BenchPlan } from '../../../src/harness/benchmark/bench-settings.ts'
import { HistogramBoard, latencyCounts } from '../../../src/harness/benchmark/histogram-board.ts'
import { readUntilStopped } from '../../../src/harness/benchmark/read-loop.ts'
import type { PartitionUsage } from '../../../src/harness/target.ts'
import { TallyBoard, ThreadTally } from '../../../src/harness/thread-tally.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'

export class MemoryCrew implements BenchCrew {
  readonly loading = new TallyBoard(1)
  readonly reading = new TallyBoard(1)
  readonly answered = new HistogramBoard(1)
  readonly received = new HistogramBoard(1)
  readonly channel: MemoryChannel
  readonly configs: Readonly<Record<string, string>>[] = []
  readonly loads: LoadCommand[] = []
  readonly #clock: Clock
  readonly #loader: BenchLoader
  isClosed = false

  constructor(clock: Clock, { load, settings }: BenchPlan) {
    this.#clock = clock
    this.channel = new MemoryChannel(clock)
    this.#loader = new BenchLoader({
      start: {
        seed: load.seed,
        sizes: load.sizes,
        keys: load.distribution,
        recordSample: load.recordSample,
        keySample: load.keySample,
        stall: settings.stall,
        latency: this.answered.buffer
      },
      loader: 0,
      tally: new ThreadTally(this.loading.buffer, 0),
      clock,
      random: seededRandom
    })
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    this.channel.broker.createTopic(topic, partitions)
  }

  async openProducers(config: Readonly<Record<string, string>>): Promise<void> {
    this.configs.push(config)
    const clock = this.#clock
    await this.#loader.open(this.channel, channel => new Producer(channel, config, { clock }))
    await new Promise(resolve => setImmediate(resolve))
    this.#answerSoon()
  }

  /** The broker answers once a millisecond: a full buffer makes a loader wait. */
  #answerSoon(): void {
    this.#clock.after(1, () => {
      this.channel.produceLane.answerAll()
      if (!this.isClosed) this.#answerSoon()
    })
  }

  async load(commands: readonly LoadCommand[]): Promise<readonly CrewLoadReport[]> {
    const [command] = commands
    if (command === undefined) return []
    this.loads.push(command)
    this.loading.reset()
    return [{ ...(await this.#loader.load(command)), cpuMs: null }]
  }

  async read([command]: readonly ReadCommand[]): Promise<readonly ReadReport[]> {
    if (command === undefined) return []
    this.reading.reset()
    const names = command.partitions.map(partition => ({ topic: command.topic, partition }))
    const consumer = new Consumer(this.channel, {}, { clock: this.#clock })
    consumer.assign(names)
    const startedMs = this.#clock.monotonic()
    const result = await readUntilStopped({
      source: {
        seek: (place, offset) => consumer.seek(names[place]!, offset),
        read: each =>
          consumer.forEach(
            (record, { partition }) => {
              each(record, command.partitions.indexOf(partition))
            },
            { timeoutMs: 5 }
          )
      },
      tally: new ThreadTally(this.reading.buffer, 0),
      handler: null,
      begin: command.begin,
      end: command.end,
      timed:
        command.timed === null ? null : { ...command.timed, clock: this.#clock, latency: this.#received() },
      recordsPerBatch: command.recordsPerBatch,
      earlierRecords: 0
    })
    await consumer.close()
    return [{ ...result, elapsedMs: this.#clock.monotonic() - startedMs, cpuMs: null }]
  }

  async endOffsets(topic: string, partitions: number): Promise<readonly number[]> {
    const { broker } = this.channel
    return Array.from(
      { length: partitions },
      (_, partition) => broker.partition(topic, partition).logEndOffset
    )
  }

  async audit(expected: ExpectedTopic): Promise<BenchAudit> {
    const consumer = new Consumer(this.channel, {}, { clock: this.#clock })
    try {
      return await auditTopic(
        {
          open: async name => {
            consumer.assign([name])
            consumer.seek(name, 0)
            return await consumer.endOffset(name)
          },
          read: each => consumer.forEach(each)
        },
        expected
      )
    } finally {
      await consumer.close()
    }
  }

  async partitionUsages(): Promise<readonly PartitionUsage[]> {
    return [{ cpuMs: null, diskMs: 0, blockedMs: null, pacedMs: 0 }]
  }

  async close(): Promise<void> {
    await this.#loader.close()
    this.isClosed = true
  }

  #received() {
    return {
      scheduled: latencyCounts(this.received.buffer, 0, 'scheduled'),
      sent: latencyCounts(this.received.buffer, 0, 'sent')
    }
  }
}
