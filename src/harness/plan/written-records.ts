/**
 * What the runs wrote: read back, every record of it, and then taken from the disk, so that a plan may
 * write much more than it ever holds. The threads and the files of the partitions stay, and stay warm.
 *
 * Thread: the harness's; reads in threads of its own, since one that measures is to do nothing else.
 */
import type { AuditResult } from '../audit.ts'
import type { BenchContext } from '../bench-run.ts'
import type { AuditCommand } from '../consume-thread.ts'
import { ThreadGroup } from '../thread-group.ts'
import { CONSUMER_ENTRY } from './measure-consumer.ts'

const READERS_MAX = 4

/** One audit for each partition. @param acknowledged records by partition and loader */
export function auditCommands(
  topic: string,
  acknowledged: readonly (readonly number[])[]
): readonly AuditCommand[] {
  return acknowledged.map((byLoader, partition) => ({
    partition: { topic, partition },
    acknowledged: byLoader
  }))
}

/** What threads that audited have read, all together. */
export function auditTotal(results: readonly Readonly<Record<string, unknown>>[]): AuditResult {
  const sum = (name: string): number => results.reduce((total, result) => total + Number(result[name]), 0)
  return { records: sum('records'), bytes: sum('bytes') }
}

export class WrittenRecords {
  readonly #context: BenchContext
  readonly #readers: ThreadGroup
  readonly #readersMax: number
  #audited: AuditResult = { records: 0, bytes: 0 }

  constructor(context: BenchContext) {
    const { recordBytes, batchBytes } = context.settings
    this.#context = context
    this.#readersMax = Math.min(context.cores, READERS_MAX)
    this.#readers = new ThreadGroup({
      ...context,
      entry: CONSUMER_ENTRY,
      threadsMax: this.#readersMax,
      start: { recordBytes, batchBytes }
    })
  }

  /** All that was read back so far. */
  get audited(): AuditResult {
    return this.#audited
  }

  /**
   * Reads every partition of a topic back; what is there stays.
   * @param acknowledged records by partition and loader
   * @throws HighwaterError HIGHWATER_AUDIT
   */
  async audit(topic: string, acknowledged: readonly (readonly number[])[]): Promise<void> {
    const commands = auditCommands(topic, acknowledged)
    await this.#readers.grow(Math.min(this.#readersMax, Math.max(this.#readers.size, commands.length)))
    for (let from = 0; from < commands.length; from += this.#readers.size) {
      const results = await this.#readers.run('audit', commands.slice(from, from + this.#readers.size))
      this.#add(auditTotal(results))
    }
  }

  /** As `audit`, and then the topic is empty. */
  async giveBack(topic: string, acknowledged: readonly (readonly number[])[]): Promise<void> {
    await this.audit(topic, acknowledged)
    await this.#context.target.emptyTopic(topic, acknowledged.length)
  }

  close(): Promise<void> {
    return this.#readers.close()
  }

  #add({ records, bytes }: AuditResult): void {
    this.#audited = { records: this.#audited.records + records, bytes: this.#audited.bytes + bytes }
  }
}
