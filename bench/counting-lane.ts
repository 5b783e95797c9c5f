/** A produce lane that counts what passes through it. */
import type { TopicPartition } from '../src/base/topic-partition.ts'
import type {
  ProduceBatch,
  ProduceLane,
  ProducePartition,
  ProduceResult
} from '../src/wire/network/channel.ts'

export class CountingLane implements ProduceLane {
  readonly #lane: ProduceLane
  #records = 0
  #requests = 0

  constructor(lane: ProduceLane) {
    this.#lane = lane
  }

  /** Records and requests sent so far. */
  get counts(): { readonly records: number; readonly requests: number } {
    return { records: this.#records, requests: this.#requests }
  }

  get window(): ProduceLane['window'] {
    return this.#lane.window
  }

  get hasCompleted(): boolean {
    return this.#lane.hasCompleted
  }

  openPartition(partition: TopicPartition): Promise<ProducePartition> {
    return this.#lane.openPartition(partition)
  }

  fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    this.#lane.fill(slot, bytes, byteLength)
  }

  add(partition: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void {
    this.#records += batch.recordCount
    this.#lane.add(partition, batch, acks)
  }

  send(): void {
    this.#requests += 1
    this.#lane.send()
  }

  reap(settle: (result: ProduceResult) => void): number {
    return this.#lane.reap(settle)
  }

  waitBlocking(timeoutMs: number): void {
    this.#lane.waitBlocking(timeoutMs)
  }

  wait(timeoutMs: number): Promise<void> {
    return this.#lane.wait(timeoutMs)
  }

  close(): void {
    this.#lane.close()
  }
}
