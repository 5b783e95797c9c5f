/**
 * Producer ids, given in blocks of 1,000: the end of a block is on disk before its first id is given, so that
 * no id is ever given twice, whatever dies. The file `highwater-producer-ids` holds that end as text.
 *
 * Thread: the broker. Kafka: server/common/ProducerIdsBlock (KIP-730).
 */
import { join } from 'node:path'
import { HighwaterError } from '../base/local-errors.ts'
import type { Storage } from '../data-plane/log/storage.ts'

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
    this.#next = this.#readBlockEnd()
    this.#blockEnd = this.#next
  }

  #readBlockEnd(): number {
    if (!this.#storage.exists(this.#path)) return 0
    const text = new TextDecoder().decode(this.#storage.readAll(this.#path))
    if (/^\d{1,15}\n$/.test(text)) return Number(text)
    const fact = `${this.#path} must hold one number and a line end, but it holds ${JSON.stringify(text)}`
    throw new HighwaterError('HIGHWATER_LOG_CORRUPT', fact)
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
