/**
 * Where the compiled form of a worker's source lies. Node 20 loads no TypeScript in threads, so threads
 * always run from dist/, also when the code that starts them is a source file under test.
 */
import { invariant } from '../base/invariant.ts'

/**
 * Address of a compiled worker file.
 *
 * @param importMetaUrl of the module that starts the worker
 * @param relative path of the worker's source from there, such as `./partition-thread.ts`
 * @param form `bundle`: the one file that `rolldown.config.js` makes of the worker and all it imports
 */
export function threadEntry(importMetaUrl: string, relative: string, form?: 'bundle'): URL {
  const entry = new URL(relative.replace(/\.ts$/, form === 'bundle' ? '.bundle.js' : '.js'), importMetaUrl)
  if (!importMetaUrl.endsWith('.ts')) return entry
  const parts = /^(.*)\/((?:src|test|bench)\/.*)$/.exec(entry.href)
  invariant(parts !== null, 'a worker file lies under src, test or bench', { entry: entry.href })
  return new URL(`${parts[1]}/dist/${parts[2]}`)
}
