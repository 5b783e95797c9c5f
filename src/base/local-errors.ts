/**
 * Errors that never cross between a client and a broker. Each kind has a code that starts with `HIGHWATER_`;
 * the text is one sentence that says what was expected, what was found and, where there is one, the cure.
 */
export type LocalErrorCode =
  | 'HIGHWATER_CONFIG'
  | 'HIGHWATER_CLOSED'
  | 'HIGHWATER_BUSY'
  | 'HIGHWATER_TIMEOUT'
  | 'HIGHWATER_BUFFER_EXHAUSTED'
  | 'HIGHWATER_QUEUE_FULL'
  | 'HIGHWATER_RECORD_TOO_LARGE'
  | 'HIGHWATER_SERIALIZATION'
  | 'HIGHWATER_DESERIALIZATION'
  | 'HIGHWATER_LOG_CORRUPT'
  | 'HIGHWATER_STORAGE'
  | 'HIGHWATER_THREAD_ENDED'
  | 'HIGHWATER_RESOURCES'
  | 'HIGHWATER_UNDELIVERED'
  | 'HIGHWATER_NO_OFFSET'
  | 'HIGHWATER_CURSOR_EXPIRED'
  | 'HIGHWATER_WAKEUP'
  | 'HIGHWATER_HANDLER'
  | 'HIGHWATER_AUDIT'
  | 'HIGHWATER_INTERRUPTED'

export class HighwaterError extends Error {
  override readonly name = 'HighwaterError'
  readonly code: LocalErrorCode

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
