/**
 * `highwater plan`: how many partitions a rate needs, measured here and now.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { HighwaterError } from '../../base/local-errors.ts'
import {
  type PlanProgress,
  type ProcessCost,
  parseByteRate,
  parseByteSize,
  parseProcess,
  runPlan
} from '../../index.ts'
import { planText } from '../plan-text.ts'
import type { Invocation, Terminal } from '../terminal.ts'

interface PlanFlags {
  readonly rate?: number
  readonly recordSize?: number
  readonly process?: ProcessCost
  readonly topic?: string
  readonly runs?: number
  readonly seconds?: number
  readonly short?: true
  readonly json?: true
  readonly out?: string
  readonly bootstrapServer?: string
}

/** Flags that a better call changes itself. */
const LENGTH_FLAGS = ['--runs', '--seconds']
/** Written as it is; anything else is quoted for the shell. */
const PLAIN_ARGUMENT = /^[\w./:=@%+-]+$/

/** Adds the command; `invocation.exit` learns its exit code. */
export function addPlanCommand(program: Command, { terminal, args, exit }: Invocation): void {
  program
    .command('plan')
    .description('How many partitions does a rate need? Measures Tp and Tc here, recommends, verifies.')
    .option('--rate <rate>', 'target, bytes of records per second: 120MB/s', parseByteRate)
    .option('--record-size <size>', 'bytes of a record: 1KB, the default', parseByteSize)
    .option('--process <cost>', 'what a record costs its consumer: wait:2ms or cpu:50us', parseProcess)
    .option('--topic <name>', 'topic that is made for the measurement')
    .option('--runs <count>', 'runs of each measurement, 3 or more', parseNumber)
    .option('--seconds <seconds>', 'length of a run', parseNumber)
    .option('--short', 'fewer and shorter runs, for a first look')
    .option('--json', 'print the report as JSON, nothing else')
    .option('--out <directory>', 'where the report goes; a new directory under reports/ by default')
    .addOption(new Option('--bootstrap-server <host>').hideHelp())
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .action(async (flags: PlanFlags) => {
      exit(await plan(flags, rerunCommand(args), terminal))
    })
}

async function plan(flags: PlanFlags, command: string, terminal: Terminal): Promise<number> {
  if (flags.bootstrapServer !== undefined) {
    throw new HighwaterError(
      'HIGHWATER_CONFIG',
      'This version measures the embedded engine only: leave --bootstrap-server out.'
    )
  }
  if (flags.rate === undefined) {
    throw new HighwaterError('HIGHWATER_CONFIG', 'plan needs a target: give --rate, such as --rate 120MB/s.')
  }
  const { report, files } = await runPlan({
    command,
    targetThroughput: flags.rate,
    recordBytes: flags.recordSize,
    process: flags.process,
    topic: flags.topic,
    runs: flags.runs,
    seconds: flags.seconds,
    short: flags.short,
    out: flags.out,
    signal: terminal.signal,
    onProgress: ({ text }: PlanProgress) => terminal.err(`  ${text}\n`)
  })
  terminal.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : planText(report, files))
  return report.exitCode
}

/** The command as typed, without the flags that say how long to measure. */
function rerunCommand(args: readonly string[]): string {
  const kept: string[] = ['highwater']
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? ''
    if (LENGTH_FLAGS.includes(argument)) index++
    else if (!LENGTH_FLAGS.some(flag => argument.startsWith(`${flag}=`))) kept.push(quoted(argument))
  }
  return kept.join(' ')
}

function quoted(argument: string): string {
  return PLAIN_ARGUMENT.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}

function parseNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It is not a number.')
  return number
}
