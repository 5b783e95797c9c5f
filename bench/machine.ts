/** The machine a figure belongs to. */
import { availableParallelism, cpus, release, totalmem } from 'node:os'

export interface MachineLine {
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
}

export function readMachineLine(): MachineLine {
  return {
    node: process.versions.node,
    cpu: cpus()[0]?.model.trim() ?? 'processor unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch} ${release()}`
  }
}

export function machineText({ node, cpu, cores, memoryBytes, system }: MachineLine): string {
  return `Node ${node}, ${cores} × ${cpu}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB, ${system}`
}
