/**
 * Whether a path leads to a file whose end will come: a pipe holds the process, deaf to signals, until
 * somebody writes into it.
 *
 * Thread: any of the harness.
 */
import { statSync } from 'node:fs'

/** Why a file is not to be opened, as the end of a sentence; null for a regular one that is no larger. */
export function fileFault(path: string, bytesMax = Number.POSITIVE_INFINITY): string | null {
  try {
    const found = statSync(path)
    if (!found.isFile()) return 'it is no regular file'
    return found.size > bytesMax ? `it has ${found.size} bytes, more than ${bytesMax}` : null
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  }
}
