/**
 * Counts what a producer hands over and what comes back, at its channel: batches, requests, and the time from
 * the handing over to the answer. Works on any target, and needs no callback per record.
 *
 * It can also withhold answers for a while: see `stall.ts`.
 *
 * Thread: the loader's.
 */
import type { Clock } from '../../base/clock.ts'
import type { TopicPartition } from '../../base/topic-partition.ts'
import { blockFor } from '../../threads/shared-memory.ts'
import type {
  Channel,
  ProduceBatch,
  ProduceLane,
  ProduceLaneOptions,
  ProducePartition,
  ProduceResult
} from '../../wire/network/channel.ts'
import { type Stall, stalledUntil } from './stall.ts'

/** Counts since `mark`. */
export interface ProduceCounts {
  readonly requests: number
  readonly batches: number
  readonly records: number
  /** Of whole batches, as they are handed over. */
  readonly bytes: number
  /** Milliseconds from handing over to the answer, summed over records: requests weigh by what they carry. */
  readonly serviceRecordMs: number
}

const NO_ERROR = 0
/** Kafka: DUPLICATE_SEQUENCE_NUMBER; the batch is in the log already. */
const DUPLICATE_SEQUENCE = 46

export class ProduceMeter {
  /** Records acknowledged since the meter was made. */
  acknowledged = 0
  /** Batches acknowledged since the meter was made. */
  acknowledgedBatches = 0
  /** Called after answers have been taken. */
  onAnswers: () => void = () => {}
  #requests = 0
  #batches = 0
  #records = 0
  #bytes = 0
  #serviceRecordMs = 0

  /** Starts the counts again. */
  mark(): void {
    this.#requests = 0
    this.#batches = 0
    this.#records = 0
    this.#bytes = 0
    this.#serviceRecordMs = 0
  }

  get counts(): ProduceCounts {
    return {
      requests: this.#requests,
      batches: this.#batches,
      records: this.#records,
      bytes: this.#bytes,
      serviceRecordMs: this.#serviceRecordMs
    }
  }

  sent(batch: ProduceBatch): void {
    this.#batches += 1
    this.#records += batch.recordCount
    this.#bytes += batch.byteLength
  }

  requested(): void {
    this.#requests += 1
  }

  answered(errorCode: number, recordCount: number, serviceMs: number): void {
    this.#serviceRecordMs += recordCount * serviceMs
    if (errorCode !== NO_ERROR && errorCode !== DUPLICATE_SEQUENCE) return
    this.acknowledged += recordCount
    this.acknowledgedBatches += 1
  }
}

/** The channel, with every produce lane that is opened through it metered. Closing it is its owner's. */
export function meteredChannel(
  channel: Channel,
  meter: ProduceMeter,
  tools: { readonly clock: Clock; readonly stall: Stall | null }
): Channel {
  return {
    metadata: request => channel.metadata(request),
    createTopics: request => channel.createTopics(request),
    initProducerId: request => channel.initProducerId(request),
    listOffsets: request => channel.listOffsets(request),
    openFetchLane: options => channel.openFetchLane(options),
    openProduceLane: async options => {
      const lane = new MeteredLane(await channel.openProduceLane(options), options, { meter, ...tools })
      return lane
    },
    close: () => channel.close()
  }
}

interface MeterTools {
  readonly meter: ProduceMeter
  readonly clock: Clock
  readonly stall: Stall | null
}

class MeteredLane implements ProduceLane {
  readonly window: 'node' | 'partition'
  readonly #lane: ProduceLane
  readonly #tools: MeterTools
  /** By slot: what lies in it, and when it was handed over. */
  readonly #recordCounts: Int32Array
  readonly #sentAt: Float64Array
  readonly #added: number[] = []
  #settle: (result: ProduceResult) => void = () => {}
  #now = 0

  constructor(lane: ProduceLane, { slotCount }: ProduceLaneOptions, tools: MeterTools) {
    this.window = lane.window
    this.#lane = lane
    this.#tools = tools
    this.#recordCounts = new Int32Array(slotCount)
    this.#sentAt = new Float64Array(slotCount)
  }

  openPartition(partition: TopicPartition): Promise<ProducePartition> {
    return this.#lane.openPartition(partition)
  }

  fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    this.#lane.fill(slot, bytes, byteLength)
  }

  add(partition: ProducePartition, batch: ProduceBatch, acks: -1 | 0 | 1): void {
    this.#recordCounts[batch.slot] = batch.recordCount
    this.#added.push(batch.slot)
    this.#tools.meter.sent(batch)
    this.#lane.add(partition, batch, acks)
  }

  send(): void {
    const now = this.#tools.clock.monotonic()
    for (const slot of this.#added) this.#sentAt[slot] = now
    if (this.#added.length > 0) this.#tools.meter.requested()
    this.#added.length = 0
    this.#lane.send()
  }

  reap(settle: (result: ProduceResult) => void): number {
    if (!this.#lane.hasCompleted) return 0
    this.#now = this.#tools.clock.monotonic()
    if (this.#stalledUntil(this.#now) !== null) return 0
    this.#settle = settle
    const count = this.#lane.reap(this.#answer)
    this.#tools.meter.onAnswers()
    return count
  }

  get hasCompleted(): boolean {
    return this.#lane.hasCompleted && this.#stalledUntil(this.#tools.clock.monotonic()) === null
  }

  waitBlocking(timeoutMs: number): void {
    const now = this.#tools.clock.monotonic()
    const until = this.#stalledUntil(now)
    if (until === null) this.#lane.waitBlocking(timeoutMs)
    else blockFor(Math.min(timeoutMs, until - now))
  }

  async wait(timeoutMs: number): Promise<void> {
    const { clock } = this.#tools
    const now = clock.monotonic()
    const until = this.#stalledUntil(now)
    if (until === null) return await this.#lane.wait(timeoutMs)
    // The lane itself would come back at once: it knows what has been answered.
    await new Promise<void>(resolve => clock.after(Math.min(timeoutMs, until - now), resolve))
  }

  close(): void {
    this.#lane.close()
  }

  readonly #answer = (result: ProduceResult): void => {
    const { slot, errorCode } = result
    this.#tools.meter.answered(errorCode, this.#recordCounts[slot]!, this.#now - this.#sentAt[slot]!)
    this.#settle(result)
  }

  #stalledUntil(now: number): number | null {
    const { stall } = this.#tools
    return stall === null ? null : stalledUntil(stall, now)
  }
}
