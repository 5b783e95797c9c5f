/**
 * Wrong engines: each breaks one rule of the layouts in the way a reasonable person might, as a variant of
 * the real classes. The invariants must find every one of them.
 */
import {
  RecordAccumulator,
  type RecordAccumulatorOptions
} from '../../src/clients/producer/record-accumulator.ts'
import { SLOT_EXPIRED, SlotPool } from '../../src/clients/producer/slot-pool.ts'
import { BatchScanner } from '../../src/data-plane/log/batch-scanner.ts'
import { logFilePath, SUFFIX } from '../../src/data-plane/log/log-file-names.ts'
import { PartitionHost } from '../../src/data-plane/partition/partition-host.ts'
import {
  PartitionRecovery,
  type PartitionRecoveryParts
} from '../../src/data-plane/partition/partition-recovery.ts'
import { ControlBlock } from '../../src/threads/control-block.ts'
import type { LogView } from '../../src/threads/log-view.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { SimulatedLane } from './simulated-lane.ts'
import type { Variant } from './world.ts'

/** Layouts 4, recovery step 7. */
class NoSweep extends PartitionRecovery {
  override sweep(): void {}
}

/** Layouts 4, recovery step 6: a block keeps bytes that the log does not hold. */
class NoCutOfTheTail extends PartitionRecovery {
  override cutTail(): void {}
}

/** Layouts 4, steps 7 and 8 before step 4. */
class AckBeforeWrite extends PartitionHost {
  override write(): void {
    super.answer()
    super.complete()
    super.write()
  }

  override answer(): void {}

  override complete(): number {
    return 0
  }
}

/** Layouts 4, step 8 before step 6. */
class AckBeforePublish extends PartitionHost {
  #finished = 0

  override publish(): void {
    super.answer()
    this.#finished = super.complete()
  }

  override answer(): void {}

  override complete(): number {
    super.publish()
    return this.#finished
  }
}

/** Layouts 4, recovery step 9: a batch of a dead thread that is in the log is appended again. */
class ForgetsAssignments extends PartitionRecovery {
  override sweep(rings: Parameters<PartitionRecovery['sweep']>[0]): void {
    super.sweep(rings, Number.NEGATIVE_INFINITY)
  }
}

/** A control block whose log ends where the file ends. */
class FileSizeControl extends ControlBlock {
  readonly #parts: PartitionRecoveryParts

  constructor(words: AtomicWords, parts: PartitionRecoveryParts) {
    super(words)
    this.#parts = parts
  }

  override sample(into: LogView): number | null {
    const version = super.sample(into)
    const { segments, options } = this.#parts
    const base = segments.baseOffset(into.leoSegment)
    const path = logFilePath(options.directory, base, SUFFIX.log)
    if (!options.storage.exists(path)) return version
    const file = options.storage.open(path, 'read')
    const scanner = new BatchScanner(file, file.size(), 65536)
    while (scanner.readAt(into.leoPosition) && scanner.facts.baseOffset === into.logEndOffset) {
      into.leoPosition += scanner.facts.sizeBytes
      into.leoBytes += scanner.facts.sizeBytes
      into.logEndOffset = scanner.facts.lastOffset + 1
    }
    file.close()
    return version
  }
}

/** Layouts 4, recovery step 4: what was written and never published stays. */
class CutsToFileSize extends PartitionRecovery {
  constructor(parts: PartitionRecoveryParts, words: SharedArrayBuffer) {
    const control = new FileSizeControl(new AtomicWords(words), parts)
    super({ ...parts, control })
  }
}

/** Layouts 2, CVE-2026-35554: the timer of the expiry gives the slot back. */
class FreesAtExpiry extends SlotPool {
  override move(slot: number, from: 1 | 2 | 3 | 4, to: 1 | 2 | 3 | 4): void {
    super.move(slot, from, to)
    if (to === SLOT_EXPIRED) super.free(slot, SLOT_EXPIRED)
  }
}

class AccumulatorThatFreesAtExpiry extends RecordAccumulator {
  override readonly pool: SlotPool

  constructor(options: RecordAccumulatorOptions) {
    super(options)
    this.pool = new FreesAtExpiry(options.slotCount, options.slotBytes)
  }
}

/** Layouts 0, rule 2: the entry is published before the bytes it names are there. */
class PublishesBeforePayload extends SimulatedLane {
  #late: { slot: number; bytes: Uint8Array }[] = []

  override fill(slot: number, bytes: Uint8Array, byteLength: number): void {
    this.#late.push({ slot, bytes: bytes.slice(0, byteLength) })
  }

  override reap(settle: Parameters<SimulatedLane['reap']>[0]): number {
    for (const { slot, bytes } of this.#late.splice(0)) super.fill(slot, bytes, bytes.byteLength)
    return super.reap(settle)
  }
}

export const MUTANTS: Readonly<Record<string, Variant>> = {
  'no sweep': { recovery: parts => new NoSweep(parts) },
  'no cut of the tail': { recovery: parts => new NoCutOfTheTail(parts) },
  'ack before write': { host: parts => new AckBeforeWrite(parts) },
  'ack before publish': { host: parts => new AckBeforePublish(parts) },
  'assignments forgotten': { recovery: parts => new ForgetsAssignments(parts) },
  'cut to file size instead of LEO': { recovery: (parts, words) => new CutsToFileSize(parts, words) },
  'takeover at the rejection': { takesOverAtOnce: true },
  'free before completion': { accumulator: options => new AccumulatorThatFreesAtExpiry(options) },
  'publish before payload': { lane: options => new PublishesBeforePayload(options) }
}
