/**
 * Engines that do the very thing one invariant forbids, for the invariants that no broken rule of the layouts
 * reaches, or that it reaches late.
 */
import { ERROR_CODES } from '../../src/base/error-codes.ts'
import type { PartitionQueue } from '../../src/clients/producer/partition-queue.ts'
import { RecordAccumulator } from '../../src/clients/producer/record-accumulator.ts'
import { ProducerState } from '../../src/data-plane/log/producer-state.ts'
import type { StorageFile } from '../../src/data-plane/log/storage.ts'
import { PartitionHost, type PartitionHostParts } from '../../src/data-plane/partition/partition-host.ts'
import {
  PartitionRecovery,
  type PartitionRecoveryParts
} from '../../src/data-plane/partition/partition-recovery.ts'
import { emptyLogView } from '../../src/threads/log-view.ts'
import { TailReader } from '../../src/threads/tail-blocks.ts'
import { crc32cOf } from '../../src/wire/record/checksum.ts'
import { baseOffsetAt, stampBaseOffset } from '../../src/wire/record/record-batch.ts'
import type { Mutant } from './mutants.ts'
import { SimulatedLane } from './simulated-lane.ts'
import type { Variant } from './world.ts'

/** Every host but the first stamps the epoch of the leader before it. */
class StampsAnOldEpoch extends PartitionHost {
  constructor(parts: PartitionHostParts) {
    super({ ...parts, leaderEpoch: parts.control.hostIncarnation === 1 ? 1 : 0 })
  }
}

/** A restart takes the high watermark from the start of the log. */
class ForgetsTheHighWatermark extends PartitionRecovery {
  readonly #parts: PartitionRecoveryParts

  constructor(parts: PartitionRecoveryParts) {
    super(parts)
    this.#parts = parts
  }

  override finish(): void {
    const view = emptyLogView()
    this.#parts.control.sample(view)
    view.highWatermark = view.logStartOffset
    view.lastStableOffset = view.logStartOffset
    this.#parts.control.publish(view)
    super.finish()
  }
}

/** A reader takes all that a tail block holds, published or not. */
class ReadsToTheEndOfTheBlock extends TailReader {
  override find(segment: number, position: number): boolean {
    return super.find(segment, position, { hwSegment: segment, hwPosition: Number.POSITIVE_INFINITY })
  }
}

/** The first batch of a write says one offset more in the file than the host counts for it. */
class SkipsAnOffset extends PartitionHost {
  constructor(parts: PartitionHostParts) {
    super(parts)
    const { log } = parts
    const write = log.write.bind(log)
    log.write = (payloads, batches) => {
      const [first] = payloads
      if (first !== undefined) {
        const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
        stampBaseOffset(view, 0, baseOffsetAt(view, 0) + 1)
      }
      write(payloads, batches)
    }
  }
}

/** A batch that came back for another try lets the next one go first. */
class RetriesLater extends RecordAccumulator {
  override list(queue: PartitionQueue): void {
    const [first, second] = queue.batches
    if (first !== undefined && second?.isClosedForAppends && first.attempts > second.attempts) {
      queue.batches.splice(0, 2, second, first)
    }
    super.list(queue)
  }
}

/** A good answer is lost once in a while: its batch is sent again. */
class LosesAnswers extends SimulatedLane {
  #reaped = 0

  override reap(settle: Parameters<SimulatedLane['reap']>[0]): number {
    return super.reap(result => {
      if (++this.#reaped % 10 === 0) result.errorCode = ERROR_CODES.NETWORK_EXCEPTION.code
      settle(result)
    })
  }
}

/** Snapshots of the producers are read as empty. */
class ForgetsProducers extends PartitionRecovery {
  constructor(parts: PartitionRecoveryParts) {
    super(parts)
    const { storage } = parts.options
    const readAll = storage.readAll.bind(storage)
    storage.readAll = path =>
      path.endsWith('snapshot') ? new ProducerState().encode(crc32cOf) : readAll(path)
  }
}

/** Each entry of an index is one too high in its last field: the position, or of times the offset. */
class ShiftsEntries extends PartitionRecovery {
  constructor(parts: PartitionRecoveryParts, suffix: string, entryBytes: number) {
    super(parts)
    const { storage } = parts.options
    const open = storage.open.bind(storage)
    storage.open = (path, mode): StorageFile => {
      const file = open(path, mode)
      if (!path.endsWith(suffix)) return file
      const write: StorageFile['write'] = (entries, position) => {
        file.write(
          entries.map(bytes => bytes.map((byte, at) => byte + Number((at + 1) % entryBytes === 0))),
          position
        )
      }
      return { ...file, write }
    }
  }
}

/** Answers get lost, and what comes back for another try waits. */
const RETRIED: Variant = {
  lane: options => new LosesAnswers(options),
  accumulator: options => new RetriesLater(options)
}

export const WRONG_ENGINES: Readonly<Record<string, Mutant>> = {
  'the epoch of an old leader': {
    variant: { host: parts => new StampsAnOldEpoch(parts) },
    caughtBy: ['epochs-never-fall']
  },
  'no high watermark after a restart': {
    variant: { recovery: parts => new ForgetsTheHighWatermark(parts) },
    caughtBy: ['high-watermark-monotone']
  },
  'reads to the end of a tail block': {
    variant: { tail: (...parts) => new ReadsToTheEndOfTheBlock(...parts) },
    caughtBy: ['no-read-above-high-watermark', 'one-value-per-offset']
  },
  'an offset left out': {
    variant: { host: parts => new SkipsAnOffset(parts) },
    caughtBy: ['offsets-dense']
  },
  'lost answers': {
    variant: { lane: options => new LosesAnswers(options) },
    caughtBy: ['idempotent-once', 'no-phantom-record']
  },
  'retries behind the next batch': { variant: RETRIED, caughtBy: ['producer-order-kept'] },
  'no producers after a restart': {
    variant: { recovery: parts => new ForgetsProducers(parts) },
    caughtBy: ['recovery-loses-nothing']
  },
  'a shifted offset index': {
    variant: { recovery: parts => new ShiftsEntries(parts, '.index', 8) },
    caughtBy: ['index-points-into-log']
  },
  'a shifted time index': {
    variant: { recovery: parts => new ShiftsEntries(parts, '.timeindex', 12) },
    caughtBy: ['index-points-into-log']
  },
  'the memory of dead callers kept': {
    variant: { forgetsRegions: true },
    caughtBy: ['nothing-left-at-quiescence']
  }
}
