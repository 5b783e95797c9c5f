/** The Go program beside this file: built into the cache folder if the machine has Go. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcesses } from './child-processes.ts'
import { cacheFolder, sourcePath } from './kafka-jars.ts'

export const FRANZ_GO_VERSION = '1.22.2'

export interface FranzGo {
  readonly program: string
  /** As `go version` says it. */
  readonly goVersion: string
}

/** What the program prints. */
interface FranzGoAnswer {
  /** In the measured time. */
  readonly records: number
  readonly seconds: number
  /** All that were sent or read. */
  readonly passed: number
}

/** @returns the reason, if there is none */
export async function buildFranzGo(children: ChildProcesses): Promise<FranzGo | string> {
  const found = spawnSync('go', ['version'], { encoding: 'utf8' })
  if (found.status !== 0) return 'this machine has no Go'
  const folder = cacheFolder()
  const program = join(folder, `franz-go-${FRANZ_GO_VERSION}`)
  mkdirSync(folder, { recursive: true })
  try {
    await children.run('go', ['build', '-trimpath', '-o', program, '.'], sourcePath('./franz-go'))
  } catch (cause) {
    children.signal.throwIfAborted()
    return `Go did not build it: ${cause instanceof Error ? cause.message : String(cause)}`
  }
  return { program, goVersion: found.stdout.trim() }
}

export function readFranzGo(output: string): FranzGoAnswer {
  return JSON.parse(output) as FranzGoAnswer
}
