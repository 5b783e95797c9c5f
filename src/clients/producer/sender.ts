/**
 * Decides what is sent when, and what an answer means. A pure machine: it owns no timer and waits for
 * nothing; its driver calls `runOnce` when something was added or answered, and when the time it named has
 * come.
 *
 * A node is due when the first batch of any of its partitions is full, has lingered or backed off long
 * enough, or when memory, flush or close want it; then the first batch of every partition it leads goes in
 * one request.
 *
 * Thread: the caller's. Callbacks run at the end of `runOnce`, never inside its decisions.
 * Kafka: clients/producer/internals/Sender; RecordAccumulator.ready and drain; TransactionManager.
 */
import type { Clock } from '../../base/clock.ts'
import { ERROR_CODES } from '../../base/error-codes.ts'
import { invariant } from '../../base/invariant.ts'
import { KafkaError } from '../../base/kafka-error.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { Random } from '../../base/random.ts'
import type { ProducerSettings } from '../../config/producer-config.ts'
import type { ProduceLane, ProducePartition, ProduceResult } from '../../wire/network/channel.ts'
import type { BatchOutcome } from './batch-outcome.ts'
import { type InFlightBatch, InFlightBatches, type InFlightRequest } from './in-flight-batches.ts'
import { type PartitionQueue, ProducerNode } from './partition-queue.ts'
import { isMisrouted, isSequenceGap, judge } from './produce-verdict.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { nextEpoch, type ProducerIdentity } from './producer-identity.ts'
import { ProducerMetrics } from './producer-metrics.ts'
import type { RecordAccumulator } from './record-accumulator.ts'
import { backoffMs } from './retry-backoff.ts'
import { SLOT_CLOSED, SLOT_EXPIRED, SLOT_IN_FLIGHT } from './slot-pool.ts'

interface SenderOptions {
  readonly accumulator: RecordAccumulator
  readonly lane: ProduceLane
  readonly clock: Clock
  readonly random: Random
  readonly settings: ProducerSettings
  /** Absent where nobody asks for them. */
  readonly metrics?: ProducerMetrics
}

export class Sender {
  /** Set by the driver while a flush is in progress or the producer closes: nothing lingers. */
  isFlushing = false
  /** A producer id is needed; the driver asks for one and calls `setIdentity`. */
  isIdentityWanted: boolean
  readonly #accumulator: RecordAccumulator
  readonly #lane: ProduceLane
  readonly #clock: Clock
  readonly #random: Random
  readonly #settings: ProducerSettings
  readonly #metrics: ProducerMetrics
  readonly #nodes = new Map<number, ProducerNode>()
  readonly #flight = new InFlightBatches()
  #identity: ProducerIdentity | null = null
  #settled: BatchOutcome[] = []
  #isDelivering = false
  #now = 0
  /** Earliest time of which this run knows that something becomes due. */
  #wakeAt = Number.POSITIVE_INFINITY
  /** When the oldest unsettled batch in flight expires; looked up again only then. */
  #flightExpiresAt = Number.POSITIVE_INFINITY
  readonly #complete = (result: ProduceResult): void => this.#completeBatch(result)

  constructor(options: SenderOptions) {
    this.#accumulator = options.accumulator
    this.#lane = options.lane
    this.#clock = options.clock
    this.#random = options.random
    this.#settings = options.settings
    this.#metrics = options.metrics ?? new ProducerMetrics(options.settings)
    this.isIdentityWanted = options.settings.enableIdempotence
  }

  get inFlightCount(): number {
    return this.#flight.count
  }

