#!/usr/bin/env node
/**
 * The `highwater` command: joins the program to this process's arguments, output, signals and exit code.
 *
 * The first Ctrl-C ends what is going on cleanly, so that temporary directories go and no thread is left; a
 * second one ends the process at once.
 */
import { INTERRUPTED_EXIT, runProgram } from './program.ts'

const interruption = new AbortController()
process.on('SIGINT', () => {
  if (interruption.signal.aborted) process.exit(INTERRUPTED_EXIT)
  interruption.abort()
})

process.exitCode = await runProgram(process.argv.slice(2), {
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
  signal: interruption.signal
})
