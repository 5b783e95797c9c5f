/**
 * How many partition threads a machine carries. A thread takes 8.7 MiB and four handles, and more than 32 per
 * core only wait for each other.
 */
import { BELL_ROWS } from '../threads/bells.ts'

interface MachineLimits {
  readonly cores: number
  readonly freeMemoryBytes: number
  /** Soft limit of open files; null where there is none. */
  readonly fileHandlesMax: number | null
}

const THREADS_PER_CORE = 32
const THREAD_BYTES = 9 * 1024 * 1024
const THREAD_HANDLES = 4
/** Partitions may take a quarter of what the machine has left. */
const SHARE = 4
/** Bells that stay for clients. */
const CLIENT_BELLS = 64

export interface ThreadLimit {
  readonly threads: number
  /** What sets it, for the sentence. */
  readonly reason: string
}

export function partitionThreadsMax(limits: MachineLimits): ThreadLimit {
  const candidates: ThreadLimit[] = [
    {
      threads: THREADS_PER_CORE * limits.cores,
      reason: `${limits.cores} cores, ${THREADS_PER_CORE} threads each`
    },
    {
      threads: Math.floor(limits.freeMemoryBytes / SHARE / THREAD_BYTES),
      reason: `${Math.floor(limits.freeMemoryBytes / 1048576)} MiB of free memory`
    },
    { threads: BELL_ROWS - CLIENT_BELLS, reason: 'what one process can serve' }
  ]
  const { fileHandlesMax } = limits
  if (fileHandlesMax !== null) {
    const threads = Math.floor(fileHandlesMax / SHARE / THREAD_HANDLES)
    candidates.push({
      threads,
      reason: `a limit of ${fileHandlesMax} open files`
    })
  }
  const least = candidates.reduce((left, right) => (right.threads < left.threads ? right : left))
  return { threads: Math.max(1, least.threads), reason: least.reason }
}
