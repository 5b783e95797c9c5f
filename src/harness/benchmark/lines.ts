/**
 * The lines of a sample file: one record or one key each, empty lines left out.
 *
 * Thread: the harness's reads the file; load threads get a copy of the bytes.
 */
import { readFileSync } from 'node:fs'
import { HighwaterError } from '../../base/local-errors.ts'
import { fileFault, systemReason } from '../regular-file.ts'

/** At least one; none is empty. */
export type Lines = readonly Uint8Array[]

/** A sample is held in memory once per loader. */
const FILE_BYTES_MAX = 256 * 2 ** 20
const NEWLINE = 10
const RETURN = 13

/** The lines of a file's bytes, as views of them. */
export function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, from)
    const end = found < 0 ? bytes.length : found
    const last = end > from && bytes[end - 1] === RETURN ? end - 1 : end
    if (last > from) lines.push(bytes.subarray(from, last))
    from = end + 1
  }
  return lines
}

/**
 * The bytes of a sample file that has at least one line.
 * @throws HighwaterError HIGHWATER_CONFIG
 */
export function readSample(flag: string, path: string): Uint8Array {
  const bytes = read(flag, path)
  if (splitLines(bytes).length > 0) return bytes
  throw new HighwaterError('HIGHWATER_CONFIG', `The file ${path} of ${flag} has no line with text.`)
}

function read(flag: string, path: string): Uint8Array {
  const refused = (reason: string, cause?: unknown): HighwaterError =>
    new HighwaterError(
      'HIGHWATER_CONFIG',
      `The file ${path} of ${flag} cannot be read: ${reason}; name another one.`,
      { cause }
    )
  const fault = fileFault(path, FILE_BYTES_MAX)
  if (fault !== null) throw refused(fault)
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    throw refused(systemReason(cause), cause)
  }
}
