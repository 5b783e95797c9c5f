/**
 * Flags that commands have in common: what is sent, by whom, where the report goes.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { HighwaterError } from '../base/local-errors.ts'
import { PRODUCER_SETTINGS } from '../config/producer-config.ts'
import { type LoadOptions, parseKeys, parseSizes } from '../index.ts'
import { collectSetting } from './config-flags.ts'

export interface LoadFlags {
  readonly recordSize?: LoadOptions['sizes']
  readonly recordFile?: string
  readonly keys?: LoadOptions['keys']
  readonly partitions?: number
  readonly loaders?: number
  readonly config?: Record<string, string>
  readonly partitioner?: string
  readonly topic?: string
  readonly seed?: number
}

export interface ReportFlags {
  readonly json?: true
  readonly out?: string
  readonly bootstrapServer?: string
}

const PARTITIONER = 'partitioner.class'

export function addLoadFlags(command: Command): void {
  command
    .option(
      '--record-size <size>',
      'bytes of values: 100, 1KB (default), or a mix, 100:0.7,1KB:0.3',
      parseSizes
    )
    .option('--record-file <path>', 'values from a file, one a line, instead')
    .option('--keys <keys>', 'none, uniform:KEYS, zipf:EXPONENT:KEYS or file:PATH', parseKeys)
    .option('--partitions <count>', 'partitions of the topic', parseNumber)
    .option('--loaders <count>', 'threads that send, 1 by default', parseNumber)
    .option(
      '--config <name=value>',
      'a setting of the producers, as in producer.properties; repeatable',
      collectSetting
    )
    .addOption(
      new Option(
        '--partitioner <name>',
        `who chooses partitions, short for --config ${PARTITIONER}=NAME`
      ).choices(PRODUCER_SETTINGS[PARTITIONER].values)
    )
    .option('--topic <name>', 'topic that is made for the measurement')
    .option('--seed <number>', 'of keys, sizes and values, 1 by default', parseNumber)
}

/** @throws HighwaterError HIGHWATER_CONFIG if the partitioner is named twice */
export function loadOptions(flags: LoadFlags): LoadOptions {
  const { recordSize, recordFile, keys, partitions, loaders, topic, seed } = flags
  return {
    sizes: recordSize,
    recordFile,
    keys,
    partitions,
    loaders,
    config: producerConfig(flags),
    topic,
    seed
  }
}

function producerConfig({ config, partitioner }: LoadFlags): LoadOptions['config'] {
  if (partitioner === undefined) return config
  if (config?.[PARTITIONER] !== undefined) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      `--partitioner and --config ${PARTITIONER} both say who chooses partitions: give one of them.`
    )
  }
  return { ...config, [PARTITIONER]: partitioner }
}

/** The last flags of a command that measures. */
export function addReportFlags(command: Command): Command {
  return command
    .option('--json', 'print the report as JSON, nothing else')
    .option('--out <directory>', 'where the report goes; a new directory under reports/ by default')
    .addOption(new Option('--bootstrap-server <host>').hideHelp())
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
}

/** @throws HighwaterError HIGHWATER_CONFIG */
export function embeddedOnly({ bootstrapServer }: ReportFlags): void {
  if (bootstrapServer === undefined) return
  throw new HighwaterError(
    'HIGHWATER_CONFIG',
    'This version measures the embedded engine only: leave --bootstrap-server out.'
  )
}

export function parseNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It is not a number.')
  return number
}
