/**
 * Tc: what one consumer reaches on one partition, with its handler and without. Saturation: it reads in
 * circles over what the producers wrote, from the page cache.
 *
 * Thread: the harness's.
 */

import { invariant } from '../../base/invariant.ts'
import { HighwaterError } from '../../base/local-errors.ts'
import type { ProcessCost } from '../../planner/units.ts'
import { threadEntry } from '../../threads/worker-entry.ts'
import { type BenchContext, meteredRun, sampledBytes, seriesOf, windowLength } from '../bench-run.ts'
import type { ConsumeCommand, ConsumerReport } from '../consume-thread.ts'
import { HANDLER_HEAP_MB, HandlerGuard } from '../handler/handler-guard.ts'
import { handlerSource } from '../handler/handler-module.ts'
import { type HeapPoint, leakWarning } from '../handler/retained-heap.ts'
import { pause } from '../run-series.ts'
import { ThreadGroup } from '../thread-group.ts'
import type { HandlerBenchRun } from './plan-bench.ts'

export const CONSUMER_ENTRY = threadEntry(import.meta.url, '../consume-thread.ts')

const WINDOWS_MIN = 12
/** With fewer records a window cannot tell a tenth more from a tenth less. */
const WINDOW_RECORDS = 20
const WINDOW_RECORDS_MIN = 8
/** A run with a slow handler may last so many times the usual. */
const PATIENCE = 4

/** How long a user's handler is tried before it is measured, and how often that is looked at. */
const TRY_MS = 1000
const TRY_LOOK_MS = 20

interface HandlerRun {
  readonly windowMs: number
  readonly seconds: number
}

/**
 * Window and length of a run with this handler; null if a record takes so long that Tc is better predicted.
 */
export function handlerRun(process: ProcessCost, secondsPerRun: number): HandlerRun | null {
  const costMs = process.micros / 1000
  const usualMs = windowLength(secondsPerRun)
  const longestMs = (PATIENCE * secondsPerRun * 1000) / WINDOWS_MIN
  if (WINDOW_RECORDS_MIN * costMs > longestMs) return null
  const windowMs = Math.max(usualMs, Math.min(WINDOW_RECORDS * costMs, longestMs))
  return { windowMs, seconds: Math.max(secondsPerRun, (WINDOWS_MIN * windowMs) / 1000) }
}

/** Limits of a user's handler; for tests. */
interface HandlerLimits {
  readonly silenceMs?: number
  readonly heapMb?: number
}

/** The same for a user's handler, which must be measured however slow it is. */
function moduleRun(costMs: number, secondsPerRun: number): HandlerRun {
  const longest = (PATIENCE * secondsPerRun * 1000) / WINDOWS_MIN
  return (
    handlerRun({ kind: 'wait', micros: costMs * 1000 }, secondsPerRun) ?? {
      windowMs: longest,
      seconds: PATIENCE * secondsPerRun
    }
  )
}

export class ConsumerBench {
  readonly #group: ThreadGroup
  readonly #context: BenchContext
  /** The user's handler; null where there is none. */
  readonly #guard: HandlerGuard | null
  readonly #heap: HeapPoint[] = []
  /** Milliseconds of a record in the user's handler; null before it was tried. */
  #moduleMs: number | null = null

