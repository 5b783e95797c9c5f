/**
 * Producer ids, given in blocks of 1,000: the end of a block is on disk before its first id is given, so that
 * no id is ever given twice, whatever dies. The file `highwater-producer-ids` holds that end as text. If it
 * is gone, ids go on above the greatest one that any log knows.
 *
 * Thread: the broker. Kafka: server/common/ProducerIdsBlock (KIP-730).
 */
import { join } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import { greatestProducerId } from '../data-plane/log/known-producers.ts'
import { PARTITION_METADATA } from '../data-plane/log/log-file-names.ts'
import type { Storage } from '../data-plane/log/storage.ts'
import { crc32cOf } from '../wire/record/checksum.ts'

const FILE_NAME = 'highwater-producer-ids'
const BLOCK = 1000

export class ProducerIds {
  readonly #storage: Storage
  readonly #path: string
  #next: number
  #blockEnd: number

  /** @throws HighwaterError HIGHWATER_LOG_CORRUPT, HIGHWATER_STORAGE */
  constructor(storage: Storage, logDirectory: string) {
    this.#storage = storage
    this.#path = join(logDirectory, FILE_NAME)
    this.#next = this.#readBlockEnd() ?? firstUnknownId(storage, logDirectory)
    this.#blockEnd = this.#next
  }

  #readBlockEnd(): number | null {
    if (!this.#storage.exists(this.#path)) return null
    const text = new TextDecoder().decode(this.#storage.readAll(this.#path))
    if (/^\d{1,15}\n$/.test(text)) return Number(text)
    const fact = `${this.#path} must hold one number and a line end, but it holds ${JSON.stringify(text)}`
    const cure = 'delete it to have it made anew from what the logs know'
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', `${fact}; ${cure}`)
  }

  /** @throws HighwaterError HIGHWATER_STORAGE; then no id was given */
  take(): number {
    if (this.#next === this.#blockEnd) {
      const end = this.#blockEnd + BLOCK
      this.#storage.replaceAll(this.#path, new TextEncoder().encode(`${end}\n`))
      this.#blockEnd = end
    }
    return this.#next++
  }
}

/** An id given again would make the records of its new producer duplicates of the old one's. */
function firstUnknownId(storage: Storage, logDirectory: string): number {
  let first = 0
  for (const name of storage.list(logDirectory)) {
    const directory = join(logDirectory, name)
    if (!storage.exists(join(directory, PARTITION_METADATA))) continue
    first = Math.max(first, greatestProducerId({ storage, directory, crc: crc32cOf }) + 1)
  }
  return first
}
