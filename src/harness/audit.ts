/**
 * The audit: every record of a measurement is read back before any number of it is given. Each offset once,
 * each loader's sequence once and in order, each checksum right; otherwise the run is refused and has no
 * numbers.
 *
 * Thread: a consumer's pool thread. What is read is injected, so that tests lose, double and damage records.
 */
import { partitionDirectory, type TopicPartition } from '../base/topic-partition.ts'
import { AuditFindings, readToEnd } from './audit-findings.ts'
import { STAMP_BYTES, Stamp } from './record-stamp.ts'

/** What a partition must hold: how many records each loader, by its number, had acknowledged. */
export interface ExpectedRecords {
  readonly partition: TopicPartition
  readonly acknowledged: readonly number[]
}

export interface AuditResult {
  readonly records: number
  readonly bytes: number
}

/** One record where it lies; valid inside the call. */
export interface AuditedRecord {
  readonly offset: number
  readonly bytes: Uint8Array
  readonly valueAt: number
  readonly valueLength: number
  /** End of the record, with its headers; if it is not given there are none. */
  readonly endAt?: number
}

/** Reads a partition in order from offset 0. */
export interface AuditSource {
  endOffset(partition: TopicPartition): Promise<number>
  /** Hands over what is there, waiting a while for the next; returns how many. */
  read(each: (record: AuditedRecord) => void): Promise<number>
}

class PartitionAudit {
  readonly #expected: ExpectedRecords
  readonly #stamp = new Stamp()
  readonly #findings = new AuditFindings()
  /** Next sequence by loader. */
  readonly #next: number[]
  #nextOffset = 0
  #records = 0
  #bytes = 0

  constructor(expected: ExpectedRecords) {
    this.#expected = expected
    this.#next = expected.acknowledged.map(() => 0)
  }

  /** Offset of the record that is to come next. */
  get nextOffset(): number {
    return this.#nextOffset
  }

  /** Counts one record; faults are kept for `finish`. */
  check(record: AuditedRecord): void {
    this.#records++
    this.#bytes += record.valueLength
    if (record.offset !== this.#nextOffset) this.#checkOffset(record.offset)
    this.#nextOffset = Math.max(this.#nextOffset, record.offset + 1)
    if (!this.#readStamp(record)) {
      this.#findings.damaged++
      this.#findings.fault(`offset ${record.offset} has a wrong checksum`)
      return
    }
    this.#checkStamp(record.offset)
  }

  /**
   * What was read, after the last record.
   * @param endOffset of the log
   * @throws HighwaterError HIGHWATER_AUDIT at any fault
   */
  finish(endOffset: number): AuditResult {
    this.#expected.acknowledged.forEach((acknowledged, loader) => {
      const missing = acknowledged - (this.#next[loader] ?? 0)
      if (missing === 0) return
      this.#findings.lost += Math.max(0, missing)
      this.#findings.foreign += Math.max(0, -missing)
      this.#findings.fault(
        `loader ${loader} had ${acknowledged} acknowledged and ${this.#next[loader]} are there`
      )
    })
    if (this.#nextOffset !== endOffset)
      this.#findings.fault(`the log ends at ${endOffset}, its records at ${this.#nextOffset}`)
    this.#findings.throwIfAny(partitionDirectory(this.#expected.partition), this.#records)
    return { records: this.#records, bytes: this.#bytes }
  }

  #readStamp({ bytes, valueAt, valueLength, endAt = 0 }: AuditedRecord): boolean {
    const length = Math.max(0, valueLength)
    // Behind a value without headers there is only their count.
    if (endAt - valueAt - length < STAMP_BYTES) return this.#stamp.read(bytes, valueAt, length)
    return this.#stamp.readBehind(bytes, endAt, valueAt, length)
  }

  #checkOffset(offset: number): void {
    if (offset < this.#nextOffset) this.#findings.fault(`offset ${offset} came a second time`)
    else this.#findings.fault(`offset ${this.#nextOffset} is missing`)
  }

  #checkStamp(offset: number): void {
    const { loader, sequence, partition } = this.#stamp
    const next = this.#next[loader]
    if (next === undefined || partition !== this.#expected.partition.partition) {
      this.#findings.foreign++
      this.#findings.fault(`offset ${offset} has a record of loader ${loader} for partition ${partition}`)
    } else if (sequence < next) {
      this.#findings.doubled++
      this.#findings.fault(`offset ${offset} has sequence ${sequence} of loader ${loader} again`)
    } else {
      if (sequence > next) {
        this.#findings.lost += sequence - next
        this.#findings.fault(`sequence ${next} of loader ${loader} is missing before offset ${offset}`)
      }
      this.#next[loader] = sequence + 1
    }
  }
}

/**
 * Reads a partition back from offset 0 to its end, and checks every record.
 * @throws HighwaterError HIGHWATER_AUDIT
 */
export async function auditPartition(source: AuditSource, expected: ExpectedRecords): Promise<AuditResult> {
  const audit = new PartitionAudit(expected)
  const check = (record: AuditedRecord): void => audit.check(record)
  const { partition } = expected
  const endOffset = await source.endOffset(partition)
  await readToEnd({
    what: partitionDirectory(partition),
    endOffset,
    nextOffset: () => audit.nextOffset,
    read: () => source.read(check)
  })
  return audit.finish(endOffset)
}
