/**
 * `highwater bench produce | consume | e2e`: how fast, how late, and what bound it, measured here and now.
 */
import { type Command, Option } from 'commander'
import {
  type BenchOptions,
  parseLoadRate,
  parseProcess,
  parseStall,
  runBench,
  type Workload
} from '../../index.ts'
import { benchText } from '../bench-text.ts'
import { collectSetting } from '../config-flags.ts'
import {
  addLoadFlags,
  addReportFlags,
  embeddedOnly,
  type LoadFlags,
  loadOptions,
  parseNumber,
  type ReportFlags
} from '../load-flags.ts'
import type { Invocation, Terminal } from '../terminal.ts'
import { typedCommand } from '../typed-command.ts'

interface BenchFlags extends LoadFlags, ReportFlags {
  readonly rate?: BenchOptions['rate']
  readonly partition?: number
  readonly seconds?: number
  readonly records?: number
  readonly runs?: number
  readonly consumers?: number
  readonly process?: BenchOptions['process']
  readonly api?: 'forEach' | 'poll'
  readonly consumerConfig?: Record<string, string>
  readonly legacy?: true
  readonly stall?: BenchOptions['stall']
}

const WORKLOADS: readonly (readonly [Workload, string])[] = [
  ['produce', 'Producers: latency to the acknowledgement at a rate, or the rate they reach at saturation.'],
  ['consume', 'Consumers: the rate they reach over records that are there.'],
  ['e2e', 'Producers and consumers: latency from the sending to the reader.']
]

/** Adds the command; `invocation.exit` learns its exit code. */
export function addBenchCommand(program: Command, invocation: Invocation): void {
  const bench = program
    .command('bench')
    .description('How fast, how late, and what bound it? Measures producers, consumers, or both together.')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
  for (const [workload, description] of WORKLOADS) addWorkload(bench, invocation, { workload, description })
}

function addWorkload(
  bench: Command,
  { terminal, args, exit }: Invocation,
  { workload, description }: { readonly workload: Workload; readonly description: string }
): void {
  const command = bench.command(workload).description(description)
  if (workload !== 'consume') {
    command.option('--rate <rate>', 'open loop: 50000/s or 5MB/s; without it saturation', parseLoadRate)
  }
  addLoadFlags(command)
  command
    .option('--partition <number>', 'only this partition of the topic', parseNumber)
    .option('--seconds <seconds>', 'length of a run, 3 by default', parseNumber)
    .option('--records <count>', recordsHelp(workload), parseNumber)
    .option('--runs <count>', 'runs, 3 by default', parseNumber)
  if (workload !== 'produce') {
    command
      .option('--consumers <count>', 'threads that read, 1 by default', parseNumber)
      .option('--process <cost>', 'what a record costs its reader: wait:2ms or cpu:50us', parseProcess)
      .option('--consumer-config <name=value>', 'a setting of the consumers; repeatable', collectSetting)
  }
  if (workload === 'consume') {
    command
      .addOption(new Option('--api <call>', 'how records are read').choices(['forEach', 'poll']))
      .option('--legacy', 'read as Kafka 0.8: a batch above max.partition.fetch.bytes stalls its reader')
  } else {
    command.option(
      '--stall <silence/period>',
      'tests the benchmark itself: withholds answers, 200ms/1s',
      parseStall
    )
  }
  addReportFlags(command).action(async (flags: BenchFlags) => {
    exit(await runWorkload({ workload, ...benchOptions(flags) }, flags, { terminal, args }))
  })
}

function recordsHelp(workload: Workload): string {
  return workload === 'consume'
    ? 'records that are there to be read'
    : 'records of a run, instead of a length'
}

function benchOptions(flags: BenchFlags): Omit<BenchOptions, 'workload'> {
  const { rate, partition, seconds, records, runs, consumers, process, api, legacy, stall } = flags
  const consumerConfig = legacy
    ? { ...flags.consumerConfig, 'engine.legacy.fetch': 'true' }
    : flags.consumerConfig
  const own = { rate, partition, seconds, records, runs, consumers, process, api, consumerConfig, stall }
  return { ...loadOptions(flags), ...own }
}

async function runWorkload(
  options: BenchOptions,
  flags: ReportFlags,
  { terminal, args }: { readonly terminal: Terminal; readonly args: readonly string[] }
): Promise<number> {
  embeddedOnly(flags)
  const { report, files } = await runBench({
    ...options,
    command: typedCommand(args),
    out: flags.out,
    signal: terminal.signal,
    onProgress: text => terminal.err(`  ${text}\n`)
  })
  terminal.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : benchText(report, files))
  return report.exitCode
}
