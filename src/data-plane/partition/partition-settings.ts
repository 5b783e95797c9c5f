/**
 * What a partition obeys of its topic's settings. The names are Kafka's, units last.
 *
 * Kafka: storage/internals/log/LogConfig, LogValidator.
 */
import type { LogSettings } from '../log/log-settings.ts'

export interface PartitionSettings {
  readonly log: LogSettings
  /** max.message.bytes: bytes of a whole record batch. */
  readonly maxMessageBytes: number
  /** message.timestamp.type is LogAppendTime. */
  readonly appendTime: boolean
  /** message.timestamp.after.max.ms: how far a producer's time may lie ahead of the leader's. */
  readonly timestampAfterMaxMs: number
  /** engine.initial.offset: where an empty log begins; 0 if absent. */
  readonly initialOffset?: number
  /** engine.partition.pace: bytes it appends in a second at most; 0 or absent: no bound. */
  readonly paceBytesPerSecond?: number
}
