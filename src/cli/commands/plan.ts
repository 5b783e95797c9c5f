/**
 * `highwater plan`: how many partitions a rate needs, measured here and now.
 */
import type { Command } from 'commander'
import { outlinePlan, runPlan } from '../../index.ts'
import { addReportFlags, embeddedOnly } from '../load-flags.ts'
import { addPlanFlags, type PlanFlags, planOptionsOf } from '../plan-flags.ts'
import { planText } from '../plan-text.ts'
import { ProgressLine } from '../progress-line.ts'
import type { Invocation, Terminal } from '../terminal.ts'
import { section } from '../text-layout.ts'
import { typedCommand } from '../typed-command.ts'

const EXIT_CODES = `
Exit codes: 0 done, also if this machine cannot verify the count; 2 the count did not hold, the law that
it rests on failed its test, or the audit failed; 3 no count, the measurements cannot tell or none is enough;
1 bad input, or no report can be written; 130 interrupted.
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
  addPlanFlags(command)
  addReportFlags(command)
    .addHelpText('after', EXIT_CODES)
    .action(async (flags: PlanFlags) => {
      exit(await plan(flags, typedCommand(args, LENGTH_FLAGS), terminal))
    })
}

async function plan(flags: PlanFlags, command: string, terminal: Terminal): Promise<number> {
  embeddedOnly(flags)
  const { dryRun, ...asked } = planOptionsOf(flags)
  const run = { ...asked, command, out: flags.out, signal: terminal.signal }
  if (dryRun) {
    terminal.out(`${section('Would do', await outlinePlan(run)).join('\n')}\n`)
    return 0
  }
  const progress = new ProgressLine(terminal)
  try {
    const { report, files } = await runPlan({ ...run, onProgress: event => progress.show(event) })
    progress.end()
    terminal.out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : planText(report, files))
    return report.exitCode
  } catch (cause) {
    progress.end()
    throw cause
  }
}
