/**
 * The only error that crosses between a client and a broker: one of Kafka's codes, with what was found.
 */
import { ERROR_CODES, type ErrorName, errorName } from './error-codes.ts'

export class KafkaError extends Error {
  override readonly name = 'KafkaError'
  /** Kafka's name of the error, such as `NOT_LEADER_OR_FOLLOWER`. */
  readonly code: ErrorName
  /** Kafka's number of the error. */
  readonly errorCode: number
  /** Whether the same request may succeed later. */
  readonly retriable: boolean

  /** @param text what was found, where more is known than the code says */
  constructor(code: ErrorName, detail?: string, text: string = ERROR_CODES[code].text) {
    super(`${code}: ${text}${detail === undefined ? '' : ` (${detail})`}`)
    this.code = code
    this.errorCode = ERROR_CODES[code].code
    this.retriable = ERROR_CODES[code].retriable
  }

  /** The error of a numeric code as it stands in a response. */
  static ofCode(errorCode: number, detail?: string): KafkaError {
    return new KafkaError(errorName(errorCode), detail)
  }

  /** The error of a response whose own sentence says what was found. */
  static ofAnswer(errorCode: number, sentence: string): KafkaError {
    return new KafkaError(errorName(errorCode), undefined, sentence)
  }
}
