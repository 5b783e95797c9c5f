/**
 * Splits a batch that its broker found too large into smaller ones, in the old order: of half its plain
 * bytes, or of `batch.size` where that is less, as it is for one that was compressed.
 *
 * The parts divide the sequence of the whole between them, so that nothing behind them moves.
 *
 * Thread: the caller's. Kafka: ProducerBatch.split (KIP-126).
 */
import { RECORD_BATCH_OVERHEAD } from '../../wire/record/record-batch.ts'
import { RecordBatchIterator } from '../../wire/record/record-batch-iterator.ts'
import { batchUpperBound } from '../../wire/record/record-size.ts'
import { BatchOutcome, type UnheardFailures } from './batch-outcome.ts'
import { ProducerBatch } from './producer-batch.ts'
import { sequenceAfter } from './producer-identity.ts'
import type { Staging, StagingPool } from './staging-pool.ts'

interface SplitOptions {
  readonly pool: StagingPool
  readonly unheard: UnheardFailures
  /** Of a part, unless it is a single record: `batch.size`. */
  readonly pieceBytesMax: number
  /** As `StagingPool.take` wants it. */
  readonly expectedRatio: number | undefined
}

/** Two or more batches without slots, closed, which bear the records and the outcome of `whole`. */
export function splitBatch(whole: ProducerBatch, options: SplitOptions): ProducerBatch[] {
  const { pool, unheard, pieceBytesMax, expectedRatio } = options
  const records = new RecordBatchIterator(whole.byteLength, null)
  records.reset(whole.staging.bytes, 0, whole.byteLength, 0)
  const halfBytes = Math.ceil((whole.uncompressedBytes - RECORD_BATCH_OVERHEAD) / 2) + RECORD_BATCH_OVERHEAD
  const aimBytes = Math.min(halfBytes, pieceBytesMax)
  // Upper bounds are above what a record takes: without this a part could be the whole again, for ever.
  const partBytesMax = whole.uncompressedBytes - 1
  const pieces: { fromIndex: number; batch: ProducerBatch }[] = []
  let index = 0
  while (records.nextBatch()) {
    while (records.nextRecord()) {
      const { record } = records
      const outgoing = {
        timestamp: record.timestamp,
        key: record.key(),
        value: record.value(),
        headers: record.headers(),
        callback: null
      }
      if (!(pieces[pieces.length - 1]?.batch.tryAppend(outgoing) ?? false)) {
        const least = batchUpperBound(record.keyLength, record.valueLength, outgoing.headers)
        const limit = Math.min(Math.max(aimBytes, least), partBytesMax)
        const batch = emptyPart(whole, index, pool.take(limit, expectedRatio), unheard)
        batch.tryAppend(outgoing)
        pieces.push({ fromIndex: index, batch })
      }
      index += 1
    }
  }
  for (const { fromIndex, batch } of pieces) closePart(whole, fromIndex, batch)
  whole.outcome.split(pieces.map(({ fromIndex, batch }) => ({ fromIndex, outcome: batch.outcome })))
  return pieces.map(({ batch }) => batch)
}

function emptyPart(
  whole: ProducerBatch,
  fromIndex: number,
  staging: Staging,
  unheard: UnheardFailures
): ProducerBatch {
  return new ProducerBatch({
    slot: -1,
    staging,
    outcome: new BatchOutcome(whole.outcome.topic, whole.outcome.partition, unheard),
    createdAt: whole.createdAt,
    firstRecord: whole.firstRecord + fromIndex,
    generation: whole.generation
  })
}

function closePart(whole: ProducerBatch, fromIndex: number, part: ProducerBatch): void {
  part.isClosedForAppends = true
  if (whole.hasSequence) part.setSequence(whole, sequenceAfter(whole.baseSequence, fromIndex))
}
