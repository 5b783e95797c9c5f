/**
 * Runs of what needs no broker: this engine, and Node alone. Each is a fresh process, and each leaves
 * nothing.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcesses, FinishedRun } from './child-processes.ts'
import { programArguments, readAnswer, type Stretch } from './child-program.ts'
import type { EmbeddedConsumeAnswer, EmbeddedConsumeTask } from './embedded-consume.ts'
import type { EmbeddedIdleAnswer, EmbeddedIdleTask } from './embedded-idle.ts'
import type { EmbeddedProduceAnswer, EmbeddedProduceTask } from './embedded-produce.ts'
import type { PlainWriteTask } from './plain-write.ts'
import type { Sample } from './sample.ts'
import {
  type ConsumeWork,
  DEFAULTS,
  loggedRecords,
  type ProduceWork,
  producedRecords,
  type Size
} from './works.ts'

const PRODUCE = new URL('./embedded-produce.js', import.meta.url)
const CONSUME = new URL('./embedded-consume.js', import.meta.url)
const IDLE = new URL('./embedded-idle.js', import.meta.url)
const PLAIN_WRITE = new URL('./plain-write.js', import.meta.url)

const TOPIC = 'bench'
/** Values read while the heap is watched. */
const COUNTED_BYTES = 200_000_000

export class EmbeddedRuns {
  readonly #children: ChildProcesses
  readonly #folder: string
  readonly #size: Size
  /** Records in the log of each record size. */
  readonly #logged = new Map<number, number>()

  constructor(children: ChildProcesses, folder: string, size: Size) {
    this.#children = children
    this.#folder = folder
    this.#size = size
  }

  async produce(work: ProduceWork): Promise<Sample> {
    const directory = join(this.#folder, 'produced')
    const { recordBytes, batchBytes, lingerMs } = work
    const records = producedRecords('embedded', work, this.#size)
    const settings = { recordBytes, batchBytes, lingerMs }
    const task: EmbeddedProduceTask = { directory, topic: TOPIC, records, ...settings }
    try {
      return await this.#stretch(PRODUCE, task, recordBytes)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  async plainWrite(work: ProduceWork): Promise<Sample> {
    const file = join(this.#folder, 'plain.log')
    const { recordBytes } = work
    const task: PlainWriteTask = {
      file,
      recordBytes,
      records: producedRecords('plain-write', work, this.#size)
    }
    try {
      return await this.#stretch(PLAIN_WRITE, task, recordBytes)
    } finally {
      rmSync(file, { force: true })
    }
  }

  /** Writes the log that `consume` of this record size reads, with batches of Kafka's default size. */
  async prepareLog(recordBytes: 100 | 1000): Promise<void> {
    const task: EmbeddedProduceTask = {
      directory: this.#logDirectory(recordBytes),
      topic: TOPIC,
      records: loggedRecords(recordBytes, this.#size),
      recordBytes,
      ...DEFAULTS
    }
    const { output } = await this.#run(PRODUCE, task)
    this.#logged.set(recordBytes, readAnswer<EmbeddedProduceAnswer>(output).logRecords)
  }

  async consume({ recordBytes }: ConsumeWork, by: 'forEach' | 'poll'): Promise<Sample> {
    const task: EmbeddedConsumeTask = {
      directory: this.#logDirectory(recordBytes),
      topic: TOPIC,
      records: this.#logged.get(recordBytes) ?? 0,
      recordBytes,
      by,
      seconds: this.#size.consumeSeconds,
      countedBytes: COUNTED_BYTES
    }
    const run = await this.#run(CONSUME, task)
    const { heapBytesPerMegabyte, ...stretch } = readAnswer<EmbeddedConsumeAnswer>(run.output)
    return { ...stretch, recordBytes, heapBytesPerMegabyte, foreignShare: run.foreignShare }
  }

  async idle(): Promise<Sample> {
    const directory = join(this.#folder, 'idle')
    const task: EmbeddedIdleTask = { directory, idleMs: this.#size.idleMs }
    try {
      const run = await this.#run(IDLE, task)
      const { residentBytes, cpuMsPerSecond } = readAnswer<EmbeddedIdleAnswer>(run.output)
      const cpuSeconds = cpuMsPerSecond / 1000
      const nothing = { records: 0, recordBytes: 0, seconds: 1 }
      return { ...nothing, cpuSeconds, residentBytes, foreignShare: run.foreignShare }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }

  async #stretch(program: URL, task: object, recordBytes: number): Promise<Sample> {
    const { output, foreignShare } = await this.#run(program, task)
    const { records, seconds, cpuSeconds } = readAnswer<Stretch>(output)
    return { records, seconds, cpuSeconds, recordBytes, foreignShare }
  }

  #run(program: URL, task: object): Promise<FinishedRun> {
    return this.#children.run(process.execPath, programArguments(program, task))
  }

  #logDirectory(recordBytes: number): string {
    return join(this.#folder, `log-${recordBytes}`)
  }
}
