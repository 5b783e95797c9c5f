/** Appending batches to a real log in a temporary directory: one write per pass, with all its bookkeeping. */
import { join } from 'node:path'
import { crc32cOf } from '../../native-free/crc32c.ts'
import { systemClock } from '../../src/base/clock.ts'
import { BatchFacts } from '../../src/data-plane/log/batch-facts.ts'
import { fileStorage, makeTemporaryDirectory } from '../../src/data-plane/log/file-storage.ts'
import { Log } from '../../src/data-plane/log/log.ts'
import type { LogSettings } from '../../src/data-plane/log/log-settings.ts'
import { stampBaseOffset, stampLeaderEpoch } from '../../src/wire/record/record-batch.ts'
import { RecordBatchBuilder } from '../../src/wire/record/record-batch-builder.ts'
import { NO_HEADERS } from '../../src/wire/record/record-header.ts'
import { expectResult, type MicroBenchmark } from '../micro-benchmark.ts'

const BATCH_BYTES = 16384
const PASSES = 16
/** A log is cut back before it grows beyond this, so that its pages never reach the disk. */
const LOG_BYTES_MAX = 64 * 2 ** 20

const KAFKA_DEFAULTS: LogSettings = {
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096
}

export function logBenchmarks(): MicroBenchmark[] {
  return [1, 16].map(group => appendBenchmark(group))
}

function appendBenchmark(group: number): MicroBenchmark {
  const name = `append, ${group} batch${group === 1 ? '' : 'es'} of 16 KiB per write`
  const { batch, recordCount } = fullBatch()
  const appender = new Appender(batch, recordCount, group)
  return {
    name,
    bytes: PASSES * group * batch.length,
    operations: PASSES * group,
    run: () => {
      const before = appender.logEndOffset
      for (let pass = 0; pass < PASSES; pass++) appender.pass()
      return appender.logEndOffset - before
    },
    check: found => expectResult(name, found, PASSES * group * recordCount),
    restore: () => appender.cutBack(PASSES * group * batch.length),
    close: () => appender.close()
  }
}

/** Does what a partition thread does in a pass, with the same bytes again and again. */
class Appender {
  readonly #directory = makeTemporaryDirectory()
  readonly #parts: Uint8Array[]
  readonly #views: DataView[]
  readonly #facts: BatchFacts[]
  readonly #recordCount: number
  readonly #log: Log

  constructor(batch: Uint8Array, recordCount: number, group: number) {
    this.#recordCount = recordCount
    this.#parts = Array.from({ length: group }, () => batch.slice())
    this.#views = this.#parts.map(part => new DataView(part.buffer))
    this.#facts = this.#parts.map(() => new BatchFacts())
    this.#log = Log.openCold({
      storage: fileStorage,
      clock: systemClock,
      directory: join(this.#directory, 'bench-0'),
      settings: KAFKA_DEFAULTS,
      crc: crc32cOf
    })
  }

  get logEndOffset(): number {
    return this.#log.logEndOffset
  }

  pass(): void {
    const log = this.#log
    let offset = log.logEndOffset
    for (let index = 0; index < this.#parts.length; index++) {
      stampBaseOffset(this.#views[index]!, 0, offset)
      stampLeaderEpoch(this.#views[index]!, 0, 0)
      log.producerState.update(this.#facts[index]!.readFrom(this.#views[index]!, 0))
      offset += this.#recordCount
    }
    log.write(this.#parts, this.#facts)
    for (let index = 0; index < this.#facts.length; index++) log.recordAppended(this.#facts[index]!)
    log.flushIndexesIfDue(64)
  }

  cutBack(bytesToCome: number): void {
    if (this.#log.activePosition + bytesToCome > LOG_BYTES_MAX) this.#log.truncateTo(0)
  }

  close(): void {
    this.#log.close()
    fileStorage.removeTree(this.#directory)
  }
}

function fullBatch(): { batch: Uint8Array; recordCount: number } {
  const builder = new RecordBatchBuilder()
  const staging = new Uint8Array(BATCH_BYTES)
  const value = new Uint8Array(100).fill(97)
  builder.reset(staging, BATCH_BYTES)
  while (builder.tryAppend({ timestamp: systemClock.now(), key: null, value, headers: NO_HEADERS })) {
    // Until the batch is full.
  }
  builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1, attributes: 0 })
  builder.sealCrc()
  return { batch: staging.slice(0, builder.sizeBytes), recordCount: builder.recordCount }
}
