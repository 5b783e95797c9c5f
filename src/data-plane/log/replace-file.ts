/**
 * Replaces a file whole: whoever reads it, also after a crash, finds the old contents or the new.
 *
 *   write <path>.tmp ─▶ flush ─▶ rename over <path>      a rename before the flush may leave an empty file
 *
 * Every storage does it so; the in-memory disk of the tests shows what a power cut leaves of each step.
 */
import type { Storage } from './storage.ts'

/** Contents are durable when it returns; the name is as durable as the storage makes renames. */
export function replaceThroughTemporary(
  storage: Pick<Storage, 'open' | 'rename'>,
  path: string,
  bytes: Uint8Array
): void {
  const temporary = `${path}.tmp`
  const file = storage.open(temporary, 'write')
  try {
    file.truncate(0)
    if (bytes.byteLength > 0) file.write([bytes], 0)
    file.flush()
  } finally {
    file.close()
  }
  storage.rename(temporary, path)
}
