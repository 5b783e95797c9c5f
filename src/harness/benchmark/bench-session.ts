/**
 * The runs of a benchmark from warm-up to audit: load and readers are started, sampled, ended and read back.
 * No number leaves before the audit has passed.
 *
 * Thread: the harness's.
 */
import type { Clock } from '../../base/clock.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import { pause } from '../run-series.ts'
import type { PartitionUsage } from '../target.ts'
import type { BenchAudit } from './bench-audit.ts'
import type { BenchCrew, CrewLoadReport } from './bench-crew.ts'
import type { LoadCommand } from './bench-loader.ts'
import type { ReadCommand, ReadReport } from './bench-read-thread.ts'
import { type BenchPlan, burstRecords } from './bench-settings.ts'
import { Histogram } from './histogram.ts'
import { measureRun, type RunCounts, withLateLatencies } from './run-measure.ts'

/** What every benchmark works with. */
export interface BenchContext {
  readonly crew: BenchCrew
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onStep: (text: string) => void
}

/** One run, counted; its numbers hold once the audit has passed. */
export interface BenchRun {
  readonly counts: RunCounts
  readonly slip: Histogram
  /** Null where nothing was loaded while it was measured. */
  readonly loads: readonly CrewLoadReport[] | null
  readonly reads: readonly ReadReport[] | null
}

export interface SessionFindings {
  readonly runs: readonly BenchRun[]
  readonly audit: BenchAudit
}

/** Batches after which a thread's code is compiled; before, they cost up to five times as much. */
const WARM_BATCHES = 100
const WARM_MS_MAX = 3000
const LOOK_MS = 10
/** Between a command and the start it names: every thread has it by then. */
const START_MS = 30
/** Readers that get nothing for so long have lost it: the audit will say what. */
const DRAIN_MS_MAX = 5000

export class BenchSession {
  readonly #context: BenchContext
  #plan: BenchPlan
  /** Records by loader that are to be found. */
  readonly #acknowledged: number[]

  constructor(context: BenchContext, plan: BenchPlan) {
    this.#context = context
    this.#plan = plan
    this.#acknowledged = new Array<number>(plan.load.loaders).fill(0)
  }

  /** @throws HighwaterError HIGHWATER_AUDIT: there is no result then; HIGHWATER_INTERRUPTED */
  async run(): Promise<SessionFindings> {
    const { onStep } = this.#context
    const { workload, runs: count } = this.#plan.settings
    await this.start()
    const runs: BenchRun[] = []
    for (let run = 1; run <= count; run++) {
      onStep(`${workload}, run ${run} of ${count}`)
      runs.push(await this.#run())
    }
    return { runs, audit: await this.audit() }
  }

  /** Makes the topic, and warms every thread or writes what is to be read. */
  async start(): Promise<void> {
    const { crew, onStep } = this.#context
    const { settings, load } = this.#plan
    onStep('warming every thread')
    await crew.createTopic(load.topic, load.partitions)
    await crew.openProducers(load.config)
    if (settings.workload === 'consume') await this.#prepare(settings.records ?? 0)
    else await this.#warmUp()
  }

  /** Goes on with other settings of a run, or of the producers; sizes, keys and topic stay. */
  async turnTo(plan: BenchPlan): Promise<void> {
    const before = this.#plan.load.config
    this.#plan = plan
    if (plan.load.config !== before) await this.#context.crew.openProducers(plan.load.config)
  }

  /** Reads the topic back. @throws HighwaterError HIGHWATER_AUDIT */
  async audit(): Promise<BenchAudit> {
    const { crew, onStep } = this.#context
    const { topic, partitions, recordSample } = this.#plan.load
    onStep('reading every record back')
    return await crew.audit({
      topic,
      partitions,
      acknowledged: this.#acknowledged,
      isStampInHeader: recordSample !== null
    })
  }

  #run(): Promise<BenchRun> {
    const { workload } = this.#plan.settings
    if (workload === 'consume') return this.#consume()
    return workload === 'e2e' ? this.#endToEnd() : this.produce()
  }

