/**
 * Counts the keys of a file, one a line, without ever holding the file: as many lines as there are, in the
 * same memory.
 *
 * Thread: the harness's. It reads piece by piece, so that signals are heard in between.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { HighwaterError } from '../../base/local-errors.ts'
import { formatCount } from '../../planner/units.ts'
import { fileFault, systemReason } from '../regular-file.ts'
import { interrupted } from '../run-series.ts'
import { type CountLimits, countKeys, type EachKey, type KeyCounts } from './key-counts.ts'

const PIECE_BYTES = 2 ** 20
const NEWLINE = 10
const RETURN = 13

function refuse(path: string, what: string, cause?: unknown): never {
  const text = `The key file ${path} ${what}.`
  throw new HighwaterError('HIGHWATER_CONFIG', text, cause === undefined ? undefined : { cause })
}

/**
 * Keys of a file of any length; a line of them is a key, without its end.
 * @throws HighwaterError HIGHWATER_CONFIG, HIGHWATER_INTERRUPTED
 */
export async function readKeyFile(
  path: string,
  signal: AbortSignal,
  limits?: CountLimits
): Promise<KeyCounts> {
  const file = await openFile(path)
  try {
    const buffer = new Uint8Array(PIECE_BYTES)
    return await countKeys(each => eachLine({ file, path, buffer, signal }, each), limits)
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  // Before it is opened: opening a pipe alone waits for somebody who writes into it.
  const fault = fileFault(path)
  if (fault !== null) return refuse(path, `of --key-file cannot be read: ${fault}; name another one`)
  try {
    return await open(path, 'r')
  } catch (cause) {
    return refuse(path, `of --key-file cannot be read: ${systemReason(cause)}; name another one`, cause)
  }
}

interface LineScan {
  readonly file: FileHandle
  readonly path: string
  readonly buffer: Uint8Array
  readonly signal: AbortSignal
}

/** Reads the file from its beginning; the last line may go without an end. */
async function eachLine({ file, path, buffer, signal }: LineScan, each: EachKey): Promise<void> {
  let position = 0
  let held = 0
  let lines = 0
  const take = (from: number, end: number): void => {
    lines += 1
    const last = end > from && buffer[end - 1] === RETURN ? end - 1 : end
    if (last === from) refuse(path, `has an empty line ${formatCount(lines)}: each line is to be a key`)
    each(buffer, from, last)
  }
  for (;;) {
    if (signal.aborted) throw interrupted()
    const { bytesRead } = await file.read(buffer, held, buffer.length - held, position)
    if (bytesRead === 0) break
    position += bytesRead
    const end = held + bytesRead
    let from = 0
    for (let at = held; at < end; at++) {
      if (buffer[at] !== NEWLINE) continue
      take(from, at)
      from = at + 1
    }
    buffer.copyWithin(0, from, end)
    held = end - from
    if (held === buffer.length) refuse(path, `has more than a key of 1 MiB in line ${formatCount(lines + 1)}`)
  }
  if (held > 0) take(0, held)
  if (lines === 0) refuse(path, 'is empty: it is to have a key in each line')
}
