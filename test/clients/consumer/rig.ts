/** A consumer over partitions in memory, whose bytes are overwritten as soon as they may be. */
import { KafkaError } from '../../../src/base/kafka-error.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { Consumer } from '../../../src/clients/consumer/consumer.ts'
import type { ConsumerConfig } from '../../../src/clients/consumer/consumer-options.ts'
import type { ConsumerRecord } from '../../../src/clients/consumer/consumer-record.ts'
import { RECORD_BATCH_OVERHEAD } from '../../../src/wire/record/record-batch.ts'
import { RecordBatchBuilder } from '../../../src/wire/record/record-batch-builder.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { MemoryPartition } from '../../support/memory-broker.ts'
import { MemoryChannel } from '../../support/memory-channel.ts'

const SNAPPY = 2
/** No block of snappy unfolds to more than so many times its length; rounded down. */
const SNAPPY_EXPANSION_MAX = 20
export const FIRST = { topic: 't', partition: 0 }
export const SECOND = { topic: 't', partition: 1 }
export const EARLIEST = { 'auto.offset.reset': 'earliest' } as const

/** Appends one batch of these values; their times count from `timestamp`. */
export function append(
  log: MemoryPartition,
  values: readonly (string | Uint8Array | null)[],
  timestamp = 1000
): void {
  const builder = new RecordBatchBuilder()
  const bytes = new Uint8Array(65536)
  builder.reset(bytes, bytes.length)
  values.forEach((value, index) => {
    const key = value === null ? null : Buffer.from(`k-${value}`)
    const headers = [{ key: 'h', value: Buffer.from(value ?? '') }]
    if (!builder.tryAppend({ timestamp: timestamp + index, key, value, headers }))
      throw new Error('the batch is too small')
  })
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 })
  log.append(bytes.subarray(0, builder.sizeBytes))
}

/** Appends a batch that says its records unfold to so many bytes, with snappy; it has none. */
export function appendHuge(log: MemoryPartition, plainBytes: number): void {
  const builder = new RecordBatchBuilder()
  // A block that is too short for what it says would be refused for that.
  const value = new Uint8Array(Math.ceil(plainBytes / SNAPPY_EXPANSION_MAX))
  const bytes = new Uint8Array(value.length + 200)
  builder.reset(bytes, bytes.length)
  builder.tryAppend({ timestamp: 1000, key: null, value, headers: [] })
  let left = plainBytes
  for (let at = RECORD_BATCH_OVERHEAD; left > 0; at++, left = Math.floor(left / 128)) {
    bytes[at] = left < 128 ? left : (left % 128) | 0x80
  }
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: SNAPPY })
  log.append(bytes.subarray(0, builder.sizeBytes))
}

/** Marks the newest batch as one of control records, which no reader is shown. */
export function makeControl(log: MemoryPartition): void {
  const bytes = log.batches.at(-1)?.bytes
  if (bytes !== undefined) bytes[22] = (bytes[22] ?? 0) | 0x20
}

export function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index))
}

export function open<K = Uint8Array, V = Uint8Array>(config: ConsumerConfig<K, V> = {}, partitions = 2) {
  const clock = new ManualClock()
  const channel = new MemoryChannel(clock)
  const logs = channel.broker.createTopic('t', partitions)
  const consumer = new Consumer<K, V>(channel, config, { clock, random: seededRandom(1) })
  const log = (index = 0): MemoryPartition => logs[index] ?? channel.broker.partition('t', index)
  return { clock, channel, log, consumer }
}

export const valuesOf = <K, V>(records: readonly ConsumerRecord<K, V>[]): (string | null)[] =>
  records.map(record => record.valueString())

export function codeOf(promise: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(promise).then(
    () => 'fulfilled',
    (error: unknown) => {
      if (error instanceof HighwaterError || error instanceof KafkaError) return error.code
      throw error
    }
  )
}

/** Texts of the process warnings with this code, from now on until `stop`. */
export function listenForWarnings(code: string): { readonly texts: string[]; stop(): void } {
  const texts: string[] = []
  const listener = (warning: Error & { readonly code?: string }): void => {
    if (warning.code === code) texts.push(warning.message)
  }
  process.on('warning', listener)
  return { texts, stop: () => process.off('warning', listener) }
}
