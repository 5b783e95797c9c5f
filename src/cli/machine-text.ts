/**
 * Where figures were measured, in one line.
 */
import { type Environment, formatCount } from '../index.ts'

export function machineText({ cpuModel, cores, nodeVersion, engineVersion, commit }: Environment): string {
  const version = `highwater ${engineVersion}${commit === null ? '' : ` (${commit.slice(0, 10)})`}`
  return `${cpuModel}, ${formatCount(cores)} cores, Node ${nodeVersion}, ${version}`
}
