/**
 * A caller with the real accumulator, slot pool and sender, driven step by step. Its rings and slots go back
 * when it is closed or has died and every host has let go of its ring.
 */
import type { Clock } from '../../src/base/clock.ts'
import { invariant } from '../../src/base/invariant.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import type { Random } from '../../src/base/random.ts'
import { UnheardFailures } from '../../src/clients/producer/batch-outcome.ts'
import { PartitionQueue } from '../../src/clients/producer/partition-queue.ts'
import {
  RecordAccumulator,
  type RecordAccumulatorOptions
} from '../../src/clients/producer/record-accumulator.ts'
import { Sender } from '../../src/clients/producer/sender.ts'
import { SLOT_FREE } from '../../src/clients/producer/slot-pool.ts'
import { type ProducerConfig, parseProducerConfig } from '../../src/config/producer-config.ts'
import type { ProduceLane } from '../../src/wire/network/channel.ts'
import { NO_HEADERS } from '../../src/wire/record/record-header.ts'
import { encodeValue, type History, type Outcome, type SentRecord } from './history.ts'
import { type LaneOptions, SimulatedLane } from './simulated-lane.ts'

/** How a wrong caller differs from the real one. */
export interface CallerVariant {
  readonly accumulator?: (options: RecordAccumulatorOptions) => RecordAccumulator
  readonly lane?: (options: LaneOptions) => SimulatedLane
}

interface ProducerOptions extends LaneOptions {
  readonly index: number
  readonly clock: Clock
  readonly random: Random
  readonly history: History
  readonly config: ProducerConfig
  /** Gives each producer its id. */
  readonly nextProducerId: () => number
  readonly onSettled: (record: SentRecord) => void
  readonly variant: CallerVariant
}

export class SimulatedProducer {
  readonly index: number
  readonly isIdempotent: boolean
  readonly lane: SimulatedLane
  readonly accumulator: RecordAccumulator
  readonly sender: Sender
  readonly acks: number
  readonly inFlightMax: number
  readonly region: number
  isDead = false
  readonly #options: ProducerOptions
  /** Batches that wait to be sent, by partition. */
  readonly queues: readonly PartitionQueue[]

  constructor(options: ProducerOptions) {
    this.#options = options
    this.index = options.index
    this.region = options.region
    const { clock, random, slotCount, slotBytes } = options
    const settings = parseProducerConfig(options.config)
    this.isIdempotent = settings.enableIdempotence
    this.acks = settings.acks
    this.inFlightMax = settings.maxInFlightRequestsPerConnection
    this.lane = options.variant.lane?.(options) ?? new SimulatedLane(options)
    const unheard = new UnheardFailures()
    const { batchSize } = settings
    const accumulatorOptions = { slotCount, slotBytes, clock, batchSize, unheard }
    this.accumulator =
      options.variant.accumulator?.(accumulatorOptions) ?? new RecordAccumulator(accumulatorOptions)
    const lane: ProduceLane = this.lane
    this.sender = new Sender({ accumulator: this.accumulator, lane, clock, random, settings })
    this.queues = this.lane.partitions.map(({ topic, partition }) => new PartitionQueue(topic, partition))
    for (const queue of this.queues) this.#route(queue)
  }

  #route(queue: PartitionQueue): void {
    const target = this.lane.partitions[queue.partition]
    invariant(target !== undefined, 'every partition of the lane has its queue')
    this.sender.route(queue, 0, target)
  }

  /** Slots that are not free. */
  get busySlots(): number {
    return this.accumulator.pool.slotCount - this.accumulator.pool.countOf(SLOT_FREE)
  }

  /** Sends a record if there is room for it. @returns whether there was */
  trySend(partition: number, valueBytes: number): boolean {
    const { history, clock } = this.#options
    const queue = this.queues[partition]
    invariant(queue !== undefined, 'records go to a partition of the lane', { partition })
    const record = history.begin(this.index, partition, valueBytes)
    const outgoing = {
      timestamp: clock.now(),
      key: null,
      value: encodeValue(record),
      headers: NO_HEADERS,
      callback: (error: Error | null, metadata: { readonly offset: number } | null): void => {
        if (!this.isDead) this.#settle(record, error, metadata?.offset ?? -1)
      }
    }
    const isTaken =
      this.accumulator.appendToLast(queue, outgoing) || this.accumulator.appendToNew(queue, outgoing)
    this.accumulator.isMemoryWanted = !isTaken
    if (!isTaken) history.withdraw(record)
    return isTaken
  }

  #settle(record: SentRecord, error: Error | null, offset: number): void {
    const { history, onSettled } = this.#options
    let outcome: Outcome = 'refused'
    if (error === null) outcome = offset < 0 ? 'unknown' : 'acknowledged'
    else if (error instanceof HighwaterError && error.code === 'HIGHWATER_TIMEOUT') outcome = 'unknown'
    history.settle(record, outcome, offset, error?.message ?? null)
    onSettled(record)
  }

  /** What the driver around the sender does when it is woken. */
  run(): void {
    if (this.sender.isIdentityWanted) {
      this.sender.setIdentity({ producerId: this.#options.nextProducerId(), producerEpoch: 0 })
    }
    for (const queue of [...this.accumulator.unrouted]) this.#route(queue)
    this.sender.runOnce()
  }

  /** As `run`, while the caller waits for everything it has sent. */
  finish(): void {
    this.sender.isFlushing = true
    this.run()
  }

  /** The caller's thread ends; the broker closes its rings. What it was not told it will never know. */
  die(): void {
    this.isDead = true
    const { history } = this.#options
    for (const record of history.records) {
      if (record.producer === this.index && record.outcome === 'pending') {
        history.settle(record, 'unknown', -1, 'the caller died')
      }
    }
    this.lane.close()
  }
}
