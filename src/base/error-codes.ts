/**
 * Kafka's error codes that this engine gives or understands: code, name, retriable, text.
 *
 * Kafka: common/protocol/Errors. Names may change there, codes never do.
 */
interface ErrorCode {
  readonly code: number
  readonly retriable: boolean
  readonly text: string
}

export const ERROR_CODES = {
  UNKNOWN_SERVER_ERROR: { code: -1, retriable: false, text: 'The server met an unexpected error' },
  NONE: { code: 0, retriable: false, text: 'No error' },
  OFFSET_OUT_OF_RANGE: {
    code: 1,
    retriable: false,
    text: 'The requested offset lies outside the range kept by the log'
  },
  CORRUPT_MESSAGE: {
    code: 2,
    retriable: true,
    text: 'The batch has a wrong checksum, size or count, or is otherwise damaged'
  },
  UNKNOWN_TOPIC_OR_PARTITION: {
    code: 3,
    retriable: true,
    text: 'This broker does not hold this topic or partition'
  },
  LEADER_NOT_AVAILABLE: { code: 5, retriable: true, text: 'The partition has no leader now' },
  NOT_LEADER_OR_FOLLOWER: {
    code: 6,
    retriable: true,
    text: 'This broker is not the leader of the partition'
  },
  REQUEST_TIMED_OUT: { code: 7, retriable: true, text: 'The request timed out' },
  MESSAGE_TOO_LARGE: {
    code: 10,
    retriable: false,
    text: 'The batch is larger than max.message.bytes of its topic'
  },
  NETWORK_EXCEPTION: { code: 13, retriable: true, text: 'The broker went away before it answered' },
  INVALID_TOPIC_EXCEPTION: { code: 17, retriable: false, text: 'The topic name is not permitted' },
  RECORD_LIST_TOO_LARGE: {
    code: 18,
    retriable: false,
    text: 'The record batch is larger than a segment may be'
  },
  INVALID_REQUIRED_ACKS: { code: 21, retriable: false, text: 'acks must be 0, 1 or -1' },
  INVALID_TIMESTAMP: {
    code: 32,
    retriable: false,
    text: 'The timestamp of the record is outside the permitted range'
  },
  TOPIC_ALREADY_EXISTS: { code: 36, retriable: false, text: 'A topic of this name exists already' },
  INVALID_PARTITIONS: { code: 37, retriable: false, text: 'The number of partitions must be 1 or more' },
  INVALID_REPLICATION_FACTOR: {
    code: 38,
    retriable: false,
    text: 'The replication factor must lie between 1 and the number of brokers'
  },
  INVALID_CONFIG: { code: 40, retriable: false, text: 'The configuration is not valid' },
  INVALID_REQUEST: { code: 42, retriable: false, text: 'The request is not valid' },
  OUT_OF_ORDER_SEQUENCE_NUMBER: {
    code: 45,
    retriable: false,
    text: 'The broker got a sequence number that does not follow the last one'
  },
  INVALID_PRODUCER_EPOCH: {
    code: 47,
    retriable: false,
    text: 'The producer used an epoch older than the one known'
  },
  KAFKA_STORAGE_ERROR: {
    code: 56,
    retriable: true,
    text: 'The log is offline until it is opened again'
  },
  UNKNOWN_PRODUCER_ID: { code: 59, retriable: false, text: 'The broker knows nothing of this producer id' },
  FENCED_LEADER_EPOCH: {
    code: 74,
    retriable: true,
    text: 'The leader epoch is older than the one of the log'
  },
  UNKNOWN_LEADER_EPOCH: {
    code: 75,
    retriable: true,
    text: 'The leader epoch is newer than the one of the log'
  },
  UNSUPPORTED_COMPRESSION_TYPE: {
    code: 76,
    retriable: false,
    text: 'The batch is compressed with a codec that is not supported'
  },
  INVALID_RECORD: { code: 87, retriable: false, text: 'The broker refused the record' }
} as const satisfies Record<string, ErrorCode>

export type ErrorName = keyof typeof ERROR_CODES

const NAME_OF = new Map<number, ErrorName>(
  (Object.keys(ERROR_CODES) as ErrorName[]).map(name => [ERROR_CODES[name].code, name])
)

/** Name of a numeric code; codes outside the table are UNKNOWN_SERVER_ERROR, as Kafka's clients read them. */
export function errorName(code: number): ErrorName {
  return NAME_OF.get(code) ?? 'UNKNOWN_SERVER_ERROR'
}
