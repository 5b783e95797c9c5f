/**
 * `highwater plan`: how many partitions a rate needs, measured here and now.
 */
import type { Command } from 'commander'
import { HighwaterError } from '../../base/local-errors.ts'
import {
  type PlanProgress,
  type ProcessCost,
  parseByteRate,
  parseByteSize,
  parseProcess,
  runPlan
} from '../../index.ts'
import { addReportFlags, embeddedOnly, parseNumber } from '../load-flags.ts'
import { planText } from '../plan-text.ts'
import type { Invocation, Terminal } from '../terminal.ts'
import { typedCommand } from '../typed-command.ts'

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

const EXIT_CODES = `
Exit codes: 0 done, also if this machine cannot verify the count; 2 the count did not hold, or the audit
failed; 3 no count, the measurements cannot tell; 1 bad input, or no report can be written; 130 interrupted.
`

/** Flags that a better call changes itself. */
const LENGTH_FLAGS = ['--runs', '--seconds']

/** Adds the command; `invocation.exit` learns its exit code. */
export function addPlanCommand(program: Command, { terminal, args, exit }: Invocation): void {
  const command = program
    .command('plan')
    .description(
      'How many partitions does a rate need? Measures what one takes (Tp) and gives (Tc), and verifies.'
    )
    .option('--rate <rate>', 'target, bytes of records per second: 120MB/s', parseByteRate)
    .option('--record-size <size>', 'bytes of a record: 1KB, the default', parseByteSize)
    .option('--process <cost>', 'what a record costs its consumer: wait:2ms or cpu:50us', parseProcess)
    .option('--topic <name>', 'topic that is made for the measurement: highwater-plan, the default')
    .option(
      '--runs <count>',
      'runs of each measurement, 3 or more; 5 by default, 3 with --short',
      parseNumber
    )
    .option('--seconds <seconds>', 'length of a run, 0.2 to 3600; 5 by default, 3 with --short', parseNumber)
    .option('--short', 'a first look: about a minute, 90 s where the machine is restless')
  addReportFlags(command)
    .addHelpText('after', EXIT_CODES)
    .action(async (flags: PlanFlags) => {
      exit(await plan(flags, typedCommand(args, LENGTH_FLAGS), terminal))
    })
}

async function plan(flags: PlanFlags, command: string, terminal: Terminal): Promise<number> {
  embeddedOnly(flags)
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
