/**
 * The audit of a benchmark: every record of the topic is read back before any number is given. Each offset
 * once, each sequence of each loader once over all partitions, each checksum right; otherwise there is no
 * result.
 *
 * Thread: a reader's. What is read is injected, so that tests lose, double and damage records.
 */
import type { TopicPartition } from '../../base/topic-partition.ts'
import { AuditFindings, readToEnd } from '../audit-findings.ts'
import { BenchStamp, type StampedRecord, stampAt, sumOfPayload } from './bench-stamp.ts'

/** What a topic must hold. */
export interface ExpectedTopic {
  readonly topic: string
  readonly partitions: number
  /** How many records each loader, by its number, had acknowledged. */
  readonly acknowledged: readonly number[]
  /** Whether the stamp is a header, as in records of a sample. */
  readonly isStampInHeader: boolean
}

export interface BenchAudit {
  readonly records: number
  /** Of keys and values. */
  readonly bytes: number
}

/** Reads a partition in order from offset 0. */
export interface BenchAuditSource {
  /** Turns to the first record of a partition; returns the offset behind its last. */
  open(partition: TopicPartition): Promise<number>
  /** Hands over what is there, waiting a while for the next; returns how many. */
  read(each: (record: StampedRecord) => void): Promise<number>
}

class TopicAudit {
  readonly #expected: ExpectedTopic
  readonly #stamp = new BenchStamp()
  readonly #findings = new AuditFindings()
  /** A bit for each sequence of each loader. */
  readonly #seen: readonly Uint8Array[]
  readonly #found: number[]
  #partition = 0
  #nextOffset = 0
  #records = 0
  #bytes = 0

  constructor(expected: ExpectedTopic) {
    this.#expected = expected
    this.#seen = expected.acknowledged.map(count => new Uint8Array(Math.ceil(count / 8)))
    this.#found = expected.acknowledged.map(() => 0)
  }

  /** Offset of the record that is to come next. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  beginPartition(partition: number): void {
    this.#partition = partition
    this.#nextOffset = 0
  }

  /** Counts one record; faults are kept for `finish`. */
  check(record: StampedRecord): void {
    const { offset, keyLength, valueLength } = record
    this.#records += 1
    this.#bytes += Math.max(0, keyLength) + Math.max(0, valueLength)
    if (offset !== this.#nextOffset) {
      this.#findings.fault(
        offset < this.#nextOffset ? `${this.#at(offset)} came a second time` : this.#hole()
      )
    }
    this.#nextOffset = Math.max(this.#nextOffset, offset + 1)
    this.#checkStamp(record)
  }

  endPartition(endOffset: number): void {
    if (this.#nextOffset < endOffset) this.#findings.fault(this.#hole())
  }

  /** What was read, after the last partition. @throws HighwaterError HIGHWATER_AUDIT at any fault */
  finish(): BenchAudit {
    const { acknowledged, topic } = this.#expected
    for (const [loader, count] of acknowledged.entries()) {
      const missing = count - (this.#found[loader] ?? 0)
      if (missing === 0) continue
      this.#findings.lost += missing
      const sequence = firstUnset(this.#seen[loader] ?? new Uint8Array(0))
      this.#findings.fault(`sequence ${sequence} of loader ${loader} is nowhere`)
    }
    this.#findings.throwIfAny(topic, this.#records)
    return { records: this.#records, bytes: this.#bytes }
  }

  #checkStamp(record: StampedRecord): void {
    const { isStampInHeader } = this.#expected
    const at = stampAt(record, isStampInHeader)
    if (at < 0 || !this.#stamp.read(record.bytes, at, sumOfPayload(record, isStampInHeader))) {
      this.#findings.damaged += 1
      this.#findings.fault(`${this.#at(record.offset)} has a wrong checksum`)
      return
    }
    const { loader, sequence } = this.#stamp
    const seen = this.#seen[loader]
    if (seen === undefined || sequence >= (this.#expected.acknowledged[loader] ?? 0)) {
      this.#findings.foreign += 1
      this.#findings.fault(`${this.#at(record.offset)} has sequence ${sequence} of loader ${loader}`)
      return
    }
    const bit = 1 << (sequence & 7)
    if ((seen[sequence >>> 3]! & bit) !== 0) {
      this.#findings.doubled += 1
      this.#findings.fault(`${this.#at(record.offset)} has sequence ${sequence} of loader ${loader} again`)
      return
    }
    seen[sequence >>> 3]! |= bit
    this.#found[loader]! += 1
  }

  #at(offset: number): string {
    return `offset ${offset} of partition ${this.#partition}`
  }

  #hole(): string {
    return `${this.#at(this.#nextOffset)} is missing`
  }
}

/** Index of the first bit that is 0. */
function firstUnset(bits: Uint8Array): number {
  const byte = bits.findIndex(value => value !== 255)
  if (byte < 0) return 8 * bits.length
  return 8 * byte + (31 - Math.clz32(~bits[byte]! & -~bits[byte]! & 255))
}

/**
 * Reads a topic back from offset 0 to the end of each partition, and checks every record.
 * @throws HighwaterError HIGHWATER_AUDIT
 */
export async function auditTopic(source: BenchAuditSource, expected: ExpectedTopic): Promise<BenchAudit> {
  const audit = new TopicAudit(expected)
  const check = (record: StampedRecord): void => audit.check(record)
  for (let partition = 0; partition < expected.partitions; partition++) {
    audit.beginPartition(partition)
    const endOffset = await source.open({ topic: expected.topic, partition })
    await readToEnd({
      what: expected.topic,
      endOffset,
      nextOffset: () => audit.nextOffset,
      read: () => source.read(check)
    })
    audit.endPartition(endOffset)
  }
  return audit.finish()
}
