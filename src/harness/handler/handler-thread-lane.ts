/**
 * What a user's handler has in the thread of a measured consumer, over all runs: a consumer with its
 * deserializers, the context it is called with, and how many records it gets at a time.
 *
 * Thread: the consumer's.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import { Consumer } from '../../clients/consumer/consumer.ts'
import type { HandlerContext, LaneHandler } from '../../clients/consumer/handler-lane.ts'
import { checkOffset } from '../../clients/consumer/subscription-state.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { CallSize, type PolledSource } from './handler-loop.ts'
import type { HandlerSource, LoadedHandler } from './handler-module.ts'

/** A partition and its handler, as the loop takes them. */
interface PartitionLane {
  readonly name: string
  readonly source: PolledSource
  readonly handler: LaneHandler<unknown, unknown>
  readonly context: HandlerContext
  readonly calls: CallSize
}

export class HandlerThreadLane {
  readonly #name: string
  readonly #handler: LaneHandler<unknown, unknown>
  readonly #consumer: Consumer<unknown, unknown>
  readonly #abortion = new AbortController()
  readonly #state: Record<string, unknown> = {}
  readonly #calls = new CallSize()

  constructor(channel: Channel, { name }: HandlerSource, loaded: LoadedHandler) {
    const { handler, keyDeserializer, valueDeserializer } = loaded
    this.#name = name
    this.#handler = handler
    this.#consumer = new Consumer<unknown, unknown>(channel, {
      ...(keyDeserializer === null ? {} : { 'key.deserializer': keyDeserializer }),
      ...(valueDeserializer === null ? {} : { 'value.deserializer': valueDeserializer })
    })
  }

  /** The lane of this partition from now on. @param waitMs how long a poll waits for the first record */
  of(partition: TopicPartition, waitMs: number): PartitionLane {
    const consumer = this.#consumer
    consumer.assign([partition])
    return {
      name: this.#name,
      handler: this.#handler,
      calls: this.#calls,
      source: {
        seek: offset => consumer.seek(partition, offset),
        poll: () => consumer.poll(waitMs)
      },
      context: {
        ...partition,
        state: this.#state,
        signal: this.#abortion.signal,
        lag: () => consumer.lag(partition),
        // A handler that fails ends the measurement: where it would begin again nobody asks.
        resolveOffset: checkOffset
      }
    }
  }

  async close(): Promise<void> {
    this.#abortion.abort()
    await this.#consumer.close()
  }
}
