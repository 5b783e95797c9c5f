/** A producer over a broker in memory, with a clock that moves when the test says so. */
import { KafkaError } from '../../../src/base/kafka-error.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { Producer } from '../../../src/clients/producer/producer.ts'
import type { ProducerOptions } from '../../../src/clients/producer/producer-options.ts'
import { advanceSlowly, ManualClock } from '../../support/manual-clock.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'
import { valuesOf } from './sender-bench.ts'

type Plain = Uint8Array | string

export class ProducerBench<K = Plain, V = Plain> {
  readonly clock = new ManualClock()
  readonly channel = new MemoryChannel(this.clock)
  readonly producer: Producer<K, V>

  /** @param partitions 0 leaves topic `t` unknown */
  constructor(config: ProducerOptions<K, V> = {}, partitions = 1) {
    if (partitions > 0) this.channel.broker.createTopic('t', partitions)
    this.producer = new Producer(this.channel, config, { clock: this.clock, random: seededRandom(1) })
  }

  static async start<K = Plain, V = Plain>(
    config: ProducerOptions<K, V> = {},
    partitions = 1
  ): Promise<ProducerBench<K, V>> {
    const bench = new ProducerBench<K, V>(config, partitions)
    await bench.producer.partitionsFor('t')
    return bench
  }

  get lane(): MemoryChannel['produceLane'] {
    return this.channel.produceLane
  }

  values(partition = 0): string[] {
    return valuesOf(this.channel.broker.partition('t', partition))
  }

  async advance(ms: number): Promise<void> {
    await advanceSlowly(this.clock, ms)
  }
}

/** What became of a promise: its value, or the code of its error. */
export function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(promise).then(
    () => 'fulfilled',
    (error: unknown) => {
      if (error instanceof HighwaterError || error instanceof KafkaError) return error.code
      throw error
    }
  )
}
