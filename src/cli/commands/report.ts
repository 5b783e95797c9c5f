/**
 * `highwater report replay`: plan and page made again from what was measured.
 */
import type { Command } from 'commander'
import { replayPlan } from '../../index.ts'
import type { Invocation } from '../terminal.ts'
import { tableLines } from '../text-layout.ts'

const NAME_WIDTH = 24

const EXIT_CODES = `
Exit codes: 0 the files are the same, byte for byte, or were missing and are written; 2 some differ; 1 bad
input, or nothing can be written.
`

const CURE =
  'Files that differ were changed, or made by another version; --out DIRECTORY writes those that follow.'

/** Adds the command; `invocation.exit` learns its exit code. */
export function addReportCommand(program: Command, { terminal, exit }: Invocation): void {
  const report = program.command('report').description('Works on reports that were written before.')
  report
    .command('replay')
    .description('Makes plan.json and the page again from measurements.json, and compares them.')
    .argument('<directory>', 'directory of a report of plan')
    .option('--out <directory>', 'write the files there')
    .option('--json', 'print the report as JSON, nothing else')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .addHelpText('after', EXIT_CODES)
    .action(async (directory: string, flags: { readonly out?: string; readonly json?: true }) => {
      const result = await replayPlan(directory, flags.out ?? null)
      const rows = result.files.map(({ name, state }) => [name, state])
      const isDifferent = result.files.some(({ state }) => state === 'differs')
      const lines = [
        ...tableLines(rows, NAME_WIDTH),
        ...result.written.map(path => `wrote ${path}`),
        ...(isDifferent && flags.out === undefined ? [CURE] : []),
        ''
      ]
      terminal.out(flags.json ? `${JSON.stringify(result.report, null, 2)}\n` : lines.join('\n'))
      exit(isDifferent ? 2 : 0)
    })
}
