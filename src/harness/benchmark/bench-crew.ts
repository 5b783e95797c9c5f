/**
 * The threads of a benchmark as its session sees them: loaders, readers, and the counts and latencies they
 * share. Tests pass one that loses records.
 *
 * Thread: the harness's.
 */
import type { Clock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { threadEntry } from '../../threads/worker-entry.ts'
import type { PartitionUsage, Target } from '../target.ts'
import { ThreadGroup } from '../thread-group.ts'
import type { TallyBoard } from '../thread-tally.ts'
import type { BenchAudit, ExpectedTopic } from './bench-audit.ts'
import type { LoadCommand, LoaderStart, LoadReport } from './bench-loader.ts'
import type { ReadCommand, ReadReport } from './bench-read-thread.ts'
import { HistogramBoard } from './histogram-board.ts'
import type { GivenConfig } from './load-settings.ts'

/** What a session samples while threads run, and how it ends them. */
type CrewBoard = Pick<TallyBoard, 'finished' | 'offered' | 'batchesLeast' | 'stop' | 'isStopped'>

/** A loader's report, and what its thread took; null where the system does not tell. */
export type CrewLoadReport = LoadReport & { readonly cpuMs: number | null }

export interface BenchCrew {
  readonly loading: CrewBoard
  readonly reading: CrewBoard
  /** Latencies up to the acknowledgement. */
  readonly answered: Pick<HistogramBoard, 'take'>
  /** Latencies up to the reader. */
  readonly received: Pick<HistogramBoard, 'take'>
  createTopic(topic: string, partitions: number): Promise<void>
  /** Every loader gets a producer with these settings; the one before is closed. */
  openProducers(config: GivenConfig): Promise<void>
  /** One command per loader. @throws HighwaterError HIGHWATER_AUDIT if a record failed */
  load(commands: readonly LoadCommand[]): Promise<readonly CrewLoadReport[]>
  /** One command per reader. @throws HighwaterError HIGHWATER_AUDIT if a record was left out or came twice */
  read(commands: readonly ReadCommand[]): Promise<readonly ReadReport[]>
  /** Offset behind the last record of each partition. */
  endOffsets(topic: string, partitions: number): Promise<readonly number[]>
  /** @throws HighwaterError HIGHWATER_AUDIT */
  audit(expected: ExpectedTopic): Promise<BenchAudit>
  /** How each partition's thread has spent its time. */
  partitionUsages(topic: string, partitions: number): Promise<readonly PartitionUsage[]>
  close(): Promise<void>
}

interface CrewOptions {
  readonly target: Target
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly loaders: number
  /** At least one: it audits. */
  readonly readers: number
  readonly loaderStart: Omit<LoaderStart, 'latency'>
  readonly consumerConfig: GivenConfig
}

/** Starts the threads, and waits until each is connected. */
export async function startCrew(options: CrewOptions): Promise<BenchCrew> {
  const crew = new ThreadCrew(options)
  try {
    await crew.start()
    return crew
  } catch (cause) {
    await crew.close()
    throw cause
  }
}

class ThreadCrew implements BenchCrew {
  readonly answered: HistogramBoard
  readonly received: HistogramBoard
  readonly #options: CrewOptions
  readonly #loaders: ThreadGroup
  readonly #readers: ThreadGroup

  constructor(options: CrewOptions) {
    const { loaders, readers, loaderStart, consumerConfig } = options
    this.#options = options
    this.answered = new HistogramBoard(loaders)
    this.received = new HistogramBoard(readers)
    this.#loaders = new ThreadGroup({
      ...options,
      entry: threadEntry(import.meta.url, './bench-load-thread.ts'),
      threadsMax: loaders,
      start: { ...loaderStart, latency: this.answered.buffer }
    })
    this.#readers = new ThreadGroup({
      ...options,
      entry: threadEntry(import.meta.url, './bench-read-thread.ts'),
      threadsMax: readers,
      start: { config: consumerConfig, latency: this.received.buffer }
    })
  }

  async start(): Promise<void> {
    await this.#loaders.grow(this.#options.loaders)
    await this.#readers.grow(this.#options.readers)
  }

  get loading(): TallyBoard {
    return this.#loaders.board
  }

  get reading(): TallyBoard {
    return this.#readers.board
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return this.#options.target.createTopic(topic, partitions)
  }

  async openProducers(config: GivenConfig): Promise<void> {
    await this.#loaders.run('open', new Array(this.#options.loaders).fill({ config }))
  }

  async load(commands: readonly LoadCommand[]): Promise<readonly CrewLoadReport[]> {
    const reports: object[] = await this.#loaders.run('load', commands)
    return reports as CrewLoadReport[]
  }

  async read(commands: readonly ReadCommand[]): Promise<readonly ReadReport[]> {
    const reports: object[] = await this.#readers.run('read', commands)
    return reports as ReadReport[]
  }

  async endOffsets(topic: string, partitions: number): Promise<readonly number[]> {
    const [reply] = await this.#readers.run('offsets', [{ topic, partitions }])
    return reply?.['end'] as readonly number[]
  }

  async audit(expected: ExpectedTopic): Promise<BenchAudit> {
    const [result] = await this.#readers.run('audit', [expected])
    invariant(result !== undefined, 'an audit has a result')
    return { records: Number(result['records']), bytes: Number(result['bytes']) }
  }

  partitionUsages(topic: string, partitions: number): Promise<readonly PartitionUsage[]> {
    const usages = Array.from({ length: partitions }, (_, partition) =>
      this.#options.target.partitionUsage({ topic, partition })
    )
    return Promise.all(usages)
  }

  async close(): Promise<void> {
    await Promise.all([this.#loaders.close(), this.#readers.close()])
  }
}
