/**
 * The log directory of a broker: claimed by a `.lock` file, named by `meta.properties`.
 *
 *   .lock             held by one broker, and stale once its process or its thread is gone
 *   meta.properties   node.id, version, cluster.id, directory.id
 *
 * Thread: the broker. Kafka: server/metadata/properties/MetaProperties, LogManager.lockLogDirs.
 */
import { join } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import { type Random, systemRandom } from '../base/random.ts'
import { fileStorage, makeTemporaryDirectory } from '../data-plane/log/file-storage.ts'
import { LockFile } from '../data-plane/log/lock-file.ts'
import type { Storage } from '../data-plane/log/storage.ts'
import { randomId } from './topic-id.ts'

export const NODE_ID = 1
const LOCK = '.lock'
const META_PROPERTIES = 'meta.properties'

export class LogDirectory {
  readonly path: string
  readonly #lock: LockFile

  private constructor(path: string, lock: LockFile) {
    this.path = path
    this.#lock = lock
  }

  /**
   * Makes the directory if it is missing, and claims it.
   * @throws HighwaterError HIGHWATER_STORAGE if it cannot be written, HIGHWATER_RESOURCES if another has it
   */
  static claim(storage: Storage, path: string, random: Random = systemRandom): LogDirectory {
    storage.makeDirectory(path)
    const directory = new LogDirectory(path, claimLock(path, random))
    try {
      writeMetaProperties(storage, path, random)
    } catch (error) {
      directory.release()
      throw error
    }
    return directory
  }

  release(): void {
    this.#lock.release()
  }
}

function claimLock(directory: string, random: Random): LockFile {
  const lock = LockFile.claim(join(directory, LOCK), randomId(random))
  if (lock instanceof LockFile) return lock
  const text = `the log directory ${directory} is in use by the process ${lock.pid}; close that cluster first`
  throw new HighwaterError('HIGHWATER_RESOURCES', text)
}

function writeMetaProperties(storage: Storage, directory: string, random: Random): void {
  const path = join(directory, META_PROPERTIES)
  if (storage.exists(path)) return
  const lines = [
    `node.id=${NODE_ID}`,
    'version=1',
    `cluster.id=${randomId(random)}`,
    `directory.id=${randomId(random)}`,
    ''
  ]
  storage.replaceAll(path, new TextEncoder().encode(lines.join('\n')))
}

/** After the death of a broker of this process: other processes cannot see that its lock is stale. */
export function removeLockOfDead(directory: string): void {
  if (!fileStorage.exists(join(directory, LOCK))) return
  const lock = LockFile.claim(join(directory, LOCK), randomId(systemRandom))
  if (lock instanceof LockFile) lock.release()
}

/** A fresh directory for logs that are not kept. */
export function makeTemporaryLogDirectory(): string {
  return makeTemporaryDirectory()
}

/** Removes a directory with all logs in it, after its broker has ended. */
export function removeLogDirectory(path: string): void {
  fileStorage.removeTree(path)
}
