/**
 * The open batches of one simulated producer, and when they are due.
 *
 * Kafka: clients/producer/internals/RecordAccumulator.ready and drain; the rule planner/batch-model.ts has in
 * closed form.
 */

/** Records of one partition that travel together. */
export interface SimBatch {
  readonly partition: number
  records: number
  /** When its first record came. */
  readonly createdMs: number
  /** Sum of the moments its records came. */
  createdSumMs: number
}

export class OpenBatches {
  readonly #recordsMax: number
  readonly #lingerMs: number
  /** By partition, the oldest first. */
  readonly #waiting: SimBatch[][]
  /** Partitions with a batch, in no order that means anything. */
  #partitions: number[] = []
  #isFull = false
  #oldestMs = Number.POSITIVE_INFINITY

  constructor(partitions: number, recordsMax: number, lingerMs: number) {
    this.#recordsMax = recordsMax
    this.#lingerMs = lingerMs
    this.#waiting = Array.from({ length: partitions }, () => [])
  }

  /** When a request is due; in the past or now if it is, Infinity without a record. */
  get dueMs(): number {
    return this.#isFull ? Number.NEGATIVE_INFINITY : this.#oldestMs + this.#lingerMs
  }

  append(partition: number, records: number, nowMs: number): void {
    const waiting = this.#waiting[partition] ?? []
    const last = waiting[waiting.length - 1]
    if (last !== undefined && last.records + records <= this.#recordsMax) {
      last.records += records
      last.createdSumMs += records * nowMs
    } else {
      if (last === undefined) this.#partitions.push(partition)
      waiting.push({ partition, records, createdMs: nowMs, createdSumMs: records * nowMs })
      this.#oldestMs = Math.min(this.#oldestMs, nowMs)
    }
    if (this.#hasFull(waiting)) this.#isFull = true
  }

  /** The first batch of every partition. */
  drain(): SimBatch[] {
    const drained: SimBatch[] = []
    const still: number[] = []
    this.#isFull = false
    this.#oldestMs = Number.POSITIVE_INFINITY
    for (const partition of this.#partitions) {
      const waiting = this.#waiting[partition] ?? []
      const batch = waiting.shift()
      if (batch !== undefined) drained.push(batch)
      const next = waiting[0]
      if (next === undefined) continue
      still.push(partition)
      this.#oldestMs = Math.min(this.#oldestMs, next.createdMs)
      if (this.#hasFull(waiting)) this.#isFull = true
    }
    this.#partitions = still
    return drained
  }

  #hasFull(waiting: readonly SimBatch[]): boolean {
    return waiting.length > 1 || (waiting[0]?.records ?? 0) >= this.#recordsMax
  }
}
