/**
 * What a measured program of ours and the one that starts it say to each other: a task, and one line of JSON.
 */
import { systemClock } from '../../src/base/clock.ts'

/** A stretch of work as the process that did it saw it. */
export interface Stretch {
  readonly records: number
  readonly seconds: number
  /** User and system time of all threads of the process meanwhile. */
  readonly cpuSeconds: number
}

/** The task this program was started with; both sides are of one build. */
export function readTask<Task extends object>(): Task {
  return JSON.parse(process.argv[2] ?? '{}') as Task
}

export function answer(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

/** The arguments of `node` for a program of ours. */
export function programArguments(program: URL, task: object): string[] {
  return [program.pathname, JSON.stringify(task)]
}

/** What the last line of a program says. */
export function readAnswer<Answer extends object>(output: string): Answer {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer
}

/** Measures `work`, which says how many records it has moved. */
export async function measureStretch(work: () => number | Promise<number>): Promise<Stretch> {
  const cpuBefore = process.cpuUsage()
  const startedMs = systemClock.monotonic()
  const records = await work()
  const seconds = (systemClock.monotonic() - startedMs) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { records, seconds, cpuSeconds: (user + system) / 1e6 }
}
