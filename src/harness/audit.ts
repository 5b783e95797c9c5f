/**
 * The audit: every record of a measurement is read back before any number of it is given. Each offset once,
 * each loader's sequence once and in order, each checksum right; otherwise the run is refused and has no
 * numbers.
 *
 * Thread: a consumer's pool thread. What is read is injected, so that tests lose, double and damage records.
 */
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { partitionDirectory, type TopicPartition } from '../base/topic-partition.ts'
import { formatCount } from '../planner/units.ts'
import { Stamp } from './record-stamp.ts'

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
  /** Next sequence by loader. */
  readonly #next: number[]
  #nextOffset = 0
  #records = 0
  #bytes = 0
  #lost = 0
  #doubled = 0
  #damaged = 0
  #foreign = 0
  #firstFault = ''

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
    if (!this.#stamp.read(record.bytes, record.valueAt, record.valueLength)) {
      this.#damaged++
      this.#fault(`offset ${record.offset} has a wrong checksum`)
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
      this.#lost += Math.max(0, missing)
      this.#foreign += Math.max(0, -missing)
      this.#fault(`loader ${loader} had ${acknowledged} acknowledged and ${this.#next[loader]} are there`)
    })
    if (this.#nextOffset !== endOffset)
      this.#fault(`the log ends at ${endOffset}, its records at ${this.#nextOffset}`)
    if (this.#firstFault === '') return { records: this.#records, bytes: this.#bytes }
    const found = [
      [this.#lost, 'lost'],
      [this.#doubled, 'twice'],
      [this.#damaged, 'damaged'],
      [this.#foreign, 'never acknowledged or from elsewhere']
    ] as const
    const counts = found
      .filter(([count]) => count > 0)
      .map(([count, what]) => `${formatCount(count)} ${what}`)
    const kinds = counts.length === 0 ? 'records that do not add up' : counts.join(', ')
    throw new HighwaterError(
      'HIGHWATER_AUDIT',
      `The audit of ${partitionDirectory(this.#expected.partition)} found, among ` +
        `${formatCount(this.#records)} records, ` +
        `${kinds} (first: ${this.#firstFault}); no number of this run is given.`
    )
  }

  #checkOffset(offset: number): void {
    if (offset < this.#nextOffset) this.#fault(`offset ${offset} came a second time`)
    else this.#fault(`offset ${this.#nextOffset} is missing`)
  }

  #checkStamp(offset: number): void {
    const { loader, sequence, partition } = this.#stamp
    const next = this.#next[loader]
    if (next === undefined || partition !== this.#expected.partition.partition) {
      this.#foreign++
      this.#fault(`offset ${offset} has a record of loader ${loader} for partition ${partition}`)
    } else if (sequence < next) {
      this.#doubled++
      this.#fault(`offset ${offset} has sequence ${sequence} of loader ${loader} again`)
    } else {
      if (sequence > next) {
        this.#lost += sequence - next
        this.#fault(`sequence ${next} of loader ${loader} is missing before offset ${offset}`)
      }
      this.#next[loader] = sequence + 1
    }
  }

  #fault(what: string): void {
    if (this.#firstFault === '') this.#firstFault = what
  }
}

/** Empty reads in a row after which the rest of a log is taken for lost. */
const EMPTY_READS_MAX = 20

/**
 * Reads a partition back from offset 0 to its end, and checks every record.
 * @throws HighwaterError HIGHWATER_AUDIT
 */
export async function auditPartition(source: AuditSource, expected: ExpectedRecords): Promise<AuditResult> {
  const audit = new PartitionAudit(expected)
  const check = (record: AuditedRecord): void => audit.check(record)
  const endOffset = await source.endOffset(expected.partition)
  let empty = 0
  while (audit.nextOffset < endOffset && empty < EMPTY_READS_MAX) {
    const count = await readSome(source, check, expected.partition)
    empty = count === 0 ? empty + 1 : 0
  }
  return audit.finish(endOffset)
}

/**
 * A batch that the consumer itself finds damaged fails the audit as well as a record that only the audit
 * does.
 */
async function readSome(
  source: AuditSource,
  check: (record: AuditedRecord) => void,
  partition: TopicPartition
): Promise<number> {
  try {
    return await source.read(check)
  } catch (cause) {
    if (!(cause instanceof KafkaError) || cause.code !== 'CORRUPT_MESSAGE') throw cause
    throw new HighwaterError(
      'HIGHWATER_AUDIT',
      `The audit of ${partitionDirectory(partition)} met a damaged batch: ${cause.message}; no ` +
        `number of this run is given.`,
      { cause }
    )
  }
}
