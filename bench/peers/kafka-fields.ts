/** Fields of Kafka's protocol as bytes, big-endian, and back. Kafka: common/protocol/types/Type. */
export type Field = Buffer

export const int8 = (value: number): Field => Buffer.from([value & 0xff])

export function int16(value: number): Field {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export function int32(value: number): Field {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function int64(value: bigint): Field {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

export function text(value: string): Field {
  const bytes = Buffer.from(value)
  return Buffer.concat([int16(bytes.length), bytes])
}

export interface ByteReader {
  int16(): number
  int32(): number
  int64(): number
  text(): string
  /** @param what for the reader of the code */
  skip(what: string, bytes: number): void
}

export function readerOf(bytes: Buffer): ByteReader {
  let at = 0
  const move = (length: number): number => {
    at += length
    return at - length
  }
  return {
    int16: () => bytes.readInt16BE(move(2)),
    int32: () => bytes.readInt32BE(move(4)),
    int64: () => Number(bytes.readBigInt64BE(move(8))),
    text: () => {
      const length = bytes.readInt16BE(move(2))
      const from = move(length)
      return bytes.toString('utf8', from, from + length)
    },
    skip: (_what, length) => {
      move(length)
    }
  }
}

const LENGTH_BYTES = 4

/** The first frame of what was received, without its length; null while a part of it is missing. */
export function frameIn(received: Buffer): Buffer | null {
  if (received.length < LENGTH_BYTES) return null
  const end = LENGTH_BYTES + received.readInt32BE(0)
  return received.length < end ? null : received.subarray(LENGTH_BYTES, end)
}
