/**
 * How many partitions a machine carries, and how many threads for them. A thread takes 8.7 MiB and four
 * handles, and more than 32 per core only wait for each other; partitions beyond them share threads, and take
 * a handle and some tens of kilobytes each.
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
/** Threads may take a quarter of what the machine has left, and partitions another. */
const SHARE = 4
/** Bells that stay for clients. */
const CLIENT_BELLS = 64
/** Of a partition: its shared words, what the broker and its thread know of it, and a client's part. */
const PARTITION_BYTES = 64 * 1024
/** Partitions that share no thread hold three files open, of which two are their indexes. */
const INDEX_HANDLES = 2

export interface PartitionLimits {
  /** Threads that serve partitions. */
  readonly threads: number
  /** What sets it, for the sentence. */
  readonly threadsReason: string
  readonly partitions: number
  readonly partitionsReason: string
}

interface Bound {
  readonly most: number
  readonly reason: string
}

/** @param threadsMax engine.partition.threads.max; 0: by what the machine has */
export function partitionLimits(limits: MachineLimits, threadsMax: number): PartitionLimits {
  const least = leastOf(threadBounds(limits))
  const own = threadsMax === 0 ? least : { most: threadsMax, reason: 'engine.partition.threads.max' }
  const threads = Math.max(1, own.most)
  const partitions = leastOf(partitionBounds(limits, threads))
  return {
    threads,
    threadsReason: own.reason,
    partitions: Math.max(threads, partitions.most),
    partitionsReason: partitions.reason
  }
}

function leastOf(bounds: readonly Bound[]): Bound {
  return bounds.reduce((left, right) => (right.most < left.most ? right : left))
}

function threadBounds({ cores, freeMemoryBytes, fileHandlesMax }: MachineLimits): Bound[] {
  const bounds = [
    { most: THREADS_PER_CORE * cores, reason: `${cores} cores, ${THREADS_PER_CORE} threads each` },
    { most: Math.floor(freeMemoryBytes / SHARE / THREAD_BYTES), reason: memoryReason(freeMemoryBytes) },
    { most: BELL_ROWS - CLIENT_BELLS, reason: 'what one process can serve' }
  ]
  if (fileHandlesMax === null) return bounds
  const most = Math.floor(fileHandlesMax / SHARE / THREAD_HANDLES)
  return [...bounds, { most, reason: filesReason(fileHandlesMax) }]
}

function partitionBounds({ freeMemoryBytes, fileHandlesMax }: MachineLimits, threads: number): Bound[] {
  const most = Math.floor(freeMemoryBytes / SHARE / PARTITION_BYTES)
  const bounds = [{ most, reason: memoryReason(freeMemoryBytes) }]
  if (fileHandlesMax === null) return bounds
  // A quarter stays for the program and its clients.
  const handles =
    Math.floor((fileHandlesMax * (SHARE - 1)) / SHARE) - threads * (THREAD_HANDLES + INDEX_HANDLES)
  return [...bounds, { most: handles, reason: filesReason(fileHandlesMax) }]
}

function memoryReason(freeMemoryBytes: number): string {
  return `${Math.floor(freeMemoryBytes / 1048576)} MiB of free memory`
}

function filesReason(fileHandlesMax: number): string {
  return `a limit of ${fileHandlesMax} open files`
}
