/**
 * What the answer to a batch means for the batch.
 *
 * Kafka: clients/producer/internals/Sender.completeBatch and canRetry, TransactionManager.canRetry.
 */
import { ERROR_CODES, errorName } from '../../base/error-codes.ts'

type ProduceVerdict = 'success' | 'retry' | 'split' | 'fail'

/**
 * Answered by older brokers for a batch they have but whose offset they forgot. Kafka:
 * DUPLICATE_SEQUENCE_NUMBER.
 */
const DUPLICATE_SEQUENCE_NUMBER = 46

const SEQUENCE_GAPS: readonly number[] = [
  ERROR_CODES.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
  ERROR_CODES.UNKNOWN_PRODUCER_ID.code
]

const MISROUTED: readonly number[] = [
  ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code,
  ERROR_CODES.NOT_LEADER_OR_FOLLOWER.code,
  ERROR_CODES.NETWORK_EXCEPTION.code,
  ERROR_CODES.KAFKA_STORAGE_ERROR.code,
  ERROR_CODES.FENCED_LEADER_EPOCH.code,
  ERROR_CODES.UNKNOWN_LEADER_EPOCH.code
]

interface JudgedBatch {
  readonly hasSequence: boolean
  readonly recordCount: number
  readonly attempts: number
}

/** @param retriesMax the setting `retries` */
export function judge(errorCode: number, batch: JudgedBatch, retriesMax: number): ProduceVerdict {
  if (errorCode === ERROR_CODES.NONE.code || errorCode === DUPLICATE_SEQUENCE_NUMBER) return 'success'
  if (errorCode === ERROR_CODES.MESSAGE_TOO_LARGE.code && batch.recordCount > 1) return 'split'
  const isRetriable =
    ERROR_CODES[errorName(errorCode)].retriable || (batch.hasSequence && isSequenceGap(errorCode))
  return isRetriable && batch.attempts < retriesMax ? 'retry' : 'fail'
}

/** The broker misses what came before, or everything, of this producer. */
export function isSequenceGap(errorCode: number): boolean {
  return SEQUENCE_GAPS.includes(errorCode)
}

/** Whether another broker may have to be asked. */
export function isMisrouted(errorCode: number): boolean {
  return MISROUTED.includes(errorCode)
}
