/**
 * Runs against Apache Kafka, by its own tools and by franz-go. Every produced topic is asked for its end, and
 * every consumer for how much it read.
 */
import type { ChildProcesses, FinishedRun } from './child-processes.ts'
import { type FranzGo, readFranzGo } from './franz-go.ts'
import type { KafkaBroker } from './kafka-broker.ts'
import {
  consumerPerfArguments,
  type PerfResult,
  parseConsumerPerf,
  parseProducerPerf,
  producerPerfArguments
} from './kafka-tools.ts'
import type { Sample } from './sample.ts'
import {
  type ConsumeWork,
  DEFAULTS,
  loggedRecords,
  type ProduceWork,
  producedRecords,
  type Size,
  TUNED
} from './works.ts'

/** So few that what a tool takes for them is its start. */
const START_RECORDS = 10

/** CPU seconds that a tool takes before it does anything. */
interface StartCost {
  readonly produce: number
  readonly consume: number
}

export class KafkaRuns {
  readonly #children: ChildProcesses
  readonly #broker: KafkaBroker
  readonly #franzGo: FranzGo | null
  readonly #size: Size
  #startCost: StartCost = { produce: 0, consume: 0 }
  #topics = 0

  constructor(children: ChildProcesses, broker: KafkaBroker, franzGo: FranzGo | null, size: Size) {
    this.#children = children
    this.#broker = broker
    this.#franzGo = franzGo
    this.#size = size
  }

  get startCost(): StartCost {
    return this.#startCost
  }

  /**
   * Three runs that nobody counts: the log that consumers of this size read, with Kafka's default batches;
   * the same with large ones; and reading it.
   */
  async warmUp(recordBytes: 100 | 1000): Promise<void> {
    const records = loggedRecords(recordBytes, this.#size)
    await this.#broker.admin.createTopic(logTopic(recordBytes))
    await this.#produceByJava(logTopic(recordBytes), records, { recordBytes, ...DEFAULTS })
    const half = Math.ceil(records / 2)
    await this.#onFreshTopic(half, topic => this.#produceByJava(topic, half, { recordBytes, ...TUNED }))
    await this.#consumeByJava(logTopic(recordBytes), records)
  }

  /** What Java's start costs is taken off its runs: ours is not counted either. */
  async measureStart(): Promise<void> {
    const topic = 'start'
    await this.#broker.admin.createTopic(topic)
    const settings = { recordBytes: 100, ...DEFAULTS }
    const produced = await this.#produceByJava(topic, START_RECORDS, settings)
    const consumed = await this.#consumeByJava(topic, START_RECORDS)
    this.#startCost = {
      produce: produced.run.cpuSeconds ?? 0,
      consume: consumed.run.cpuSeconds ?? 0
    }
  }

  async produceByTool(work: ProduceWork): Promise<Sample> {
    const records = producedRecords('kafka', work, this.#size)
    const { run, result } = await this.#onFreshTopic(records, topic =>
      this.#produceByJava(topic, records, work)
    )
    return sampleOf(run, work.recordBytes, timesOf(result), this.#startCost.produce)
  }

  async produceByFranzGo(work: ProduceWork): Promise<Sample> {
    const records = producedRecords('franz-go', work, this.#size)
    const settings = [work.recordBytes, work.batchBytes, work.lingerMs].map(String)
    const run = await this.#onFreshTopic(records, topic =>
      this.#runFranzGo('produce', topic, [String(records), ...settings])
    )
    return sampleOf(run, work.recordBytes, readFranzGo(run.output), 0)
  }

  async consumeByTool({ recordBytes }: ConsumeWork): Promise<Sample> {
    const records = loggedRecords(recordBytes, this.#size)
    const { run, result } = await this.#consumeByJava(logTopic(recordBytes), records)
    return sampleOf(run, recordBytes, timesOf(result), this.#startCost.consume)
  }

  async consumeByFranzGo({ recordBytes }: ConsumeWork): Promise<Sample> {
    const records = loggedRecords(recordBytes, this.#size)
    const run = await this.#runFranzGo('consume', logTopic(recordBytes), [String(records)])
    const answer = readFranzGo(run.output)
    expectCount('franz-go', answer.passed, records)
    return sampleOf(run, recordBytes, answer, 0)
  }

  /** Makes a topic, has it filled, looks where it ends, and removes it. */
  async #onFreshTopic<Result>(records: number, fill: (topic: string) => Promise<Result>): Promise<Result> {
    const { admin } = this.#broker
    this.#topics += 1
    const topic = `produced-${this.#topics}`
    await admin.createTopic(topic)
    const result = await fill(topic)
    expectCount(`the end of ${topic}`, await admin.endOffset(topic), records)
    await admin.deleteTopic(topic)
    return result
  }

  async #produceByJava(
    topic: string,
    records: number,
    settings: { readonly recordBytes: number; readonly batchBytes: number; readonly lingerMs: number }
  ): Promise<{ run: FinishedRun; result: PerfResult }> {
    const { recordBytes, batchBytes, lingerMs } = settings
    const { address } = this.#broker
    const args = producerPerfArguments({ address, topic, records, recordBytes, batchBytes, lingerMs })
    const run = await this.#children.run('java', args)
    const result = parseProducerPerf(run.output)
    expectCount("Kafka's producer tool", result.records, records)
    return { run, result }
  }

  async #consumeByJava(topic: string, records: number): Promise<{ run: FinishedRun; result: PerfResult }> {
    const args = consumerPerfArguments({ address: this.#broker.address, topic, records })
    const run = await this.#children.run('java', args)
    const result = parseConsumerPerf(run.output)
    expectCount("Kafka's consumer tool", result.records, records)
    return { run, result }
  }

  async #runFranzGo(command: string, topic: string, args: readonly string[]): Promise<FinishedRun> {
    if (this.#franzGo === null) throw new Error('franz-go was left out.')
    return await this.#children.run(this.#franzGo.program, [command, this.#broker.address, topic, ...args])
  }
}

function sampleOf(
  run: FinishedRun,
  recordBytes: number,
  { records, seconds }: Pick<Sample, 'records' | 'seconds'>,
  startCost: number
): Sample {
  const { cpuSeconds: client, serverCpuSeconds: server, foreignShare } = run
  const cpuSeconds = client === null || server === null ? null : Math.max(0, client - startCost) + server
  return { records, recordBytes, seconds, cpuSeconds, foreignShare }
}

function timesOf({ records, recordsPerSecond }: PerfResult): Pick<Sample, 'records' | 'seconds'> {
  return { records, seconds: records / recordsPerSecond }
}

function expectCount(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`The audit failed: ${what} is ${found}, expected ${expected}.`)
}

const logTopic = (recordBytes: number): string => `log-${recordBytes}`
