/**
 * Tc: what one consumer reaches on one partition, with its handler and without. Saturation: it reads in
 * circles over what the producers wrote, from the page cache.
 *
 * Thread: the harness's.
 */

import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import type { ProcessCost } from '../planner/units.ts'
import { threadEntry } from '../threads/worker-entry.ts'
import type { AuditResult } from './audit.ts'
import { type BenchContext, meteredRun, sampledBytes, seriesOf, windowLength } from './bench-run.ts'
import type { AuditCommand, ConsumeCommand, ConsumerReport } from './consume-thread.ts'
import type { BenchRun } from './measured-point.ts'
import { ThreadGroup } from './thread-group.ts'

export const CONSUMER_ENTRY = threadEntry(import.meta.url, './consume-thread.ts')

const WINDOWS_MIN = 12
/** With fewer records a window cannot tell a tenth more from a tenth less. */
const WINDOW_RECORDS = 20
const WINDOW_RECORDS_MIN = 8
/** A run with a slow handler may last so many times the usual. */
const PATIENCE = 4

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

export class ConsumerBench {
  readonly #group: ThreadGroup
  readonly #context: BenchContext

  constructor(context: BenchContext) {
    const { settings } = context
    this.#context = context
    this.#group = new ThreadGroup({
      ...context,
      entry: CONSUMER_ENTRY,
      threadsMax: 1,
      start: { recordBytes: settings.recordBytes, batchBytes: settings.batchBytes }
    })
  }

  open(): Promise<void> {
    return this.#group.grow(1)
  }

  close(): Promise<void> {
    return this.#group.close()
  }

  /** A run that only fetches and decodes, over the first `endOffset` records. */
  fetchOnly(endOffset: number, seconds: number): Promise<BenchRun> {
    return this.#run(null, endOffset, { windowMs: windowLength(seconds), seconds })
  }

  withHandler(process: ProcessCost, endOffset: number, length: HandlerRun): Promise<BenchRun> {
    return this.#run(process, endOffset, length)
  }

  /** Reads everything back. @throws HighwaterError HIGHWATER_AUDIT */
  async audit(acknowledged: readonly number[]): Promise<AuditResult> {
    const partition = { topic: this.#context.settings.topic, partition: 0 }
    const body: AuditCommand = { partition, acknowledged }
    const [result] = await this.#group.run('audit', [body])
    invariant(result !== undefined, 'an audit has a result')
    return { records: Number(result['records']), bytes: Number(result['bytes']) }
  }

  async #run(process: ProcessCost | null, endOffset: number, length: HandlerRun): Promise<BenchRun> {
    const { recordBytes, topic } = this.#context.settings
    const body: ConsumeCommand = { partition: { topic, partition: 0 }, process, endOffset }
    const { samples, usage, reports } = await meteredRun<ConsumerReport>(this.#context, {
      group: this.#group,
      command: 'consume',
      bodies: [body],
      sampleMs: length.windowMs,
      seconds: length.seconds,
      bytesMax: Number.POSITIVE_INFINITY
    })
    const bytes = sampledBytes(samples, recordBytes)
    if (bytes === 0) {
      throw new HighwaterError('HIGHWATER_TIMEOUT', `A consumer finished no record in ${length.seconds} s.`)
    }
    const [report] = reports
    const cpuMs = report?.cpuMs ?? null
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
        report === undefined || cpuMs === null ? null : (report.records * recordBytes * 1000) / cpuMs
    }
  }
}
