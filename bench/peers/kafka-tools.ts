/**
 * Kafka's own performance tools: how they are called, and what their last line says.
 *
 * Kafka: org.apache.kafka.tools.ProducerPerformance, ConsumerPerformance, with the heap of their scripts.
 */
import { javaArguments } from './kafka-broker.ts'

const HEAP = '512m'

interface PerfRun {
  readonly address: string
  readonly topic: string
  readonly records: number
}

interface ProducePerfRun extends PerfRun {
  readonly recordBytes: number
  readonly batchBytes: number
  readonly lingerMs: number
}

export interface PerfResult {
  readonly records: number
  readonly recordsPerSecond: number
}

export function producerPerfArguments(run: ProducePerfRun): string[] {
  const { address, topic, records, recordBytes, batchBytes, lingerMs } = run
  const count = ['--num-records', String(records), '--record-size', String(recordBytes)]
  const settings = [`bootstrap.servers=${address}`, 'acks=1', `batch.size=${batchBytes}`]
  return javaArguments(HEAP, 'org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--throughput', '-1', ...count],
    ...['--producer-props', ...settings, `linger.ms=${lingerMs}`]
  ])
}

export function consumerPerfArguments({ address, topic, records }: PerfRun): string[] {
  const args = ['--bootstrap-server', address, '--topic', topic, '--messages', String(records)]
  return javaArguments(HEAP, 'org.apache.kafka.tools.ConsumerPerformance', args)
}

const PRODUCED = /(\d+) records sent, ([\d.]+) records\/sec .* 50th, .*99\.9th/

/** The line with percentiles holds the whole run; those before are windows of five seconds. */
export function parseProducerPerf(output: string): PerfResult {
  const [, records, rate] = PRODUCED.exec(output) ?? []
  if (records === undefined || rate === undefined) throw unreadable('producer', output)
  return { records: Number(records), recordsPerSecond: Number(rate) }
}

/** Columns of its line: how many records, and their rate without the time to join a group. */
const COUNT_COLUMN = 4
const FETCH_RATE_COLUMN = 9
const COLUMNS = 10

export function parseConsumerPerf(output: string): PerfResult {
  const line = output.split('\n').findLast(text => /^\d{4}-\d\d-\d\d /.test(text)) ?? ''
  const cells = line.split(',').map(cell => cell.trim())
  if (cells.length !== COLUMNS) throw unreadable('consumer', output)
  return { records: Number(cells[COUNT_COLUMN]), recordsPerSecond: Number(cells[FETCH_RATE_COLUMN]) }
}

function unreadable(tool: string, output: string): Error {
  return new Error(`The ${tool} tool of Kafka said something unknown: ${output.trim().slice(-500)}`)
}
