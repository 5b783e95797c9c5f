/**
 * Which offset each leader epoch began at, kept in `leader-epoch-checkpoint`: a `0`, the count, then one line
 * `epoch startOffset` each, ascending. An epoch is on disk before the first batch that bears it.
 *
 * Thread: the partition thread. Kafka: storage/internals/epoch/LeaderEpochFileCache (KIP-101).
 */
import { join } from 'node:path'
import { HighwaterError } from '../../base/local-errors.ts'
import { LEADER_EPOCH_CHECKPOINT } from './log-file-names.ts'
import type { Storage } from './storage.ts'

interface EpochStart {
  readonly epoch: number
  readonly startOffset: number
}

const VERSION = '0'

export class LeaderEpochCache {
  readonly #storage: Storage
  readonly #path: string
  #entries: EpochStart[]
  /**
   * Whether the file was there: then it knows every epoch of the log, and recovery asks the batches nothing.
   */
  readonly wasOnDisk: boolean

  /** @throws HighwaterError HIGHWATER_LOG_CORRUPT if the file is there and cannot be read as one. */
  constructor(storage: Storage, directory: string) {
    this.#storage = storage
    this.#path = join(directory, LEADER_EPOCH_CHECKPOINT)
    this.wasOnDisk = storage.exists(this.#path)
    this.#entries = this.wasOnDisk ? decode(storage.readAll(this.#path), this.#path) : []
  }

  get entries(): readonly EpochStart[] {
    return this.#entries
  }

  /** -1 if no epoch is known. */
  get lastEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? -1
  }

  /**
   * The epoch began at that offset. Entries it overtakes are dropped; an epoch known already changes nothing.
   */
  assign(epoch: number, startOffset: number): void {
    if (epoch <= this.lastEpoch) return
    const kept = this.#entries.filter(entry => entry.startOffset < startOffset)
    this.#replace([...kept, { epoch, startOffset }])
  }

  /** Forgets epochs that began at `endOffset` or later. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.#entries.filter(entry => entry.startOffset < endOffset)
    if (kept.length < this.#entries.length) this.#replace(kept)
  }

  #replace(entries: EpochStart[]): void {
    const lines = entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}\n`)
    const text = `${VERSION}\n${entries.length}\n${lines.join('')}`
    this.#storage.replaceAll(this.#path, new TextEncoder().encode(text))
    this.#entries = entries
  }
}

function decode(bytes: Uint8Array, path: string): EpochStart[] {
  const [version, count, ...lines] = new TextDecoder().decode(bytes).trimEnd().split('\n')
  if (version !== VERSION || count !== String(lines.length)) throw corrupt(path, 'its first two lines')
  const entries: EpochStart[] = []
  for (const line of lines) {
    const match = /^(\d{1,10}) (\d{1,16})$/.exec(line)
    if (match === null) throw corrupt(path, `the line ${JSON.stringify(line)}`)
    const entry = { epoch: Number(match[1]), startOffset: Number(match[2]) }
    const last = entries.at(-1)
    if (last !== undefined && (entry.epoch <= last.epoch || entry.startOffset < last.startOffset)) {
      throw corrupt(path, `the line ${JSON.stringify(line)} after epoch ${last.epoch}`)
    }
    entries.push(entry)
  }
  return entries
}

function corrupt(path: string, found: string): HighwaterError {
  const expected = 'a version 0, a count and that many lines of "epoch startOffset" that ascend'
  const text = `${path} must hold ${expected}, but ${found} differ; delete it to have it made anew`
  return new HighwaterError('HIGHWATER_LOG_CORRUPT', text)
}
