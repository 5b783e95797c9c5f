/**
 * Whether this machine can run the planned load at all: the cores, memory and file handles it would take.
 * A step that cannot be verified here is said to be so and is no failure.
 */
import { ceilQuotient } from './rounding.ts'
import type { ProcessCost } from './units.ts'
import { formatByteRate, formatBytes, formatCount } from './units.ts'
import { CORES_BUSY_MAX } from './verdict.ts'

export interface Machine {
  readonly cores: number
  readonly freeMemoryBytes: number
  /** What this process may still open; null where there is no limit or it is not known. */
  readonly freeFileHandles: number | null
}

/** CPU seconds of the whole process, all threads, per record byte, as measured; without the handler's own. */
export interface CpuCost {
  readonly producePerByte: number
  readonly consumePerByte: number
}

/** What one more partition takes on the engine, as measured. */
export interface PartitionOverhead {
  readonly memoryBytes: number
  readonly fileHandles: number
}

export interface LoadDemand {
  readonly coresNeeded: number
  readonly memoryBytes: number
  readonly fileHandles: number
}

export interface Verifiability {
  readonly verifiable: boolean
  /** One sentence: what it needs, and what there is. */
  readonly sentence: string
}

/** What `partitions` at `targetThroughput` bytes per second would take; a waiting handler takes no cores. */
export function demandOf(input: {
  readonly partitions: number
  readonly targetThroughput: number
  readonly recordBytes: number
  readonly process: ProcessCost | null
  readonly cpu: CpuCost
  readonly overhead: PartitionOverhead
}): LoadDemand {
  const { partitions, targetThroughput, process, cpu, overhead } = input
  const handlerSeconds = process !== null && process.kind === 'cpu' ? process.micros / 1e6 : 0
  const perByte = cpu.producePerByte + cpu.consumePerByte + handlerSeconds / input.recordBytes
  return {
    coresNeeded: ceilQuotient(targetThroughput * perByte, CORES_BUSY_MAX),
    memoryBytes: partitions * overhead.memoryBytes,
    fileHandles: partitions * overhead.fileHandles
  }
}

/** Whether `machine` has what `demand` takes; the first thing it lacks is named. */
export function judgeVerifiability(
  demand: LoadDemand,
  machine: Machine,
  targetThroughput: number
): Verifiability {
  const what = `Verifying ${formatByteRate(targetThroughput)}`
  const { coresNeeded, memoryBytes, fileHandles } = demand
  if (coresNeeded > machine.cores) {
    const sentence = `${what} needs ${formatCount(coresNeeded)} cores and has ${formatCount(machine.cores)}.`
    return { verifiable: false, sentence }
  }
  if (memoryBytes > machine.freeMemoryBytes) {
    const free = formatBytes(machine.freeMemoryBytes)
    const sentence = `${what} needs ${formatBytes(memoryBytes)} of memory and has ${free} free.`
    return { verifiable: false, sentence }
  }
  if (machine.freeFileHandles !== null && fileHandles > machine.freeFileHandles) {
    const free = formatCount(machine.freeFileHandles)
    const sentence = `${what} needs ${formatCount(fileHandles)} file handles and has ${free} free.`
    return { verifiable: false, sentence }
  }
  const sentence = `${what} needs ${formatCount(coresNeeded)} of ${formatCount(machine.cores)} cores here.`
  return { verifiable: true, sentence }
}