  /** Requests with an answer missing. */
  get requestsInFlight(): number {
    let requests = 0
    for (const { inFlight } of this.#nodes.values()) requests += inFlight
    return requests
  }

  setIdentity(identity: ProducerIdentity): void {
    this.#identity = identity
    this.isIdentityWanted = false
  }

  /** Says where the batches of a queue go. A new leader ends the wait after a failed attempt. */
  route(queue: PartitionQueue, nodeId: number, target: ProducePartition): void {
    let node = this.#nodes.get(nodeId)
    if (node === undefined) {
      node = new ProducerNode(nodeId)
      this.#nodes.set(nodeId, node)
    }
    this.#accumulator.route(queue, node)
    queue.target = target
    const { former } = queue
    if (former !== null && (former.nodeId !== nodeId || former.target.leaderEpoch !== target.leaderEpoch)) {
      for (const batch of queue.batches) batch.backoffMs = 0
    }
  }

  /**
   * Takes answers, gives up what is too old, sends what is due. @returns milliseconds until it wants to run
   * again
   */
  runOnce(): number {
    this.#now = this.#clock.monotonic()
    this.#wakeAt = Number.POSITIVE_INFINITY
    this.#accumulator.hasFullBatch = false
    this.#lane.reap(this.#complete)
    this.#expireInFlight()
    for (const queue of this.#accumulator.unrouted) this.#expireQueued(queue)
    for (const node of this.#nodes.values()) this.#judgeReady(node)
    while (this.#sendRequests()) for (const node of this.#nodes.values()) this.#judgeReady(node)
    this.#deliver()
    return Math.max(0, this.#wakeAt - this.#now)
  }

  /** Fails all that is not answered: the producer closes and does not wait any longer. */
  abandon(queues: Iterable<PartitionQueue>, error: Error): void {
    for (const queue of queues) {
      this.#accumulator.closeForAppends(queue)
      for (const batch of queue.batches.splice(0)) this.#failQueued(queue, batch, error)
    }
    for (const entry of this.#flight.unsettled(() => true)) this.#giveUp(entry, error)
    this.#deliver()
  }

  /** Kafka: RecordAccumulator.ready. */
  #judgeReady(node: ProducerNode): void {
    node.isDue = false
    for (const queue of node.queues) {
      this.#expireQueued(queue)
      const first = queue.first
      if (first === undefined) continue
      if (this.#isWindowFull(queue)) {
        queue.dueAt = this.#now
        continue
      }
      const since = first.attempts > 0 ? first.lastAttemptAt : first.createdAt
      const isBackingOff = this.#now < since + first.backoffMs
      const waitsUntil = since + (isBackingOff ? first.backoffMs : this.#settings.lingerMs)
      const isDue =
        this.#now >= waitsUntil ||
        queue.batches.length > 1 ||
        first.isFull ||
        this.isFlushing ||
        this.#accumulator.isMemoryWanted
      if (isDue && !isBackingOff) node.isDue = true
      else this.#wakeBy(waitsUntil)
    }
  }

  /** One request to each node that is due and may have one more. @returns whether there was one */
  #sendRequests(): boolean {
    let isSent = false
    for (const node of this.#nodes.values()) {
      if (!node.isDue) continue
      node.dueAt = this.#now
      if (this.#lane.window === 'node' && this.#isWindowFull(node)) continue
      node.drainedAt = this.#now
      if (this.#drain(node)) isSent = true
    }
    if (isSent) this.#lane.send()
    return isSent
  }

  /** Of a connection, or with threads that answer for themselves of a partition. */
  #isWindowFull({ inFlight }: ProducerNode | PartitionQueue): boolean {
    return inFlight >= this.#settings.maxInFlightRequestsPerConnection
  }

  /**
   * One request: at most one batch of each queue of the node. False if none may go. Kafka:
   * RecordAccumulator.drain.
   */
  #drain(node: ProducerNode): boolean {
    const request: InFlightRequest = { node, sentAt: this.#now, recordCount: 0, unanswered: 0 }
    const queues = node.queues
    let requestBytes = 0
    let start = 0
    for (let at = 0; at < queues.length; at++) {
      const queue = queues[at]
      const batch = queue?.first
      if (queue === undefined || batch === undefined || !this.#mayGo(queue, batch)) continue
      if (requestBytes > 0 && requestBytes + batch.byteLength > this.#settings.maxRequestSize) {
        start = at
        break
      }
      requestBytes += batch.byteLength
      this.#submit(queue, batch, request)
    }
    if (request.unanswered === 0) return false
    node.inFlight += 1
    this.#metrics.requestSent(request.recordCount, this.#now)
    this.#turnCircle(node, start)
    return true
  }

  /** The next drain starts where this one stopped; queues without a batch leave the circle. */
  #turnCircle(node: ProducerNode, start: number): void {
    const turned: PartitionQueue[] = []
    for (let step = 0; step < node.queues.length; step++) {
      const queue = node.queues[(start + step) % node.queues.length]
      if (queue === undefined) continue
      if (queue.batches.length > 0) turned.push(queue)
      else queue.isListed = false
    }
    node.queues = turned
  }

  #mayGo(queue: PartitionQueue, batch: ProducerBatch): boolean {
    if (queue.target === null || this.#isWindowFull(queue)) return false
    if (this.#now < batch.lastAttemptAt + batch.backoffMs) return false
    if (this.#settings.enableIdempotence) {
      if (queue.hasGap) this.#closeGap(queue)
      if (this.#identity === null || !queue.admitsIdempotent(this.#identity)) return false
    }
    return batch.slot >= 0 || this.#accumulator.takeSlot(queue, batch)
  }

  /** Once nothing is on its way, what is left counts from 0 under the next epoch. */
  #closeGap(queue: PartitionQueue): void {
    if (queue.inFlight > 0 || this.#identity === null) return
    if (queue.identity === this.#identity) this.#identity = nextEpoch(this.#identity)
    if (this.#identity === null) this.isIdentityWanted = true
    else queue.restart(this.#identity)
  }

  #submit(queue: PartitionQueue, batch: ProducerBatch, request: InFlightRequest): void {
    const { acks, enableIdempotence, deliveryTimeoutMs } = this.#settings
    invariant(queue.target !== null, 'a batch is sent to a known place')
    if (queue.batches.length === 1) this.#accumulator.closeForAppends(queue)
    queue.batches.shift()
    if (enableIdempotence && !batch.hasSequence) queue.assignSequence(batch)
    this.#accumulator.seal(batch)
    batch.writeHeader()
    this.#lane.fill(batch.slot, batch.staging.bytes, batch.byteLength)
    this.#accumulator.pool.move(batch.slot, SLOT_CLOSED, SLOT_IN_FLIGHT)
    this.#lane.add(queue.target, batch, acks)
    this.#metrics.batchSent(queue.topic, batch, this.#now)
    queue.dueAt = this.#now
    queue.drainedAt = this.#now
    request.recordCount += batch.recordCount
    request.unanswered += 1
    this.#flight.add({ batch, queue, request })
    if (acks === 0) this.#succeed(batch, -1, -1)
    else this.#flightExpiresAt = Math.min(this.#flightExpiresAt, batch.createdAt + deliveryTimeoutMs)
  }

  #completeBatch(result: ProduceResult): void {
    const entry = this.#flight.remove(result.slot)
    const { unanswered, sentAt } = entry.request
    if (unanswered === 0) this.#metrics.requestAnswered(this.#now - sentAt, this.#now)
    if (entry.batch.outcome.isSettled) this.#completeSettled(entry, result.errorCode)
    else this.#completeAwaited(entry, result)
  }

  /** Of a batch whose records were told already: expired in flight, or acks=0. */
  #completeSettled({ batch, queue }: InFlightBatch, errorCode: number): void {
    const { pool } = this.#accumulator
    if (pool.stateOf(batch.slot) === SLOT_EXPIRED) {
      pool.free(batch.slot, SLOT_EXPIRED)
      queue.unresolved -= 1
      if (judge(errorCode, batch, 0) === 'success') queue.noteAcked(batch)
      else if (batch.hasSequence) queue.hasGap = true
    } else {
      pool.free(batch.slot, SLOT_IN_FLIGHT)
      this.#accumulator.staging.give(batch.staging)
    }
  }

  #completeAwaited(entry: InFlightBatch, { errorCode, baseOffset, logAppendTime }: ProduceResult): void {
    const { batch, queue } = entry
    const verdict = judge(errorCode, batch, this.#settings.retries)
    if (isMisrouted(errorCode)) this.#accumulator.route(queue, null)
    if (verdict === 'success') {
      queue.noteAcked(batch)
      this.#succeed(batch, baseOffset, logAppendTime)
      this.#accumulator.release(batch, SLOT_IN_FLIGHT)
    } else if (verdict === 'retry') {
      this.#retry(entry, errorCode)
    } else if (verdict === 'split') {
      this.#metrics.split(this.#now)
      this.#accumulator.split(queue, batch)
      this.#accumulator.list(queue)
    } else {
      if (batch.hasSequence) queue.hasGap = true
      if (errorCode === ERROR_CODES.INVALID_PRODUCER_EPOCH.code) this.#dropIdentity()
      this.#fail(batch, KafkaError.ofCode(errorCode, `${queue.topic}-${queue.partition}`))
      this.#accumulator.release(batch, SLOT_IN_FLIGHT)
    }
  }

  #retry({ batch, queue }: InFlightBatch, errorCode: number): void {
    if (isSequenceGap(errorCode) && (batch.baseSequence === queue.ackedSequence || isUnknown(errorCode))) {
      queue.hasGap = true
    }
    queue.fault = KafkaError.ofCode(errorCode)
    this.#metrics.retried(queue.topic, batch.recordCount, this.#now)
    batch.attempts += 1
    batch.lastAttemptAt = this.#now
    batch.backoffMs = backoffMs(batch.attempts, this.#settings, this.#random)
    this.#accumulator.pool.move(batch.slot, SLOT_IN_FLIGHT, SLOT_CLOSED)
    queue.putBack(batch)
    this.#accumulator.list(queue)
  }

  #dropIdentity(): void {
    this.#identity = null
    this.isIdentityWanted = true
  }

  /** The records are told, the slot stays: the broker may still read it, and its sequence is open. */
  #giveUp({ batch, queue }: InFlightBatch, error: Error): void {
    this.#fail(batch, error)
    this.#accumulator.pool.move(batch.slot, SLOT_IN_FLIGHT, SLOT_EXPIRED)
    this.#accumulator.staging.give(batch.staging)
    queue.unresolved += 1
  }

  #expireInFlight(): void {
    const { deliveryTimeoutMs } = this.#settings
    if (this.#now >= this.#flightExpiresAt) {
      for (const entry of this.#flight.unsettled(batch => this.#now >= batch.createdAt + deliveryTimeoutMs)) {
        this.#giveUp(entry, timeoutError(entry.queue, deliveryTimeoutMs, 'it may be in the log all the same'))
      }
      this.#flightExpiresAt = this.#flight.oldestCreatedAt() + deliveryTimeoutMs
    }
    if (this.#flight.count === 0) this.#flightExpiresAt = Number.POSITIVE_INFINITY
    this.#wakeBy(this.#flightExpiresAt)
  }

  #expireQueued(queue: PartitionQueue): void {
    const { deliveryTimeoutMs } = this.#settings
    let first = queue.first
    while (first !== undefined && this.#now >= first.createdAt + deliveryTimeoutMs) {
      if (queue.batches.length === 1) this.#accumulator.closeForAppends(queue)
      queue.batches.shift()
      const { fault } = queue
      const what =
        fault === null ? 'it was never accepted by a broker' : `the last answer was ${fault.message}`
      this.#failQueued(queue, first, timeoutError(queue, deliveryTimeoutMs, what))
      first = queue.first
    }
    if (first !== undefined) this.#wakeBy(first.createdAt + deliveryTimeoutMs)
  }

  #failQueued(queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    if (batch.hasSequence) queue.hasGap = true
    this.#fail(batch, error)
    this.#accumulator.release(batch, SLOT_CLOSED)
  }

  #succeed(batch: ProducerBatch, baseOffset: number, logAppendTime: number): void {
    batch.outcome.succeed(baseOffset, logAppendTime, batch.recordCount)
    this.#noteSettled(batch)
  }

  #fail(batch: ProducerBatch, error: Error): void {
    this.#metrics.failed(batch.outcome.topic, batch.recordCount, this.#now)
    batch.outcome.fail(error, batch.recordCount)
    this.#noteSettled(batch)
  }

  #noteSettled(batch: ProducerBatch): void {
    this.#accumulator.generations.settled(batch.generation)
    this.#settled.push(batch.outcome)
  }

  /**
   * In order also when a callback sends, and by that runs the sender again: only the outermost run delivers.
   */
  #deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    while (this.#settled.length > 0) {
      const settled = this.#settled
      this.#settled = []
      for (const outcome of settled) outcome.deliver()
    }
    this.#isDelivering = false
  }

  #wakeBy(time: number): void {
    if (time < this.#wakeAt) this.#wakeAt = time
  }
}

function isUnknown(errorCode: number): boolean {
  return errorCode === ERROR_CODES.UNKNOWN_PRODUCER_ID.code
}

function timeoutError(queue: PartitionQueue, timeoutMs: number, what: string): HighwaterError {
  return new HighwaterError(
    'HIGHWATER_TIMEOUT',
    `A batch of ${queue.topic}-${queue.partition} was not answered within delivery.timeout.ms ` +
      `(${timeoutMs}): ${what}.`
  )
}
