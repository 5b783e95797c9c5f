#!/usr/bin/env node
/**
 * The `highwater` command: joins the program to this process's arguments, output, signals and exit code.
 *
 * The first Ctrl-C, or another polite signal, ends what is going on cleanly, so that temporary directories go
 * and no thread is left; a second one ends the process at once. Output that cannot be written ends nothing.
 */
import { tooFewFiles } from './too-few-files.ts'

const BAD_INPUT_EXIT = 1
const INTERRUPTED_EXIT = 130

/** False when a result could not be written where it was to go; then the exit code says so. */
let isWritten = true
/** Streams that nobody reads any more, or that take nothing. */
const gone = new Set<NodeJS.WriteStream>()

function write(stream: NodeJS.WriteStream, text: string): void {
  if (!gone.has(stream)) stream.write(text)
}

// Whoever only wanted the first lines closes the pipe: no fault, and the command comes to its own end.
process.stderr.on('error', () => gone.add(process.stderr))
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (gone.has(process.stdout)) return
  gone.add(process.stdout)
  if (error.code === 'EPIPE') return
  isWritten = false
  process.exitCode = BAD_INPUT_EXIT
  const reason = error.message.replace(/, write$/, '')
  write(process.stderr, `highwater: the output cannot be written: ${reason}; send it elsewhere.\n`)
})

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
    out: text => write(process.stdout, text),
    err: text => write(process.stderr, text),
    columns: process.stderr.isTTY ? process.stderr.columns : null,
    signal: interruption.signal
  })
}

try {
  const exitCode = await run()
  if (isWritten) process.exitCode = exitCode
} catch (error) {
  const sentence = tooFewFiles(error)
  if (sentence === null) throw error
  write(process.stderr, `highwater: ${sentence}\n`)
  process.exitCode = BAD_INPUT_EXIT
}
