/**
 * The producer id and epoch under which sequences count, and the arithmetic of sequences.
 *
 * Thread: the caller's.
 * Kafka: clients/producer/internals/TransactionManager, the part of an idempotent producer without
 * transactions.
 */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

const EPOCH_MAX = 32767
const SEQUENCES = 2147483648

/** The same id one epoch later; null where epochs are used up and a new id is needed. */
export function nextEpoch({ producerId, producerEpoch }: ProducerIdentity): ProducerIdentity | null {
  return producerEpoch >= EPOCH_MAX ? null : { producerId, producerEpoch: producerEpoch + 1 }
}

/** The sequence `count` records later: 0 follows 2147483647. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES
}
