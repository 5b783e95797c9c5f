/**
 * The one error of every storage: what was tried, on which path, and the system's own words.
 */
import { HighwaterError } from '../../base/local-errors.ts'

/** `cannot write /data/t-0/0.log: ENOSPC: no space left on device`; the system's error is the `cause`. */
export function storageError(action: string, path: string, cause: unknown): HighwaterError {
  const text = cause instanceof Error ? cause.message : String(cause)
  // Node appends ", <call> '<path>'" to the errno and its text; both are said already.
  return new HighwaterError('HIGHWATER_STORAGE', `cannot ${action} ${path}: ${text.split(', ')[0]}`, {
    cause
  })
}
