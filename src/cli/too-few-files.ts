/**
 * The sentence for a process that may open too few files, whoever met that first: the loader of modules, a
 * thread that could not start, a log. Imports nothing, so that it can still be said.
 */

/** What to do about an error of this kind; null for any other. */
export function tooFewFiles(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code !== 'EMFILE' && code !== 'ENFILE') return null
  return (
    'This process may open too few files for its modules, threads and logs: ' +
    'raise the limit (ulimit -n 1024).'
  )
}
