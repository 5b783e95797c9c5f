/**
 * The command line as a function: arguments in, text out, an exit code back. Starts no process and ends none.
 *
 * Exit codes: 0 done · 1 bad input or I/O · 2 verification, test of the law or audit failed · 3 refused, the
 * data cannot tell · 130 interrupted.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { KafkaError } from '../base/kafka-error.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { nearestKey } from '../config/define-config.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addConfigCommand } from './commands/config.ts'
import { addPlanCommand } from './commands/plan.ts'
import { addReportCommand } from './commands/report.ts'
import { addTuneCommand } from './commands/tune.ts'
import { refuseDoubledFlags } from './doubled-flags.ts'
import { nameFlagsInFaults } from './named-flags.ts'
import type { Terminal } from './terminal.ts'
import { tooFewFiles } from './too-few-files.ts'

const BAD_INPUT_EXIT = 1
const UNVERIFIED_EXIT = 2
const INTERRUPTED_EXIT = 130

/** Runs the program with the arguments behind its name. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0
  const program = new Command('highwater')
    .description('A Kafka-model log engine, and the capacity planner that runs on it.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: terminal.out, writeErr: () => {} })
    .exitOverride()
  const exit = (code: number): void => {
    exitCode = code
  }
  const invocation = { terminal, args, exit }
  addPlanCommand(program, invocation)
  addBenchCommand(program, invocation)
  addTuneCommand(program, invocation)
  addReportCommand(program, invocation)
  addConfigCommand(program, invocation)
  refuseDoubledFlags(program)
  nameFlagsInFaults(program)
  if (args.length === 0) {
    terminal.err(program.helpInformation())
    return BAD_INPUT_EXIT
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, program, args, terminal)
  }
}

/** Says in one sentence what went wrong; the exit code tells scripts. */
function report(error: unknown, program: Command, args: readonly string[], terminal: Terminal): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    const { command } = commandOf(program, args)
    // A command that is only the name of others.
    if (error.code === 'commander.help') terminal.err(command.helpInformation())
    else terminal.err(`highwater: ${usageFault(error, program, args)}\n`)
    return BAD_INPUT_EXIT
  }
  terminal.err(`highwater: ${tooFewFiles(error) ?? faultText(error)}\n`)
  return exitCodeOf(error)
}

function faultText(error: unknown): string {
  if (error instanceof HighwaterError) {
    return error.code === 'HIGHWATER_INTERRUPTED' ? 'interrupted; nothing is left running.' : error.message
  }
  if (error instanceof KafkaError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Of a command that ended with an error. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof HighwaterError ? error.code : null
  if (code === 'HIGHWATER_INTERRUPTED') return INTERRUPTED_EXIT
  return code === 'HIGHWATER_AUDIT' ? UNVERIFIED_EXIT : BAD_INPUT_EXIT
}

/** Commander's sentence, with the nearest known flag or command where one is unknown. */
function usageFault(error: CommanderError, program: Command, args: readonly string[]): string {
  const text = error.message.replace(/^error: /, '')
  const given = /'([^']+)'/.exec(text)?.[1] ?? ''
  const { command, path } = commandOf(program, args)
  if (error.code === 'commander.unknownCommand') {
    const name = path === '' ? '' : ` of ${path}`
    return withNearest(`there is no command ${JSON.stringify(given)}${name}`, given, commandNames(command))
  }
  if (error.code !== 'commander.unknownOption') return `${text.replace(/\.$/, '')}.`
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? [])
  return withNearest(`there is no flag ${given}`, given, flags)
}

/** The command that the arguments name, as deep as they do, and its name as typed. */
function commandOf(program: Command, args: readonly string[]): { command: Command; path: string } {
  let command = program
  const path: string[] = []
  for (const argument of args) {
    const next = command.commands.find(known => known.name() === argument)
    if (next === undefined) break
    command = next
    path.push(argument)
  }
  return { command, path: path.join(' ') }
}

function commandNames(program: Command): string[] {
  return program.commands.map(command => command.name())
}

function withNearest(fault: string, given: string, known: readonly string[]): string {
  const nearest = nearestKey(given, known)
  return nearest === null ? `${fault}; known are ${known.join(', ')}.` : `${fault}; did you mean ${nearest}?`
}

function readVersion(): string {
  // The same file from src/cli and from dist/src/cli.
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(place, import.meta.url), 'utf8')
      return String((JSON.parse(text) as { version?: unknown }).version)
    } catch {
      // Not there: the other place.
    }
  }
  return 'unknown'
}
