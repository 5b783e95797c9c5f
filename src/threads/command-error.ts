/**
 * Errors of command handlers as they pass between threads: structured clone would keep neither class nor
 * code.
 */
import { ERROR_CODES, type ErrorName } from '../base/error-codes.ts'
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError, type LocalErrorCode } from '../base/local-errors.ts'

export interface PackedError {
  readonly kind: 'kafka' | 'local' | 'other'
  readonly code: string
  /** For `kafka` the detail alone, empty if there was none. */
  readonly text: string
}

export function packError(error: unknown): PackedError {
  if (error instanceof KafkaError) return { kind: 'kafka', code: error.code, text: detailOf(error) }
  if (error instanceof HighwaterError) return { kind: 'local', code: error.code, text: error.message }
  return { kind: 'other', code: '', text: String(error) }
}

export function unpackError(packed: PackedError): Error {
  if (packed.kind === 'kafka' && packed.code in ERROR_CODES) {
    return new KafkaError(packed.code as ErrorName, packed.text === '' ? undefined : packed.text)
  }
  if (packed.kind === 'local') return new HighwaterError(packed.code as LocalErrorCode, packed.text)
  return new Error(packed.text)
}

/** The text in brackets behind Kafka's own. */
function detailOf(error: KafkaError): string {
  const plain = new KafkaError(error.code).message
  return error.message === plain ? '' : error.message.slice(plain.length + 2, -1)
}
