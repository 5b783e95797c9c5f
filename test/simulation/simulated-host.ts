/**
 * One life of a partition thread, as steps: the recovery and then the passes of the real classes, in the
 * order of the real thread entry. The simulation goes from one step to the next and may end the life at any
 * effect.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { LogOptions, LogSettings } from '../../src/data-plane/log/log-settings.ts'
import type { Storage } from '../../src/data-plane/log/storage.ts'
import type { HostRing, HostRingDescription } from '../../src/data-plane/partition/host-ring.ts'
import { LogPublication } from '../../src/data-plane/partition/log-publication.ts'
import {
  PartitionHost,
  type PartitionHostParts,
  type PayloadMemory
} from '../../src/data-plane/partition/partition-host.ts'
import { PartitionReaders } from '../../src/data-plane/partition/partition-readers.ts'
import {
  PartitionRecovery,
  type PartitionRecoveryParts
} from '../../src/data-plane/partition/partition-recovery.ts'
import { Bells } from '../../src/threads/bells.ts'
import { ControlBlock, RUN_STATE_STOPPED } from '../../src/threads/control-block.ts'
import { LeaseTable } from '../../src/threads/lease-table.ts'
import { RingHost } from '../../src/threads/ring.ts'
import { SegmentTable } from '../../src/threads/segment-table.ts'
import { SlotTable } from '../../src/threads/slot-table.ts'
import { crc32cOf } from '../../src/wire/record/checksum.ts'
import { MortalDisk, MortalWords, ThreadLife } from './thread-life.ts'

/** How a wrong engine differs from the real one; the real one has none of these. */
export interface HostVariant {
  readonly recovery?: (parts: PartitionRecoveryParts, control: SharedArrayBuffer) => PartitionRecovery
  readonly host?: (parts: PartitionHostParts) => PartitionHost
}

interface HostLifeOptions {
  readonly disk: Storage
  readonly clock: Clock
  readonly memory: PayloadMemory
  readonly leases: SharedArrayBuffer
  readonly logOptions: (storage: Storage) => LogOptions
  readonly settings: LogSettings
  readonly maxMessageBytes: number
  readonly control: SharedArrayBuffer
  readonly segments: SharedArrayBuffer
  readonly bells: SharedArrayBuffer
  readonly rings: readonly HostRingDescription[]
  readonly variant: HostVariant
}

/** Milliseconds that a record's time may lie ahead of the leader's. */
const TIMESTAMP_AFTER_MAX_MS = 3600000
const LEADER_EPOCH = 0

export class HostLife {
  readonly life = new ThreadLife()
  readonly disk: MortalDisk
  /** The state of the producers that the recovery brought to the end of the log, once it has. */
  recoveredProducers: Uint8Array | null = null
  /** Whether the recovery is behind it. */
  isOnline = false
  drained: number[] = []
  readonly #options: HostLifeOptions
  readonly #steps: Iterator<void, void>
  #commands: HostRingDescription[] = []

  constructor(options: HostLifeOptions) {
    this.#options = options
    this.disk = new MortalDisk(options.disk, this.life)
    this.#steps = this.#run()
  }

  /**
   * One step. @returns false when the thread has ended by itself @throws ThreadEnded, or what the thread
   * throws
   */
  step(): boolean {
    return this.#steps.next().done !== true
  }

  /** A command that the thread finds before its next pass. */
  attach(ring: HostRingDescription): void {
    this.#commands.push(ring)
  }

  #words(buffer: SharedArrayBuffer): MortalWords {
    return new MortalWords(buffer, this.life)
  }

  #hostRing({
    id,
    capacity,
    region,
    slotBytes,
    slotCount,
    bellRow,
    ring,
    slots
  }: HostRingDescription): HostRing {
    return {
      id,
      ring: new RingHost(this.#words(ring), capacity),
      slots: new SlotTable(this.#words(slots)),
      region,
      slotBytes,
      slotCount,
      bellRow
    }
  }

  *#run(): Generator<void, void> {
    const { variant, clock, settings } = this.#options
    const words = this.#words(this.#options.control)
    const control = new ControlBlock(words)
    const bells = new Bells(this.#words(this.#options.bells))
    const leases = new LeaseTable(this.#words(this.#options.leases))
    const readers = new PartitionReaders({ control, words, leases, bells })
    const segments = new SegmentTable(this.#words(this.#options.segments))
    const publication = new LogPublication(control, segments, LEADER_EPOCH)
    const options = this.#options.logOptions(this.disk)
    const recoveryParts = { control, segments, publication, readers, options }
    const recovery =
      variant.recovery?.(recoveryParts, this.#options.control) ?? new PartitionRecovery(recoveryParts)
    recovery.begin()
    yield
    const log = recovery.openLog()
    this.recoveredProducers = log.producerState.encode(crc32cOf)
    yield
    const hostParts: PartitionHostParts = {
      memory: this.#options.memory,
      control,
      publication,
      readers,
      bells,
      log,
      clock,
      settings: {
        log: settings,
        maxMessageBytes: this.#options.maxMessageBytes,
        appendTime: false,
        timestampAfterMaxMs: TIMESTAMP_AFTER_MAX_MS
      },
      leaderEpoch: LEADER_EPOCH
    }
    const host = variant.host?.(hostParts) ?? new PartitionHost(hostParts)
    const rings = this.#options.rings.map(ring => this.#hostRing(ring))
    for (const ring of rings) host.attachRing(ring)
    recovery.list(log)
    yield
    recovery.cutTail(log)
    yield
    recovery.sweep(rings, log.logEndOffset)
    yield
    recovery.publish(log)
    yield
    recovery.finish()
    this.isOnline = true
    yield
    host.ringEveryBell()
    yield* this.#passes(host, control)
    log.close()
    if (host.failure === null) control.storeRunState(RUN_STATE_STOPPED)
  }

  *#passes(host: PartitionHost, control: ControlBlock): Generator<void, void> {
    while (host.failure === null) {
      control.beat()
      for (const ring of this.#commands.splice(0)) host.attachRing(this.#hostRing(ring))
      yield
      if (host.take() === 0) {
        this.drained.push(...host.detachDrained())
        continue
      }
      yield
      host.assign()
      yield
      host.roll()
      yield
      host.write()
      yield
      host.tail()
      yield
      host.publish()
      yield
      host.answer()
      yield
      host.complete()
      yield
      host.ringBells()
      yield
      host.index()
    }
  }
}
