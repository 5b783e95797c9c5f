/**
 * What any benchmark sends: sizes, keys, partitions, loaders and the producers' settings, with defaults, and
 * what is refused.
 */
import { HighwaterError } from '../../base/local-errors.ts'
import { topicNameFault } from '../../base/topic-partition.ts'
import { parseProducerConfig } from '../../config/producer-config.ts'
import { formatBytes } from '../../planner/units.ts'
import { BENCH_STAMP_BYTES } from './bench-stamp.ts'
import { type KeyDistribution, keysText } from './key-distribution.ts'
import { readSample, splitLines } from './lines.ts'
import { meanSize, type SizeShare } from './payload.ts'

/** Kafka's names and values as text. */
export type GivenConfig = Readonly<Record<string, string>>

export interface LoadOptions {
  /** Sizes of values with their shares; 1,000 bytes by default. */
  readonly sizes?: readonly SizeShare[] | undefined
  /** File whose lines are the values, instead. */
  readonly recordFile?: string | undefined
  readonly keys?: KeyDistribution | undefined
  readonly partitions?: number | undefined
  /** Threads that send. */
  readonly loaders?: number | undefined
  /** Settings of the producers. */
  readonly config?: GivenConfig | undefined
  readonly topic?: string | undefined
  readonly seed?: number | undefined
}

export interface LoadSettings {
  /** Empty where values come from a file. */
  readonly sizes: readonly SizeShare[]
  readonly recordFile: string | null
  /** As `--keys` takes it. */
  readonly keys: string
  /** Mean bytes of key and value as they are expected. */
  readonly meanRecordBytes: number
  readonly partitions: number
  readonly loaders: number
  readonly config: GivenConfig
  readonly batchBytes: number
  readonly lingerMs: number
  readonly topic: string
  readonly seed: number
}

/** The samples that a load draws from; too large for a report. */
interface LoadSamples {
  readonly distribution: KeyDistribution
  readonly recordSample: Uint8Array | null
  readonly keySample: Uint8Array | null
}

export type LoadWithSamples = LoadSettings & LoadSamples

/** A disk that refuses is to be known of soon: Kafka's 30 s and 2 min are for networks. */
const PATIENCE: GivenConfig = { 'request.timeout.ms': '10000', 'delivery.timeout.ms': '20000' }
/** The audit knows records by their bytes. */
const FIXED_SETTINGS = ['key.serializer', 'value.serializer', 'interceptor.classes']
const PARTITIONS_MAX = 1000
const LOADERS_MAX = 32

export function refuse(message: string): never {
  throw new HighwaterError('HIGHWATER_CONFIG', message)
}

/** A whole number of a flag in its range. @throws HighwaterError HIGHWATER_CONFIG */
export function wholeNumber(what: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  return refuse(`${what} must be a whole number from ${least} to ${most}, not ${value}.`)
}

/**
 * Settings with defaults; reads the sample files.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function loadSettings(options: LoadOptions, defaultTopic: string): LoadWithSamples {
  const topic = options.topic ?? defaultTopic
  const fault = topicNameFault(topic)
  if (fault !== null) return refuse(`The topic cannot be made: ${fault}.`)
  const config = { ...PATIENCE, ...options.config }
  const fixed = FIXED_SETTINGS.find(name => config[name] !== undefined)
  if (fixed !== undefined)
    return refuse(`${fixed} cannot be set here: records of a benchmark are plain bytes.`)
  const { batchSize, lingerMs, maxRequestSize } = parseProducerConfig(config)
  const samples = readSamples(options)
  const sizes = samples.recordSample === null ? (options.sizes ?? [{ bytes: 1000, share: 1 }]) : []
  for (const { bytes } of sizes) checkSize(bytes, maxRequestSize)
  return {
    ...samples,
    sizes,
    recordFile: options.recordFile ?? null,
    keys: keysText(samples.distribution),
    meanRecordBytes: meanBytes(sizes, samples),
    partitions: wholeNumber('The number of partitions', options.partitions ?? 1, [1, PARTITIONS_MAX]),
    loaders: wholeNumber('The number of loaders', options.loaders ?? 1, [1, LOADERS_MAX]),
    config,
    batchBytes: batchSize,
    lingerMs,
    topic,
    seed: wholeNumber('The seed', options.seed ?? 1, [0, 2 ** 31 - 1])
  }
}

/** What stands in a report: without the samples. */
export function reportedLoad(load: LoadWithSamples): LoadSettings {
  const { sizes, recordFile, keys, meanRecordBytes, partitions, loaders } = load
  const { config, batchBytes, lingerMs, topic, seed } = load
  const sent = { sizes, recordFile, keys, meanRecordBytes, partitions, loaders }
  return { ...sent, config, batchBytes, lingerMs, topic, seed }
}

function readSamples({ recordFile, keys, sizes }: LoadOptions): LoadSamples {
  if (recordFile !== undefined && sizes !== undefined) {
    return refuse('--record-size and --record-file both say what values are: give one of them.')
  }
  const distribution = keys ?? { kind: 'none' as const }
  return {
    distribution,
    recordSample: recordFile === undefined ? null : readSample('--record-file', recordFile),
    keySample: distribution.kind === 'file' ? readSample('--keys', distribution.path) : null
  }
}

function checkSize(bytes: number, requestBytes: number): void {
  if (bytes < BENCH_STAMP_BYTES) {
    refuse(
      `The record size ${formatBytes(bytes)} is below ${BENCH_STAMP_BYTES} B, which the audit needs to ` +
        `know a record by.`
    )
  }
  // What a batch of one record has around it, with a key.
  if (bytes > requestBytes - 200) {
    refuse(
      `The record size ${formatBytes(bytes)} does not fit into max.request.size, ` +
        `${formatBytes(requestBytes)}: ` +
        `raise it with --config max.request.size=BYTES.`
    )
  }
}

function meanBytes(
  sizes: readonly SizeShare[],
  { recordSample, distribution: keys, keySample }: LoadSamples
): number {
  const value = recordSample === null ? meanSize(sizes) : meanLine(recordSample)
  if (keySample !== null) return value + meanLine(keySample)
  return value + (keys.kind === 'uniform' || keys.kind === 'zipf' ? 1 + String(keys.keys - 1).length : 0)
}

function meanLine(sample: Uint8Array): number {
  const lines = splitLines(sample)
  return lines.reduce((sum, line) => sum + line.length, 0) / lines.length
}
