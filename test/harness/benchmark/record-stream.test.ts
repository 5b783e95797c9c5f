import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { BenchStamp, payloadSum } from '../../../src/harness/benchmark/bench-stamp.ts'
import { keySource, parseKeys } from '../../../src/harness/benchmark/key-distribution.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'
import { type OutgoingBenchRecord, RecordStream } from '../../../src/harness/benchmark/record-stream.ts'
import { sumOfBytes } from '../../../src/harness/stamp-words.ts'

function stream(
  changes: { sizes?: string; keys?: string; lines?: string[]; seed?: number } = {}
): RecordStream {
  const random = seededRandom(changes.seed ?? 1)
  const made = new RecordStream({
    loader: 3,
    random,
    keys: keySource(parseKeys(changes.keys ?? 'none'), random, null),
    sizes: parseSizes(changes.sizes ?? '64'),
    lines: changes.lines?.map(line => new Uint8Array(Buffer.from(line))) ?? null
  })
  made.direct('orders', undefined)
  return made
}

/** What was sent: the object is used again. */
function sent({ key, value, topic, partition, headers }: OutgoingBenchRecord) {
  return {
    topic,
    partition,
    key: key === null ? null : Buffer.from(key).toString(),
    value: Uint8Array.from(value),
    stamp: headers?.map(header => Uint8Array.from(header.value ?? []))
  }
}

describe('the records of a loader', () => {
  test('are numbered, and say when they were due and how late they left', () => {
    const records = stream()
    records.next(0, 0)
    const { value } = sent(records.next(1000, 1250))
    const stamp = new BenchStamp()
    expect(stamp.read(value, 0, payloadSum(sumOfBytes(value, 20, 64), 0))).toBe(true)
    expect({ ...stamp }).toEqual({ sequence: 1, loader: 3, dueMicros: 1000, lateMicros: 250 })
    expect(records.sequence).toBe(2)
  })

  test('are the same for the same seed, and others for another', () => {
    const first = (seed: number) => sent(stream({ seed, keys: 'uniform:1000' }).next(0, 0))
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })

  test('have sizes by their shares', () => {
    const records = stream({ sizes: '100:0.7,1KB:0.3' })
    const lengths = Array.from({ length: 5000 }, () => records.next(0, 0).value.length)
    const small = lengths.filter(length => length === 100).length
    expect(Math.abs(small / 5000 - 0.7)).toBeLessThan(0.02)
    expect(lengths.filter(length => length !== 100 && length !== 1000)).toEqual([])
  })

  test('differ from one another in any window a codec looks back', () => {
    const records = stream({ sizes: '100' })
    const rest = Array.from({ length: 1000 }, () =>
      Buffer.from(records.next(0, 0).value.subarray(20)).toString('hex')
    )
    expect(new Set(rest).size).toBe(1000)
  })

  test('of a sample are its lines as they are, with the stamp in a header', () => {
    const records = stream({ lines: ['{"a":1}', 'second'], keys: 'uniform:10' })
    const texts = Array.from({ length: 3 }, () => Buffer.from(records.next(5, 5).value).toString())
    expect(texts).toEqual(['{"a":1}', 'second', '{"a":1}'])
    const record = records.next(7, 8)
    const { key, value, stamp } = sent(record)
    const read = new BenchStamp()
    const keyBytes = Buffer.from(key ?? '')
    const sum = payloadSum(sumOfBytes(value, 0, value.length), sumOfBytes(keyBytes, 0, keyBytes.length))
    expect(read.read(stamp?.[0] ?? new Uint8Array(0), 0, sum)).toBe(true)
    expect(read).toMatchObject({ sequence: 3, loader: 3, dueMicros: 7, lateMicros: 1 })
  })

  test('go to a partition only where they are told to', () => {
    const records = stream()
    expect(sent(records.next(0, 0))).toMatchObject({ topic: 'orders', partition: undefined })
    records.direct('other', 4)
    expect(sent(records.next(0, 0))).toMatchObject({ topic: 'other', partition: 4 })
  })
})
