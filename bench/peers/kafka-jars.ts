/**
 * Apache Kafka as Maven brings it. The jars stay in a cache folder outside the repository; nothing is fetched
 * a second time.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const KAFKA_VERSION = '4.1.0'

/** A `.js` in dist stands where the source does below `bench`, but only code is copied there. */
export function sourcePath(name: string): string {
  const path = fileURLToPath(new URL(name, import.meta.url))
  return path.replace(/[/\\]dist([/\\]bench[/\\])/, '$1')
}

/** Where what is fetched or built outside the repository stays. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'highwater')
}

/** Which programs Kafka needs and this machine does not have; empty if all are there. */
export function missingPrograms(): string[] {
  const needed = { java: '-version', mvn: '-v' }
  return Object.entries(needed).flatMap(([program, flag]) =>
    spawnSync(program, [flag]).status === 0 ? [] : [program]
  )
}

/** Class path of Kafka with its tools; resolved by Maven the first time. */
export function kafkaClassPath(): string {
  const folder = join(cacheFolder(), `kafka-${KAFKA_VERSION}`)
  if (!existsSync(folder)) resolveInto(folder)
  return join(folder, '*')
}

function resolveInto(folder: string): void {
  const partial = `${folder}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`]
    const pom = ['-f', sourcePath('./pom.xml'), `-Dkafka.version=${KAFKA_VERSION}`]
    execFileSync('mvn', ['-q', '-B', ...pom, ...goal], { stdio: ['ignore', 'ignore', 'inherit'] })
    renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