  /** One run of the loaders alone. */
  async produce(): Promise<BenchRun> {
    const { crew } = this.#context
    const start = this.#startTime()
    this.#dropLatencies()
    const loading = heard(this.#load(start, true))
    const counts = await this.#measure(start, loading, {
      finished: () => crew.loading.finished(),
      take: () => ({ scheduled: crew.answered.take('scheduled'), sent: crew.answered.take('sent') })
    })
    const loads = await loading
    const late = { scheduled: crew.answered.take('scheduled'), sent: crew.answered.take('sent') }
    return { counts: withLateLatencies(counts, late), slip: crew.answered.take('slip'), loads, reads: null }
  }

  async #endToEnd(): Promise<BenchRun> {
    const { crew } = this.#context
    this.#dropLatencies()
    const begin = await this.#endOffsets()
    const start = this.#startTime()
    const reading = heard(crew.read(this.#readCommands(begin, null, start)))
    const loading = heard(this.#load(start, false))
    try {
      const counts = await this.#measure(start, loading, {
        finished: () => crew.reading.finished(),
        take: () => ({ scheduled: crew.received.take('scheduled'), sent: crew.received.take('sent') })
      })
      const loads = await loading
      await this.#drain(loads.reduce((sum, { sent }) => sum + sent, 0))
      crew.reading.stop()
      const reads = await reading
      const late = { scheduled: crew.received.take('scheduled'), sent: crew.received.take('sent') }
      return { counts: withLateLatencies(counts, late), slip: crew.answered.take('slip'), loads, reads }
    } finally {
      await this.#endAll([loading, reading])
    }
  }

  async #consume(): Promise<BenchRun> {
    const { crew, clock } = this.#context
    const { settings } = this.#plan
    const end = await this.#endOffsets()
    const reading = heard(
      crew.read(
        this.#readCommands(
          end.map(() => 0),
          end,
          null
        )
      )
    )
    try {
      await this.#untilWarm('reading', settings.consumers)
      const counts = await measureRun({
        ...this.#context,
        ...settings,
        measureMs: clock.monotonic(),
        seconds: settings.seconds ?? 0,
        finished: () => crew.reading.finished(),
        offered: () => 0,
        isOver: () => crew.reading.isStopped,
        takeLatencies: null,
        partitionUsages: () => this.#partitionUsages()
      })
      crew.reading.stop()
      return { counts, slip: new Histogram(), loads: null, reads: await reading }
    } finally {
      await this.#endAll([reading])
    }
  }

  /** Measures while the load of a run goes on. */
  async #measure(
    start: RunStart,
    loading: Promise<unknown>,
    { finished, take }: { finished: () => number; take: () => { scheduled: Histogram; sent: Histogram } }
  ): Promise<RunCounts> {
    const { crew } = this.#context
    const { settings, load } = this.#plan
    const isBounded = settings.mode === 'saturation' && settings.records === null
    const recordsAtMost = isBounded
      ? settings.bytesPerRunMax / load.meanRecordBytes
      : Number.POSITIVE_INFINITY
    let isLoaded = false
    const loaded = (): void => {
      isLoaded = true
    }
    loading.then(loaded, loaded)
    try {
      const counts = await measureRun({
        ...this.#context,
        ...settings,
        measureMs: start.measureMs,
        seconds: settings.seconds ?? Number.POSITIVE_INFINITY,
        finished,
        offered: () => crew.loading.offered(),
        isOver: records => isLoaded || records >= recordsAtMost || crew.loading.isStopped,
        takeLatencies: take,
        partitionUsages: () => this.#partitionUsages()
      })
      // An open loop ends by its own schedule; stopped earlier it would leave out what is due.
      if (isBounded) crew.loading.stop()
      return counts
    } catch (cause) {
      await this.#endAll([loading])
      throw cause
    }
  }

  async #load(start: RunStart, timesAnswers: boolean): Promise<readonly CrewLoadReport[]> {
    const { crew } = this.#context
    const plan = this.#plan
    const { loaders } = plan.load
    const { recordsPerSecond, records } = plan.settings
    const commands = Array.from({ length: loaders }, (_, loader) =>
      this.#loadCommand({
        ...start,
        recordsPerSecond,
        recordsMax: records === null ? null : Math.floor((records + loader) / loaders),
        timesAnswers
      })
    )
    return this.#noted(await crew.load(commands))
  }

  #loadCommand(
    run: Pick<
      LoadCommand,
      'startMs' | 'measureMs' | 'endMs' | 'recordsPerSecond' | 'recordsMax' | 'timesAnswers'
    >
  ): LoadCommand {
    const { settings, load } = this.#plan
    return {
      ...run,
      topic: load.topic,
      partition: settings.partition,
      arrivals: settings.arrivals,
      loaders: load.loaders,
      burstRecords: burstRecords(load)
    }
  }

  /** Full load until every loader, and every reader, is warm. */
  async #warmUp(): Promise<void> {
    const { crew } = this.#context
    const plan = this.#plan
    const isRead = plan.settings.workload === 'e2e'
    const begin = await this.#endOffsets()
    const reading = isRead ? heard(crew.read(this.#readCommands(begin, null, null))) : null
    const loading = heard(this.#fullLoad(null))
    try {
      await this.#untilWarm('loading', plan.load.loaders)
      if (isRead) await this.#untilWarm('reading', plan.settings.consumers)
      crew.loading.stop()
      const loads = await loading
      if (reading === null) return
      await this.#drain(loads.reduce((sum, { sent }) => sum + sent, 0))
      crew.reading.stop()
      await reading
    } finally {
      await this.#endAll(reading === null ? [loading] : [loading, reading])
    }
  }

  /** What readers are to read. */
  async #prepare(records: number): Promise<void> {
    this.#context.onStep(`writing ${records} records to read`)
    await this.#fullLoad(records)
  }

  async #fullLoad(records: number | null): Promise<readonly CrewLoadReport[]> {
    const { crew, clock } = this.#context
    const plan = this.#plan
    const { loaders } = plan.load
    const startMs = clock.monotonic()
    const commands = Array.from({ length: loaders }, (_, loader) =>
      this.#loadCommand({
        startMs,
        measureMs: startMs,
        endMs: records === null ? startMs + WARM_MS_MAX : Number.POSITIVE_INFINITY,
        recordsPerSecond: null,
        recordsMax: records === null ? null : Math.floor((records + loader) / loaders),
        timesAnswers: false
      })
    )
    return this.#noted(await crew.load(commands))
  }

  #noted(reports: readonly CrewLoadReport[]): readonly CrewLoadReport[] {
    for (const [loader, { acknowledged }] of reports.entries()) this.#acknowledged[loader] = acknowledged
    return reports
  }

  #startTime(): RunStart {
    const { clock } = this.#context
    const plan = this.#plan
    const { leadMs, seconds } = plan.settings
    const startMs = clock.monotonic() + START_MS
    const measureMs = startMs + leadMs
    return { startMs, measureMs, endMs: measureMs + (seconds ?? Number.POSITIVE_INFINITY) * 1000 }
  }

  /** Offsets by partition behind all that is there. */
  async #endOffsets(): Promise<readonly number[]> {
    const { topic, partitions } = this.#plan.load
    return await this.#context.crew.endOffsets(topic, partitions)
  }

  /** Partitions are dealt out to the readers in turns. Offsets by partition. */
  #readCommands(
    begin: readonly number[],
    end: readonly number[] | null,
    start: RunStart | null
  ): ReadCommand[] {
    const { settings, load } = this.#plan
    const { partition, consumers } = settings
    const all = partition === null ? begin.map((_, index) => index) : [partition]
    return Array.from({ length: consumers }, (_, reader) => {
      const own = all.filter((_, index) => index % consumers === reader)
      return {
        topic: load.topic,
        partitions: own,
        api: settings.api,
        process: settings.process,
        begin: own.map(index => begin[index] ?? 0),
        end: end === null ? null : own.map(index => end[index] ?? 0),
        timed:
          start === null
            ? null
            : {
                isStampInHeader: load.recordSample !== null,
                startMs: start.startMs,
                measureMicros: (start.measureMs - start.startMs) * 1000
              },
        recordsPerBatch: Math.max(1, Math.floor(load.batchBytes / load.meanRecordBytes))
      }
    })
  }

  /** @throws HighwaterError HIGHWATER_TIMEOUT if a thread gets nowhere */
  async #untilWarm(group: 'loading' | 'reading', threads: number): Promise<void> {
    const { clock, signal, crew } = this.#context
    const startedMs = clock.monotonic()
    const board = crew[group]
    while (board.batchesLeast(threads) < WARM_BATCHES && !board.isStopped) {
      if (clock.monotonic() - startedMs > WARM_MS_MAX) {
        // A slow handler does not get through so many batches: then this time must do.
        if (board.finished() > 0) return
        throw new HighwaterError(
          'HIGHWATER_TIMEOUT',
          `Nothing was ${WARM_VERBS[group]} in ${WARM_MS_MAX / 1000} s.`
        )
      }
      await pause(clock, LOOK_MS, signal)
    }
  }

  /** Waits until the readers have had so many records, or get no more. */
  async #drain(records: number): Promise<void> {
    const { clock, signal, crew } = this.#context
    let seen = crew.reading.finished()
    let movedMs = clock.monotonic()
    while (seen < records && !crew.reading.isStopped && clock.monotonic() - movedMs < DRAIN_MS_MAX) {
      await pause(clock, LOOK_MS, signal)
      const now = crew.reading.finished()
      if (now > seen) movedMs = clock.monotonic()
      seen = now
    }
  }

  #partitionUsages(): Promise<readonly PartitionUsage[]> {
    const { topic, partitions } = this.#plan.load
    return this.#context.crew.partitionUsages(topic, partitions)
  }

  /** No command is left running behind an error. */
  async #endAll(running: readonly Promise<unknown>[]): Promise<void> {
    const { crew } = this.#context
    crew.loading.stop()
    crew.reading.stop()
    await Promise.allSettled(running)
  }

  /** What a run before left in the histograms. */
  #dropLatencies(): void {
    const { answered, received } = this.#context.crew
    for (const kind of ['scheduled', 'sent', 'slip'] as const) {
      answered.take(kind)
      received.take(kind)
    }
  }
}

interface RunStart {
  readonly startMs: number
  readonly measureMs: number
  readonly endMs: number
}

const WARM_VERBS = { loading: 'acknowledged', reading: 'read' } as const

/** Somebody looks at the result later: until then an error is not one that nobody handles. */
function heard<T>(running: Promise<T>): Promise<T> {
  running.catch(() => {})
  return running
}
