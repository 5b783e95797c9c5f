/**
 * Every process of the comparison is started here, and none outlives it: each is ended by its own id, also
 * when this program is interrupted or fails.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { systemClock } from '../../src/base/clock.ts'
import { endedChildrenCpuSeconds, machineBusySeconds, processCpuSeconds } from './process-cpu.ts'

export interface FinishedRun {
  readonly output: string
  /** User and system time of the process from its start; null where the system does not tell. */
  readonly cpuSeconds: number | null
  /** The same of the servers meanwhile. */
  readonly serverCpuSeconds: number | null
  /** Share of all cores that others took meanwhile, 0 to 1. */
  readonly foreignShare: number | null
}

/** Seconds of CPU time counted so far; null where the system does not tell. */
interface Times {
  readonly atSeconds: number
  readonly ended: number | null
  readonly servers: number | null
  readonly own: number
  readonly machine: number | null
}

const RUN_MS_MAX = 180_000
const POLITE_END_MS = 20_000
const ERROR_TAIL = 2000

export class ChildProcesses {
  readonly #running = new Set<ChildProcess>()
  readonly #interrupted = new AbortController()

  /** Aborts when the user interrupts. */
  get signal(): AbortSignal {
    return this.#interrupted.signal
  }

  /** Ends what runs and makes every later start fail. */
  interrupt(): void {
    this.#interrupted.abort(new Error('Interrupted.'))
  }

  /** The last resort, when this process is about to end: synchronous. */
  killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }

  /**
   * Runs a program to its end; the CPU time is exact because one program ends at a time.
   * @throws Error with the end of its output if it fails, takes too long or is interrupted
   */
  async run(program: string, args: readonly string[], workingDirectory = '.'): Promise<FinishedRun> {
    this.signal.throwIfAborted()
    const before = this.#readTimes()
    const child = spawn(program, args, {
      cwd: workingDirectory,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: this.signal,
      killSignal: 'SIGKILL',
      timeout: RUN_MS_MAX
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', text => (output += text))
    child.stderr.setEncoding('utf8').on('data', text => (errors += text))
    const end = await this.#watch(child)
    this.signal.throwIfAborted()
    if (end !== 'code 0') {
      const tail = (errors + output).trim().slice(-ERROR_TAIL)
      throw new Error(`${program} ended with ${end}: ${tail}`)
    }
    return { output, ...timesBetween(before, this.#readTimes()) }
  }

  /** Starts a server whose output goes to a file. */
  start(program: string, args: readonly string[], logFile: string): ChildProcess {
    this.signal.throwIfAborted()
    const log = openSync(logFile, 'w')
    try {
      const child = spawn(program, args, { stdio: ['ignore', log, log] })
      void this.#watch(child)
      return child
    } finally {
      closeSync(log)
    }
  }

  /** Asks a server to end, and insists after a while. */
  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
    child.kill('SIGTERM')
    const cancel = systemClock.after(POLITE_END_MS, () => child.kill('SIGKILL'))
    await ended
    cancel()
  }

  #readTimes(): Times {
    const servers = [...this.#running].map(({ pid }) => processCpuSeconds(pid ?? -1))
    const { user, system } = process.cpuUsage()
    return {
      atSeconds: systemClock.monotonic() / 1000,
      ended: endedChildrenCpuSeconds(),
      servers: servers.reduce(sumOfKnown, 0),
      own: (user + system) / 1e6,
      machine: machineBusySeconds()
    }
  }

  /** Resolves when the process is gone and its output is read; says how it ended. */
  #watch(child: ChildProcess): Promise<string> {
    this.#running.add(child)
    return new Promise(resolve => {
      let failure: string | null = null
      // Comes also for what never started, and is followed by the other.
      child.once('error', error => {
        failure = error.message
      })
      child.once('close', (code, signal) => {
        this.#running.delete(child)
        resolve(failure ?? (signal === null ? `code ${code}` : `signal ${signal}`))
      })
    })
  }
}

const sumOfKnown = (sum: number | null, value: number | null): number | null =>
  sum === null || value === null ? null : sum + value

const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before

function timesBetween(before: Times, after: Times): Omit<FinishedRun, 'output'> {
  const cpuSeconds = difference(before.ended, after.ended)
  const serverCpuSeconds = difference(before.servers, after.servers)
  const busy = difference(before.machine, after.machine)
  if (cpuSeconds === null || serverCpuSeconds === null || busy === null) {
    return { cpuSeconds, serverCpuSeconds, foreignShare: null }
  }
  const others = busy - cpuSeconds - serverCpuSeconds - (after.own - before.own)
  const available = (after.atSeconds - before.atSeconds) * availableParallelism()
  return { cpuSeconds, serverCpuSeconds, foreignShare: Math.max(0, others / available) }
}
