/**
 * Which producer ids a partition directory knows, asked without opening its log: from its newest readable
 * snapshot and the headers of the batches behind it. Changes nothing.
 *
 * Thread: the broker, before any partition serves.
 */
import { join } from 'node:path'
import { BatchScanner } from './batch-scanner.ts'
import { logFilePath, parseLogFileName, SUFFIX } from './log-file-names.ts'
import type { LogOptions } from './log-settings.ts'
import { ProducerState } from './producer-state.ts'

const SCAN_CHUNK_BYTES = 1024 * 1024

type Place = Pick<LogOptions, 'storage' | 'directory' | 'crc'>

interface FileName {
  readonly name: string
  readonly offset: number
  readonly suffix: string
}

/**
 * The greatest producer id in a partition directory, -1 if it knows none.
 * @throws HighwaterError HIGHWATER_STORAGE
 */
export function greatestProducerId(place: Place): number {
  const files = filesOf(place)
  const bases = files.filter(({ suffix }) => suffix === SUFFIX.log).map(({ offset }) => offset)
  const snapshot = newestSnapshot(place, files)
  let greatest = snapshot.greatest
  bases.forEach((base, i) => {
    if ((bases[i + 1] ?? Number.POSITIVE_INFINITY) <= snapshot.offset) return
    greatest = Math.max(greatest, greatestInSegment(place, base))
  })
  return greatest
}

/** By ascending offset. */
function filesOf({ storage, directory }: Place): FileName[] {
  const files: FileName[] = []
  for (const name of storage.list(directory)) {
    const parsed = parseLogFileName(name)
    if (parsed !== null) files.push({ name, ...parsed })
  }
  return files.sort((a, b) => a.offset - b.offset)
}

/** Its offset is 0 if none can be read: then all batches are. */
function newestSnapshot(
  { storage, directory, crc }: Place,
  files: readonly FileName[]
): { offset: number; greatest: number } {
  for (const { name, offset, suffix } of files.toReversed()) {
    if (suffix !== SUFFIX.snapshot && suffix !== SUFFIX.warmSnapshot) continue
    const state = ProducerState.decode(storage.readAll(join(directory, name)), crc)
    if (state !== null) return { offset, greatest: state.greatestProducerId }
  }
  return { offset: 0, greatest: -1 }
}

/** Up to the first header that cannot be one: what lies behind it is not read by anybody. */
function greatestInSegment({ storage, directory }: Place, baseOffset: number): number {
  const file = storage.open(logFilePath(directory, baseOffset, SUFFIX.log), 'read')
  let greatest = -1
  try {
    const scanner = new BatchScanner(file, file.size(), SCAN_CHUNK_BYTES)
    for (let position = 0; scanner.readAt(position); position += scanner.facts.sizeBytes) {
      greatest = Math.max(greatest, scanner.facts.producerId)
    }
  } finally {
    file.close()
  }
  return greatest
}
