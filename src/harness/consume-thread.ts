/**
 * Entry of a consumer thread: one consumer of its own, which measures (`consume`) or audits (`audit`) a
 * partition.
 *
 *   harness ─▶ connect, handler, consume, audit, close      counts come back in its row of the tally
 *
 * Thread: its own, a pool thread. It blocks in fetches and costs; with a user's handler, which may wait for
 * promises, it has an event loop. The tally's stop word ends a run.
 */
import { systemClock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import type { TopicPartition } from '../base/topic-partition.ts'
import { Consumer } from '../clients/consumer/consumer.ts'
import type { ProcessCost } from '../planner/units.ts'
import type { Command } from '../threads/command-port.ts'
import { enterThread, obeyUntilClosed } from '../threads/thread-start.ts'
import type { Channel } from '../wire/network/channel.ts'
import { type AuditedRecord, type AuditResult, auditPartition } from './audit.ts'
import { type ConsumeResult, consumeUntilStopped } from './consume-loop.ts'
import { makeHandler } from './handler/handler.ts'
import { handleUntilStopped } from './handler/handler-loop.ts'
import { type HandlerSource, loadHandler } from './handler/handler-module.ts'
import { printToErrorOutput } from './handler/handler-output.ts'
import { HandlerThreadLane } from './handler/handler-thread-lane.ts'
import { type HeapPoint, retainedBytes } from './handler/retained-heap.ts'
import { ServiceMeter } from './handler/service-times.ts'
import { readThreadCpuMs } from './machine-usage.ts'
import type { ServiceTimes } from './plan/plan-bench.ts'
import { connectTarget } from './targets/embedded-target.ts'
import { ThreadTally } from './thread-tally.ts'

/** What a consumer is started with, beside the handle of its target, its row and its tally. */
export interface ConsumerData {
  readonly recordBytes: number
  /** `batch.size` of the producers. */
  readonly batchBytes: number
}

/** Body of `consume`. */
export interface ConsumeCommand {
  readonly partition: TopicPartition
  readonly process: ProcessCost | null
  /** Whether records go to the handler that was loaded; `process` is null then. */
  readonly withModule?: boolean
  /** Where to begin again; null: never. */
  readonly endOffset: number | null
}

/** Answer to `consume`. */
export interface ConsumerReport extends ConsumeResult {
  readonly elapsedMs: number
  /** CPU milliseconds of the thread meanwhile; null where the system does not tell. */
  readonly cpuMs: number | null
  /** Null without a handler, or with too few calls of it. */
  readonly service: ServiceTimes | null
  /** What the thread with a user's handler keeps, before the run and after it; null where nobody can tell. */
  readonly heap: readonly [before: HeapPoint, after: HeapPoint] | null
}

/** Body of `audit`: records each loader had acknowledged. */
export interface AuditCommand {
  readonly partition: TopicPartition
  readonly acknowledged: readonly number[]
}

/** Bounds how long a stop goes unnoticed. */
const READ_WAIT_MS = 50
/** An audit waits longer: what is not there then is lost. */
const AUDIT_WAIT_MS = 500

class ConsumerThread {
  readonly #handle: Record<string, unknown>
  readonly #tally: ThreadTally
  readonly #recordsPerBatch: number
  #channel: Channel | null = null
  #auditor: Consumer | null = null
  #consumer: Consumer | null = null
  #batches = 0
  #lane: HandlerThreadLane | null = null
  /** Records that the user's handler got so far. */
  #handled = 0

  constructor(data: Record<string, unknown>) {
    const { recordBytes, batchBytes } = data['start'] as ConsumerData
    this.#handle = data
    this.#tally = new ThreadTally(data['tally'] as SharedArrayBuffer, Number(data['row']))
    this.#recordsPerBatch = Math.max(1, Math.floor(batchBytes / recordBytes))
  }

  async obey(command: Command): Promise<object> {
    const body: object = command.body
    if (command.name === 'connect') return this.#connect()
    if (command.name === 'handler') return await this.#load(body as HandlerSource)
    if (command.name === 'consume') return await this.#consume(body as ConsumeCommand)
    invariant(command.name === 'audit', 'a consumer thread knows its commands', { name: command.name })
    return this.#audit(body as AuditCommand)
  }

  async close(): Promise<void> {
    await this.#lane?.close()
    await this.#consumer?.close()
    await this.#auditor?.close()
    await this.#channel?.close()
  }

  async #connect(): Promise<object> {
    this.#channel = await connectTarget(this.#handle)
    this.#consumer = new Consumer(this.#channel)
    return {}
  }

  /** Shown in the tally as a record that is handled: a module that never loads hangs like a handler. */
  async #load(source: HandlerSource): Promise<object> {
    invariant(this.#channel !== null, 'a consumer is connected before it handles')
    printToErrorOutput()
    this.#tally.publish(0, 1, 0)
    const loaded = await loadHandler(source)
    this.#tally.publish(0, 0, 0)
    this.#lane = new HandlerThreadLane(this.#channel, source, loaded)
    return {}
  }

  async #consume(command: ConsumeCommand): Promise<ConsumerReport> {
    const isModule = command.withModule ?? false
    const before = isModule ? await this.#heapPoint() : null
    const startedMs = systemClock.monotonic()
    const cpuBefore = readThreadCpuMs()
    const meter = new ServiceMeter()
    const result = await (isModule ? this.#callModule(command, meter) : this.#read(command, meter))
    this.#batches = result.batches
    const cpuAfter = readThreadCpuMs()
    const elapsedMs = systemClock.monotonic() - startedMs
    if (isModule) this.#handled += result.records
    const after = isModule ? await this.#heapPoint() : null
    return {
      ...result,
      elapsedMs,
      cpuMs: cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore,
      service: meter.times(),
      heap: before === null || after === null ? null : [before, after]
    }
  }

  #read({ partition, process, endOffset }: ConsumeCommand, meter: ServiceMeter): Promise<ConsumeResult> {
    const consumer = this.#assign(partition)
    const options = { timeoutMs: READ_WAIT_MS, blocking: true }
    return consumeUntilStopped({
      source: {
        seek: offset => consumer.seek(partition, offset),
        read: each => consumer.forEach(each, options)
      },
      tally: this.#tally,
      handler: makeHandler(process, systemClock),
      endOffset,
      recordsPerBatch: this.#recordsPerBatch,
      earlierBatches: this.#batches,
      timing: { clock: systemClock, meter }
    })
  }

  #callModule({ partition, endOffset }: ConsumeCommand, meter: ServiceMeter): Promise<ConsumeResult> {
    invariant(this.#lane !== null, 'a handler is loaded before it handles')
    return handleUntilStopped({
      ...this.#lane.of(partition, READ_WAIT_MS),
      tally: this.#tally,
      clock: systemClock,
      endOffset,
      recordsPerBatch: this.#recordsPerBatch,
      earlierBatches: this.#batches,
      meter
    })
  }

  async #heapPoint(): Promise<HeapPoint | null> {
    const bytes = await retainedBytes()
    return bytes === null ? null : { records: this.#handled, bytes }
  }

  async #audit({ partition, acknowledged }: AuditCommand): Promise<AuditResult> {
    invariant(this.#channel !== null, 'a consumer is connected before it reads')
    // What is judged is what stands in the files.
    this.#auditor ??= new Consumer(this.#channel, { 'engine.hot.tail': false })
    const consumer = this.#auditor
    consumer.assign([partition])
    consumer.seek(partition, 0)
    const options = { timeoutMs: AUDIT_WAIT_MS, blocking: true }
    const source = {
      endOffset: () => consumer.endOffset(partition),
      read: (each: (record: AuditedRecord) => void) => consumer.forEach(each, options)
    }
    return auditPartition(source, { partition, acknowledged })
  }

  #assign(partition: TopicPartition): Consumer {
    const consumer = this.#consumer
    invariant(consumer !== null, 'a consumer is connected before it reads')
    consumer.assign([partition])
    return consumer
  }
}

export default async function consumeThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const thread = new ConsumerThread(data)
  await obeyUntilClosed(port, thread)
}
