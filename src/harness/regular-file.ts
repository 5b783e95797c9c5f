/**
 * Whether a path leads to a file whose end will come, and why a file cannot be read. A pipe holds the
 * process, deaf to signals, until somebody writes into it.
 *
 * Thread: any of the harness.
 */
import { statSync } from 'node:fs'
import { formatBytes, formatCount } from '../planner/units.ts'

/** Why a file is not to be opened, as the end of a sentence; null for a regular one that is no larger. */
export function fileFault(path: string, bytesMax = Number.POSITIVE_INFINITY): string | null {
  try {
    const found = statSync(path)
    if (!found.isFile()) return 'it is no regular file'
    if (found.size <= bytesMax) return null
    return `it has ${formatBytes(found.size)}, and ${formatCount(bytesMax)} bytes are read at most`
  } catch (cause) {
    return systemReason(cause)
  }
}

/** What the system says, words first: `no such file or directory (ENOENT)`. */
export function systemReason(cause: unknown): string {
  // Node writes "CODE: words, call 'path'"; the path is said already.
  return cause instanceof Error ? cause.message.replace(/^(\w+): ([^,]+),.*$/s, '$2 ($1)') : String(cause)
}
