/**
 * Asks brokers for offsets: the first, the next, the first at or after a time, and with them where a
 * partition without a position starts.
 *
 * Thread: the consumer's. Kafka: clients/consumer/internals/OffsetFetcher.
 */
import type { Clock } from '../../base/clock.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import type { ConsumerSettings } from '../../config/consumer-config.ts'
import type { OffsetReset } from '../../config/offset-reset.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../../wire/protocol/messages.ts'
import { backoffMs } from '../producer/retry-backoff.ts'
import { withTimeout } from '../with-timeout.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { Wakeup } from './wakeup.ts'

interface OffsetLookupOptions {
  readonly channel: Channel
  readonly clock: Clock
  readonly random: Random
  readonly settings: ConsumerSettings
  readonly wakeup: Wakeup
}

export class OffsetLookup {
  readonly #options: OffsetLookupOptions

  constructor(options: OffsetLookupOptions) {
    this.#options = options
  }

  /**
   * Asks again for `default.api.timeout.ms` where that may help.
   * @param timestamp milliseconds since 1970, EARLIEST_TIMESTAMP or LATEST_TIMESTAMP
   * @returns -1 if no record has that timestamp or a later one
   * @throws KafkaError; HighwaterError HIGHWATER_WAKEUP
   */
  async offset(partition: TopicPartition, timestamp: number): Promise<number> {
    const { clock, random, settings, wakeup } = this.#options
    const deadline = clock.monotonic() + settings.defaultApiTimeoutMs
    for (let failures = 1; ; failures++) {
      try {
        return await this.#ask(partition, timestamp)
      } catch (error) {
        const left = deadline - clock.monotonic()
        if (!(error instanceof KafkaError) || !error.retriable || left <= 0) throw error
        await wakeup.pause(Math.min(left, backoffMs(failures, settings, random)))
        wakeup.check()
      }
    }
  }

  /**
   * Where a partition starts that has no position. Asks once.
   * @throws KafkaError; HighwaterError HIGHWATER_NO_OFFSET
   */
  async startOffset(partition: AssignedPartition): Promise<number> {
    const { reset } = partition
    if (reset.to === 'none') {
      throw new HighwaterError(
        'HIGHWATER_NO_OFFSET',
        `There is no position for ${partition.topic}-${partition.partition} and auto.offset.reset is ` +
          `none; seek first.`
      )
    }
    const offset = await this.#ask(partition, this.#timestampOf(reset))
    // Of a time after the last record there is nothing yet: what comes is what is wanted.
    return offset < 0 ? await this.#ask(partition, LATEST_TIMESTAMP) : offset
  }

  #timestampOf(reset: Exclude<OffsetReset, { readonly to: 'none' }>): number {
    switch (reset.to) {
      case 'earliest':
        return EARLIEST_TIMESTAMP
      case 'latest':
        return LATEST_TIMESTAMP
      case 'duration':
        return Math.max(0, this.#options.clock.now() - reset.ms)
      case 'time':
        return reset.timestamp
    }
  }

  async #ask({ topic, partition }: TopicPartition, timestamp: number): Promise<number> {
    const { channel, clock, settings } = this.#options
    const answer = channel.listOffsets({ topic, partition, timestamp })
    const { errorCode, offset } = await withTimeout(answer, settings.requestTimeoutMs, clock)
    if (errorCode !== 0) throw KafkaError.ofCode(errorCode, `offsets of ${topic}-${partition}`)
    return offset
  }
}
