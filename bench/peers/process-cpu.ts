/**
 * CPU seconds of processes, as Linux counts them; null on other systems.
 *
 * Source: proc(5), /proc/<pid>/stat and /proc/stat.
 */
import { readFileSync } from 'node:fs'

/** The unit of these counters on every Linux, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100
/** Places behind the name, which is in parentheses and may hold anything. */
const OWN_TIME = 11
const ENDED_CHILDREN_TIME = 13
/** user, nice, system, and behind idle and iowait: irq, softirq, steal. */
const BUSY_FIELDS = [0, 1, 2, 5, 6, 7]

/** User and system time of a process that runs, with all its threads. */
export function processCpuSeconds(pid: number): number | null {
  return secondsAt(`/proc/${pid}/stat`, OWN_TIME)
}

/** Time of all children of this process that have ended. */
export function endedChildrenCpuSeconds(): number | null {
  return secondsAt('/proc/self/stat', ENDED_CHILDREN_TIME)
}

/** Time that all cores together were busy with whatever, stolen time included. */
export function machineBusySeconds(): number | null {
  const text = readText('/proc/stat')
  return text === null ? null : busySecondsIn(text)
}

export function busySecondsIn(stat: string): number {
  const fields = stat.slice(0, stat.indexOf('\n')).split(/\s+/).slice(1).map(Number)
  return BUSY_FIELDS.reduce((sum, field) => sum + (fields[field] ?? 0), 0) / TICKS_PER_SECOND
}

/** The sum of two neighbouring counters of a process's line, in seconds. */
export function cpuSecondsIn(stat: string, field: number): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[field]) + Number(fields[field + 1])) / TICKS_PER_SECOND
}

function secondsAt(path: string, field: number): number | null {
  const text = readText(path)
  return text === null ? null : cpuSecondsIn(text, field)
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // Another system than Linux, or a process that has ended.
    return null
  }
}
