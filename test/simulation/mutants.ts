/**
 * Wrong engines: each breaks one rule of the layouts in the way a reasonable person might, as a variant of
 * the real classes. The invariants named beside each must find it, every one of them without the others.
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
import type { Scenario } from './scenario.ts'
import { NOTHING_THROWS } from './simulate.ts'
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

/** A wrong engine, and the invariants of which each alone must find it. */
export interface Mutant {
  readonly variant: Variant
  readonly caughtBy: readonly string[]
  /** What the seed shall not choose. */
  readonly scenario?: Partial<Scenario>
}

/** Everything in one partition: a late write meets what came after it sooner. */
const CROWDED: Partial<Scenario> = { partitionCount: 1, tickMs: 1000, valueBytesMax: 40 }

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'no sweep': {
    variant: { recovery: parts => new NoSweep(parts) },
    caughtBy: ['acknowledged-is-not-lost']
  },
  'no cut of the tail': {
    variant: { recovery: parts => new NoCutOfTheTail(parts) },
    caughtBy: ['one-value-per-offset']
  },
  'ack before write': {
    variant: { host: parts => new AckBeforeWrite(parts) },
    caughtBy: ['acknowledged-is-not-lost', 'recovery-loses-nothing', 'ring-conserves-slots']
  },
  'ack before publish': {
    variant: { host: parts => new AckBeforePublish(parts) },
    caughtBy: ['acknowledged-is-not-lost', 'one-value-per-offset']
  },
  'assignments forgotten': {
    variant: { recovery: parts => new ForgetsAssignments(parts) },
    caughtBy: ['idempotent-once', 'producer-order-kept', 'no-phantom-record']
  },
  'cut to file size instead of LEO': {
    variant: { recovery: (parts, words) => new CutsToFileSize(parts, words) },
    caughtBy: ['no-phantom-record']
  },
  'takeover at the rejection': {
    variant: { takesOverAtOnce: true },
    caughtBy: [NOTHING_THROWS],
    scenario: CROWDED
  },
  'free before completion': {
    variant: { accumulator: options => new AccumulatorThatFreesAtExpiry(options) },
    caughtBy: ['ring-conserves-slots']
  },
  'publish before payload': {
    variant: { lane: options => new PublishesBeforePayload(options) },
    caughtBy: ['offsets-dense']
  }
}
