/**
 * What the audits have in common: reading a log to its end, what they find wrong, and the sentence that says
 * so instead of any number.
 */
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { formatCount } from '../planner/units.ts'

/** Faults of one audit: each counted by kind as far as it has one, the first kept in words. */
export class AuditFindings {
  lost = 0
  doubled = 0
  damaged = 0
  foreign = 0
  #firstFault = ''

  fault(what: string): void {
    if (this.#firstFault === '') this.#firstFault = what
  }

  /**
   * @param what was audited, as a person names it
   * @param records read back
   * @throws HighwaterError HIGHWATER_AUDIT at any fault
   */
  throwIfAny(what: string, records: number): void {
    if (this.#firstFault === '') return
    const kinds = [
      [this.lost, 'lost'],
      [this.doubled, 'twice'],
      [this.damaged, 'damaged'],
      [this.foreign, 'never acknowledged or from elsewhere']
    ] as const
    const counts = kinds
      .filter(([count]) => count > 0)
      .map(([count, kind]) => `${formatCount(count)} ${kind}`)
    const found = counts.length === 0 ? 'offsets that do not add up' : counts.join(', ')
    throw new HighwaterError(
      'HIGHWATER_AUDIT',
      `No result: the audit of ${what} found, among ${formatCount(records)} records read back, ` +
        `${found} (first: ${this.#firstFault}).`
    )
  }
}

interface AuditedLog {
  /** As a person names it. */
  readonly what: string
  readonly endOffset: number
  /** Offset of the record that is to come next. */
  nextOffset(): number
  /** Checks what is there, waiting a while for the next; returns how many. */
  read(): Promise<number>
}

/** Empty reads in a row after which the rest of a log is taken for lost. */
const EMPTY_READS_MAX = 20

/**
 * Reads a log to its end, or to where nothing comes any more. A batch that the consumer itself finds damaged
 * fails the audit as well as a record that only the audit does.
 * @throws HighwaterError HIGHWATER_AUDIT at a damaged batch
 */
export async function readToEnd(log: AuditedLog): Promise<void> {
  let empty = 0
  try {
    while (log.nextOffset() < log.endOffset && empty < EMPTY_READS_MAX) {
      empty = (await log.read()) === 0 ? empty + 1 : 0
    }
  } catch (cause) {
    if (!(cause instanceof KafkaError) || cause.code !== 'CORRUPT_MESSAGE') throw cause
    const text = `No result: the audit of ${log.what} met a damaged batch: ${cause.message}.`
    throw new HighwaterError('HIGHWATER_AUDIT', text, { cause })
  }
}
