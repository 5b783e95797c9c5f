/**
 * The sentence for a process that may open too few files, whoever met that first: the loader of modules, a
 * thread that could not start, a log. Imports nothing, so that it can still be said.
 */

/** Both names the system has for it, as Node writes them: `EMFILE: too many open files, open '...'`. */
const TOO_MANY_OPEN = /\bE[MN]FILE\b/
/** An error that is its own cause must not be followed for ever. */
const CAUSES_MAX = 8

/**
 * What to do about an error of this kind; null for any other. The text of an error and of its causes is
 * looked at, since one that comes from another thread has no `code` any more.
 */
export function tooFewFiles(error: unknown): string | null {
  let cause = error
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth++) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (TOO_MANY_OPEN.test(code) || TOO_MANY_OPEN.test(cause.message)) {
      return (
        'This process may open too few files for its modules, threads and logs: ' +
        'raise the limit (ulimit -n 1024).'
      )
    }
    cause = cause.cause
  }
  return null
}
