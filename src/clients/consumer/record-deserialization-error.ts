/**
 * The bytes of a record are not what its deserializer expects. Its consumer stays before the record; a seek
 * behind it goes on.
 *
 * Kafka: common/errors/RecordDeserializationException.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'

export class RecordDeserializationError extends HighwaterError implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number

  constructor(
    { topic, partition, offset }: TopicPartition & { readonly offset: number },
    part: 'key' | 'value',
    cause: unknown
  ) {
    super(
      'HIGHWATER_DESERIALIZATION',
      `The ${part} at offset ${offset} of ${topic}-${partition} cannot be deserialized (${String(cause)}); ` +
        `seek to offset ${offset + 1} to pass over it.`,
      { cause }
    )
    this.topic = topic
    this.partition = partition
    this.offset = offset
  }
}
