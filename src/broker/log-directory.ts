/**
 * The log directory of a broker: claimed by a `.lock` file, named by `meta.properties`.
 *
 *   .lock             pid and start of the process that has it; one whose process is gone is taken over
 *   meta.properties   node.id, version, cluster.id, directory.id
 *
 * Thread: the broker. Kafka: server/metadata/properties/MetaProperties, LogManager.lockLogDirs.
 */
import { join } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import { type Random, systemRandom } from '../base/random.ts'
import {
  claimFile,
  fileStorage,
  makeTemporaryDirectory,
  processMark
} from '../data-plane/log/file-storage.ts'
import type { Storage } from '../data-plane/log/storage.ts'
import { randomId } from './topic-id.ts'

export const NODE_ID = 1
const LOCK = '.lock'
const META_PROPERTIES = 'meta.properties'

export class LogDirectory {
  readonly path: string
  readonly #storage: Storage

  private constructor(storage: Storage, path: string) {
    this.#storage = storage
    this.path = path
  }

  /**
   * Makes the directory if it is missing, and claims it.
   * @throws HighwaterError HIGHWATER_STORAGE if it cannot be written, HIGHWATER_RESOURCES if another has it
   */
  static claim(storage: Storage, path: string, random: Random = systemRandom): LogDirectory {
    storage.makeDirectory(path)
    claimLock(storage, path)
    const directory = new LogDirectory(storage, path)
    try {
      writeMetaProperties(storage, path, random)
    } catch (error) {
      directory.release()
      throw error
    }
    return directory
  }

  release(): void {
    this.#storage.remove(join(this.path, LOCK))
  }
}

function claimLock(storage: Storage, directory: string): void {
  const path = join(directory, LOCK)
  const mine = new TextEncoder().encode(processMark(process.pid) ?? '')
  // A second attempt, after a lock that nobody holds was removed.
  for (let attempt = 0; attempt < 2; attempt++) {
    if (claimFile(path, mine)) return
    const holder = new TextDecoder().decode(storage.readAll(path))
    const pid = Number.parseInt(holder, 10)
    if (Number.isInteger(pid) && processMark(pid) === holder) {
      const text = `the log directory ${directory} is in use by the process ${pid}; close that cluster first`
      throw new HighwaterError('HIGHWATER_RESOURCES', text)
    }
    storage.remove(path)
  }
  const text = `the log directory ${directory} was claimed by another process in the same moment`
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

/** A fresh directory for logs that are not kept. */
export function makeTemporaryLogDirectory(): string {
  return makeTemporaryDirectory()
}

/** Removes a directory with all logs in it, after its broker has ended. */
export function removeLogDirectory(path: string): void {
  fileStorage.removeTree(path)
}
