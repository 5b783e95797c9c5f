/**
 * Batches of one partition that wait to be sent, and what is known of its place, its order and its sequence.
 *
 * Thread: the caller's.
 * Kafka: the deque per partition of RecordAccumulator; TxnPartitionEntry for the sequence.
 */
import { invariant } from '../../base/invariant.ts'
import type { ProducePartition } from '../../wire/network/channel.ts'
import type { ProducerBatch } from './producer-batch.ts'
import { type ProducerIdentity, sequenceAfter } from './producer-identity.ts'

/**
 * A broker, as the producer sees it: the queues that may have something for it, and its unanswered requests.
 */
export class ProducerNode {
  readonly nodeId: number
  inFlight = 0
  /** Monotonic time at which it was last due, and at which it last was and had room for a request. */
  dueAt = 0
  drainedAt = 0
  /** Queues with batches, in the order of the circle; the drain starts at the first. */
  queues: PartitionQueue[] = []
  isDue = false

  constructor(nodeId: number) {
    this.nodeId = nodeId
  }
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** First in, first out. */
  readonly batches: ProducerBatch[] = []
  /** The last of them while records may be added to it. */
  open: ProducerBatch | null = null
  /** Where its batches go; null until it is known, and again when the broker said it leads no more. */
  target: ProducePartition | null = null
  node: ProducerNode | null = null
  /** The broker it went to said that it leads it no more. */
  isLeaderStale = false
  /** Where its batches went before that. */
  former: { readonly nodeId: number; readonly target: ProducePartition } | null = null
  /** What a broker last refused its batches with, or refused to lead it with; null once one was taken. */
  fault: Error | null = null
  /** Stands in the list of its node, or of those without one. */
  isListed = false
  /** Records in batches that are closed for appends: the number of the next batch's first record. */
  closedRecords = 0
  /** Bytes of the same batches. */
  closedBytes = 0
  /** Batches in the hands of the broker, expired ones included. */
  inFlight = 0
  /** As of its node, where partitions answer for themselves. */
  dueAt = 0
  drainedAt = 0
  /** Batches whose records were told that time is up while the broker has them: nothing newer is sent. */
  unresolved = 0
  /** A sequence number is missing at the broker: all come back, then count from 0 under a new epoch. */
  hasGap = false
  identity: ProducerIdentity | null = null
  nextSequence = 0
  /** The sequence the broker expects next, as far as its answers say. */
  ackedSequence = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get first(): ProducerBatch | undefined {
    return this.batches[0]
  }

  /** No record was ever added. */
  get isUntouched(): boolean {
    return this.closedRecords === 0 && this.batches.length === 0
  }

  /** How long its batches, or those of its node, had been waiting for room when they were last looked at. */
  get lagMs(): number {
    const ofNode = this.node === null ? 0 : this.node.dueAt - this.node.drainedAt
    return Math.max(this.dueAt - this.drainedAt, ofNode)
  }

  /** Puts batches that came back, or what became of them, where their records belong. */
  putBack(...returned: readonly ProducerBatch[]): void {
    const firstRecord = returned[0]?.firstRecord ?? 0
    const place = this.batches.findIndex(batch => batch.firstRecord > firstRecord)
    this.batches.splice(place < 0 ? this.batches.length : place, 0, ...returned)
  }

  /**
   * Whether the first batch may go now without harm to the order; settles under which identity it counts.
   * A batch with a sequence was sent before: it goes when nothing else is on its way.
   */
  admitsIdempotent(identity: ProducerIdentity): boolean {
    const first = this.first
    if (first === undefined || this.unresolved > 0 || this.hasGap) return false
    if (first.hasSequence) return this.inFlight === 0
    // A broker takes any sequence as the first of a producer it does not know: until it has one, one at a
    // time.
    if (this.identity === identity) return this.ackedSequence > 0 || this.inFlight === 0
    if (this.inFlight > 0) return false
    this.restart(identity)
    return true
  }

  /** Starts counting from 0 under `identity`. */
  restart(identity: ProducerIdentity): void {
    invariant(this.inFlight === 0, 'sequences start over when nothing is in flight')
    this.identity = identity
    this.nextSequence = 0
    this.ackedSequence = 0
    this.hasGap = false
    for (const batch of this.batches) batch.clearSequence()
  }

  /** Gives a batch that was never sent the next place in the sequence. */
  assignSequence(batch: ProducerBatch): void {
    invariant(
      this.identity !== null && !batch.hasSequence,
      'a batch gets its sequence once, under an identity'
    )
    batch.setSequence(this.identity, this.nextSequence)
    this.nextSequence = sequenceAfter(this.nextSequence, batch.recordCount)
  }

  /** The broker has the batch. */
  noteAcked(batch: ProducerBatch): void {
    this.fault = null
    if (!batch.hasSequence) return
    this.ackedSequence = sequenceAfter(batch.baseSequence, batch.recordCount)
  }
}