  /** @throws HighwaterError HIGHWATER_CONFIG if there is no file of the handler */
  constructor(context: BenchContext, limits: HandlerLimits = {}) {
    const { settings } = context
    const { handlerModule } = settings
    const source = handlerModule === null ? null : handlerSource(handlerModule)
    const heapMb = source === null ? undefined : (limits.heapMb ?? HANDLER_HEAP_MB)
    this.#context = context
    this.#group = new ThreadGroup({
      ...context,
      entry: CONSUMER_ENTRY,
      threadsMax: 1,
      start: { recordBytes: settings.recordBytes, batchBytes: settings.batchBytes },
      heapMb
    })
    this.#guard =
      source === null
        ? null
        : new HandlerGuard({ ...limits, group: this.#group, clock: context.clock, source, heapMb })
  }

  /** @throws HighwaterError HIGHWATER_CONFIG or HIGHWATER_HANDLER if the user's handler cannot be loaded */
  async open(): Promise<void> {
    await this.#group.grow(1)
    await this.#guard?.load(1)
  }

  /** What to know about the user's handler after its runs: that it leaks; null if there is nothing. */
  get handlerWarning(): string | null {
    const { handlerModule } = this.#context.settings
    return handlerModule === null ? null : leakWarning(handlerSource(handlerModule).name, this.#heap)
  }

  close(): Promise<void> {
    return this.#group.close()
  }

  /** A run that only fetches and decodes, over the first `endOffset` records. */
  fetchOnly(endOffset: number, seconds: number): Promise<HandlerBenchRun> {
    const body = this.#body(endOffset)
    return this.#run(body, { windowMs: windowLength(seconds), seconds })
  }

  /** A run with the handler of the settings, as long as it takes to see its rate. */
  async withHandler(endOffset: number, seconds: number): Promise<HandlerBenchRun> {
    const guard = this.#guard
    if (guard !== null) return await guard.watch(() => this.#withModule(endOffset, seconds))
    const { process } = this.#context.settings
    invariant(process !== null, 'a handler that is measured is known')
    const length = handlerRun(process, seconds)
    invariant(length !== null, 'a handler that takes too long is predicted', { micros: process.micros })
    return await this.#run({ ...this.#body(endOffset), process }, length)
  }

  async #withModule(endOffset: number, seconds: number): Promise<HandlerBenchRun> {
    const body: ConsumeCommand = { ...this.#body(endOffset), withModule: true }
    this.#moduleMs ??= await this.#tryModule(body)
    return await this.#run(body, moduleRun(this.#moduleMs, seconds))
  }

  /** Milliseconds of a record, after a while in which the module gets warm. */
  async #tryModule(body: ConsumeCommand): Promise<number> {
    const { clock, signal } = this.#context
    const { board } = this.#group
    const running = this.#group.run('consume', [body])
    const startedMs = clock.monotonic()
    try {
      while (!board.isStopped && (clock.monotonic() - startedMs < TRY_MS || board.finished() === 0)) {
        await pause(clock, TRY_LOOK_MS, signal)
      }
    } finally {
      board.stop()
      await Promise.allSettled([running])
    }
    const [report] = (await running) as object[] as ConsumerReport[]
    invariant(report !== undefined && report.records > 0, 'a trial has a record')
    return report.service?.meanMs ?? report.elapsedMs / report.records
  }

  #noteHeap({ heap }: ConsumerReport): void {
    if (heap !== null) this.#heap.push(...(this.#heap.length === 0 ? heap : [heap[1]]))
  }

  #body(endOffset: number): ConsumeCommand {
    const { topic } = this.#context.settings
    return { partition: { topic, partition: 0 }, process: null, endOffset }
  }

  async #run(body: ConsumeCommand, length: HandlerRun): Promise<HandlerBenchRun> {
    const { recordBytes } = this.#context.settings
    const { samples, usage, reports } = await meteredRun<ConsumerReport>(this.#context, {
      group: this.#group,
      command: 'consume',
      bodies: [body],
      sampleMs: length.windowMs,
      seconds: length.seconds,
      bytesMax: Number.POSITIVE_INFINITY,
      watched: []
    })
    const bytes = sampledBytes(samples, recordBytes)
    if (bytes === 0) {
      throw new HighwaterError('HIGHWATER_TIMEOUT', `A consumer finished no record in ${length.seconds} s.`)
    }
    const [report] = reports
    const cpuMs = report?.cpuMs ?? null
    if (report !== undefined) this.#noteHeap(report)
    return {
      series: seriesOf(samples, length.windowMs, recordBytes),
      bytes,
      processCpuSeconds: usage.processCpuSeconds,
      coresBusy: usage.coresBusy,
      loaderBusy: null,
      partitionBusy: null,
      diskWait: null,
      consumerBusy: report === undefined || cpuMs === null ? null : cpuMs / report.elapsedMs,
      bytesPerCpuSecond:
        report === undefined || cpuMs === null ? null : (report.records * recordBytes * 1000) / cpuMs,
      service: report?.service ?? null
    }
  }
}
