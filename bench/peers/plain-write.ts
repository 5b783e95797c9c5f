/**
 * A measured program: what Node writes at most when it copies each record into a block of 64 KB and writes
 * the full block. No header, no checksum, no thread: the bound for any log that copies once.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { answer, measureStretch, readTask } from './child-program.ts'
import { NumberedValues } from './numbered-values.ts'

export interface PlainWriteTask {
  readonly file: string
  readonly records: number
  readonly recordBytes: number
}

const BLOCK_BYTES = 65_536
const WARM_BLOCKS = 400

class BlockWriter {
  readonly #file: number
  readonly #values: NumberedValues
  readonly #recordBytes: number
  readonly #block: Uint8Array

  constructor(file: number, recordBytes: number) {
    this.#file = file
    this.#recordBytes = recordBytes
    this.#values = new NumberedValues(recordBytes)
    this.#block = new Uint8Array(this.recordsPerBlock * recordBytes)
  }

  get recordsPerBlock(): number {
    return Math.floor(BLOCK_BYTES / this.#recordBytes)
  }

  write(records: number): number {
    let written = 0
    while (written < records) {
      const count = Math.min(this.recordsPerBlock, records - written)
      for (let i = 0; i < count; i++) this.#block.set(this.#values.take(written + i), i * this.#recordBytes)
      written += count
      writeSync(this.#file, this.#block, 0, count * this.#recordBytes)
    }
    return written
  }
}

async function main({ file, records, recordBytes }: PlainWriteTask): Promise<void> {
  const descriptor = openSync(file, 'wx+')
  try {
    const writer = new BlockWriter(descriptor, recordBytes)
    const warm = WARM_BLOCKS * writer.recordsPerBlock
    writer.write(warm)
    const stretch = await measureStretch(() => writer.write(records))
    const { size } = fstatSync(descriptor)
    if (size !== (warm + records) * recordBytes) throw new Error(`The file has ${size} bytes.`)
    answer(stretch)
  } finally {
    closeSync(descriptor)
  }
}

await main(readTask<PlainWriteTask>())
