/**
 * Apache Kafka's own command line tools, from Maven, for tests that compare this engine with them. The jars
 * stay in a cache folder outside the repository; nothing is fetched a second time.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const KAFKA_VERSION = '4.1.0'
const POM = new URL('./pom.xml', import.meta.url)
/** A `.js` in dist stands where the source does below `test`, but the pom is not copied there. */
const POM_PATH = POM.pathname.replace('/dist/test/', '/test/')
const HEAP = '-Xmx256m'

/** Which programs the tools need and this machine does not have; empty if all are there. */
export function missingPrograms(): string[] {
  return [
    ['java', '-version'],
    ['mvn', '-v']
  ]
    .filter(([program, flag]) => spawnSync(program ?? '', [flag ?? '']).status !== 0)
    .map(([program]) => program ?? '')
}

/** Folder with the jars; resolved by Maven the first time. */
function jarFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = join(cache, 'highwater', `kafka-${KAFKA_VERSION}`)
  if (existsSync(folder)) return folder
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`]
    execFileSync('mvn', ['-q', '-B', '-f', POM_PATH, ...goal], { stdio: ['ignore', 'ignore', 'inherit'] })
    renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return folder
}

/** Output of kafka.tools.DumpLogSegments for one file of a log, line by line. */
export function dumpLogSegment(file: string, ...flags: string[]): string[] {
  const classPath = `${jarFolder()}/*`
  const tool = ['-cp', classPath, 'kafka.tools.DumpLogSegments', '--files', file, ...flags]
  const output = execFileSync('java', [HEAP, ...tool], { stdio: ['ignore', 'pipe', 'ignore'] })
  return output.toString('utf8').split('\n')
}
