/**
 * `highwater tune`: which batch.size and linger.ms suit a load, measured here and now, with the batch model's
 * prediction beside each cell.
 */
import { type Command, InvalidArgumentError } from 'commander'
import { parseLoadRate, runTune, type TuneOptions } from '../../index.ts'
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
import { tuneText } from '../tune-text.ts'
import { typedCommand } from '../typed-command.ts'

interface TuneFlags extends LoadFlags, ReportFlags {
  readonly rate?: TuneOptions['rate']
  readonly batchSizes?: readonly number[]
  readonly lingers?: readonly number[]
  readonly runs?: number
  readonly seconds?: number
}

/** Adds the command; `invocation.exit` learns its exit code. */
export function addTuneCommand(program: Command, { terminal, args, exit }: Invocation): void {
  const command = program
    .command('tune')
    .description('Which batch.size and linger.ms? Measures a grid, with the prediction beside each cell.')
    .option('--rate <rate>', 'what latencies are measured with: 20000/s (default) or 5MB/s', parseLoadRate)
    .option('--batch-sizes <list>', 'values of batch.size: 16384,65536,262144', parseNumbers)
    .option('--lingers <list>', 'values of linger.ms: 0,5,20', parseNumbers)
  addLoadFlags(command)
  command
    .option('--runs <count>', 'runs of each cell, 3 by default', parseNumber)
    .option('--seconds <seconds>', 'length of a run at the rate, 1 by default', parseNumber)
  addReportFlags(command).action(async (flags: TuneFlags) => {
    exit(await tune(flags, terminal, typedCommand(args)))
  })
}

async function tune(flags: TuneFlags, terminal: Terminal, command: string): Promise<number> {
  embeddedOnly(flags)
  const { rate, batchSizes, lingers, runs, seconds } = flags
  const { report, files } = await runTune({
    ...loadOptions(flags),
    rate,
    batchSizes,
    lingers,
    runs,
    seconds,
    command,
    out: flags.out,
    signal: terminal.signal,
    onProgress: text => terminal.err(`  ${text}\n`)
  })
  terminal.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : tuneText(report, files))
  return report.exitCode
}

function parseNumbers(text: string): number[] {
  return text.split(',').map(part => {
    if (!/^\d+$/.test(part.trim())) throw new InvalidArgumentError('Give whole numbers, separated by commas.')
    return Number(part)
  })
}
