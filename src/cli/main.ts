#!/usr/bin/env node
/**
 * The `highwater` command: joins the program to this process's arguments, output, signals and exit code.
 *
 * The first Ctrl-C, or another polite signal, ends what is going on cleanly, so that temporary directories go
 * and no thread is left; a second one ends the process at once.
 */
import { tooFewFiles } from './too-few-files.ts'

const BAD_INPUT_EXIT = 1
const INTERRUPTED_EXIT = 130

const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(INTERRUPTED_EXIT)
    interruption.abort()
  })
}

async function run(): Promise<number> {
  // Not imported above: with few file handles its many files cannot even be read, and that is to be said
  // well.
  const { runProgram } = await import('./program.ts')
  return runProgram(process.argv.slice(2), {
    out: text => process.stdout.write(text),
    err: text => process.stderr.write(text),
    signal: interruption.signal
  })
}

try {
  process.exitCode = await run()
} catch (error) {
  const sentence = tooFewFiles(error)
  if (sentence === null) throw error
  process.stderr.write(`highwater: ${sentence}\n`)
  process.exitCode = BAD_INPUT_EXIT
}
