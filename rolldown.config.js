/**
 * Second half of the build: thread entries that start often, or that somebody waits for, become one file each.
 * ARCHITECTURE, "A thread's code in one file", says why.
 *
 *   dist/…/partition-thread.js  ─▶  dist/…/partition-thread.bundle.js
 *
 * The bundle lies beside its entry, so a `threadEntry(import.meta.url, …)` inside it works only if its module
 * lies in the folder of the entry. Packages stay outside.
 */
const ENTRIES = [
  'dist/src/broker/broker-thread.js',
  'dist/src/data-plane/partition/partition-thread.js',
  'dist/test/crash/crash-partition-thread.js'
]

export default ENTRIES.map(entry => ({
  input: entry,
  platform: 'node',
  external: /^[^./]/,
  logLevel: 'warn',
  output: { file: entry.replace(/\.js$/, '.bundle.js'), format: 'esm', codeSplitting: false }
}))
