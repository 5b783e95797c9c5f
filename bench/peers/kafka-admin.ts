/**
 * The four requests that a measurement needs beside what it measures: is the broker there, make a topic,
 * remove it, where does it end. A tool of Kafka's own would start a Java process for each, and load the
 * machine with it.
 *
 * Kafka: clients/common/message, versions before the flexible ones; request header 1, response header 0.
 */
import { connect, type Socket } from 'node:net'
import { systemClock } from '../../src/base/clock.ts'
import {
  type ByteReader,
  type Field,
  frameIn,
  int8,
  int16,
  int32,
  int64,
  readerOf,
  text
} from './kafka-fields.ts'

const API = { listOffsets: 2, metadata: 3, createTopics: 19, deleteTopics: 20 }
const VERSION = { listOffsets: 1, metadata: 1, createTopics: 2, deleteTopics: 1 }
const LATEST = -1n
const NONE = 0
const REQUEST_MS = 15_000
const RETRY_MS = 50

export class KafkaAdmin {
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  /** Brokers the broker knows of, itself included; throws while it does not answer. */
  async brokerCount(): Promise<number> {
    const noTopics = int32(0)
    const answer = await this.#ask(API.metadata, VERSION.metadata, [noTopics])
    return answer.int32()
  }

  /** Makes a topic of one partition, and waits until it has a leader. */
  async createTopic(topic: string): Promise<void> {
    const [partitions, replicas] = [int32(1), int16(1)]
    const [noAssignment, noSettings] = [int32(0), int32(0)]
    const one = [int32(1), text(topic), partitions, replicas, noAssignment, noSettings]
    const answer = await this.#ask(API.createTopics, VERSION.createTopics, [
      ...one,
      int32(REQUEST_MS),
      int8(0)
    ])
    answer.skip('throttle time, count', 8)
    answer.text()
    expectNone(answer.int16(), `Topic ${topic} was not made`)
    await this.#untilLed(topic)
  }

  async deleteTopic(topic: string): Promise<void> {
    const fields = [int32(1), text(topic), int32(REQUEST_MS)]
    const answer = await this.#ask(API.deleteTopics, VERSION.deleteTopics, fields)
    answer.skip('throttle time, count', 8)
    answer.text()
    expectNone(answer.int16(), `Topic ${topic} was not removed`)
  }

  /** Offset the next record of partition 0 would get. */
  async endOffset(topic: string): Promise<number> {
    const { error, offset } = await this.#listOffsets(topic)
    expectNone(error, `The end of ${topic} is not known`)
    return offset
  }

  async #untilLed(topic: string): Promise<void> {
    const deadline = systemClock.monotonic() + REQUEST_MS
    while ((await this.#listOffsets(topic)).error !== NONE) {
      if (systemClock.monotonic() > deadline) throw new Error(`Topic ${topic} has no leader.`)
      await new Promise<void>(resolve => systemClock.after(RETRY_MS, resolve))
    }
  }

  async #listOffsets(topic: string): Promise<{ error: number; offset: number }> {
    const [replica, count, partition] = [int32(-1), int32(1), int32(0)]
    const fields = [replica, count, text(topic), count, partition, int64(LATEST)]
    const answer = await this.#ask(API.listOffsets, VERSION.listOffsets, fields)
    answer.skip('count', 4)
    answer.text()
    answer.skip('count, partition', 8)
    const error = answer.int16()
    answer.skip('timestamp', 8)
    return { error, offset: answer.int64() }
  }

  /** One request on a connection of its own: there are few of them, and none is in a measured stretch. */
  #ask(api: number, version: number, fields: readonly Field[]): Promise<ByteReader> {
    const correlation = 1
    const header = [int16(api), int16(version), int32(correlation), text('highwater-bench')]
    const body = Buffer.concat([...header, ...fields])
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1')
      const cancel = systemClock.after(REQUEST_MS, () => socket.destroy(new Error('Kafka did not answer.')))
      socket.once('error', reject)
      socket.once('close', () => {
        cancel()
        reject(new Error('Kafka closed the connection.'))
      })
      collectFrame(socket, frame => {
        resolve(readerOf(frame.subarray(int32(correlation).length)))
        socket.destroy()
      })
      socket.write(Buffer.concat([int32(body.length), body]))
    })
  }
}

function collectFrame(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let received = Buffer.alloc(0)
  socket.on('data', chunk => {
    received = Buffer.concat([received, chunk])
    const frame = frameIn(received)
    if (frame !== null) onFrame(frame)
  })
}

function expectNone(error: number, what: string): void {
  if (error !== NONE) throw new Error(`${what}: Kafka's error ${error}.`)
}
