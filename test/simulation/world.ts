/**
 * Everything of one simulation, and its events: who may do something now, and what.
 */
import type { Random } from '../../src/base/random.ts'
import { LogReader } from '../../src/data-plane/log/log-reader.ts'
import { SegmentHandles } from '../../src/data-plane/log/segment-handles.ts'
import { Arena } from '../../src/threads/arena.ts'
import { TAIL_TABLE_WORD } from '../../src/threads/control-block.ts'
import { LEASE_TABLE_BYTES, LeaseTable } from '../../src/threads/lease-table.ts'
import { RegionList } from '../../src/threads/region-list.ts'
import { allocateWords } from '../../src/threads/shared-memory.ts'
import { TailReader } from '../../src/threads/tail-blocks.ts'
import { AtomicWords } from '../../src/threads/words.ts'
import { History, type SentRecord, VALUE_BYTES_MIN } from './history.ts'
import type { HeldResources, Invariant, WorldState } from './invariants/invariant.ts'
import { isStorageFailure, PartitionObserver } from './observer.ts'
import { chooseScenario, type Scenario, SIMULATED_SLOT_BYTES } from './scenario.ts'
import type { HostVariant } from './simulated-host.ts'
import { SimulatedPartition } from './simulated-partition.ts'
import { type CallerVariant, SimulatedProducer } from './simulated-producer.ts'
import { type ReadRecord, SimulatedReader } from './simulated-reader.ts'
import { SimulationClock } from './simulation-clock.ts'
import { MortalDisk, ThreadLife } from './thread-life.ts'

/** A wrong engine; the empty one is the real engine. */
export interface Variant extends HostVariant, CallerVariant {
  readonly takesOverAtOnce?: boolean
  /** The memory of a dead caller never comes back. */
  readonly forgetsRegions?: boolean
  readonly tail?: (...parts: ConstructorParameters<typeof TailReader>) => TailReader
}

const ARENA_BYTES = 1048576
/** One for the process: the address space is dear, and every region is cleared before it is lent. */
const arena = Arena.create(ARENA_BYTES)

/** Words of a reader's row in the lease table; the first is its lease. */
const LEASE_ROW_WORDS = 32
const PRODUCERS_MAX = 6
const RINGS_PER_PRODUCER_MAX = 8

interface PlacedReader {
  readonly reader: SimulatedReader
  readonly handles: SegmentHandles
  readonly disk: MortalDisk
}

export class World implements WorldState {
  readonly history = new History()
  readonly clock = new SimulationClock()
  readonly scenario: Scenario
  readonly partitions: PartitionObserver[] = []
  readonly producers: SimulatedProducer[] = []
  readonly readers: PlacedReader[] = []
  invariants: readonly Invariant[] = []
  /** Steps of partitions after the chosen events, until everybody had finished. */
  settlingSteps = 0
  readonly #random: Random
  readonly #variant: Variant
  readonly #regions = new RegionList(arena.sizeBytes)
  readonly #allBytes = this.#regions.freeBytes
  #readerHandles = 0
  readonly #leaseWords = allocateWords(LEASE_TABLE_BYTES)
  readonly #leases = new LeaseTable(new AtomicWords(this.#leaseWords))
  #nextProducerId = 1

  constructor(random: Random, variant: Variant, chosen: Partial<Scenario>) {
    this.#random = random
    this.#variant = variant
    this.scenario = { ...chooseScenario(random), ...chosen }
    for (let index = 0; index < this.scenario.partitionCount; index++) this.#addPartition(index)
    for (let i = 0; i < this.scenario.producers.length; i++) this.#addProducer()
  }

  #addPartition(index: number): void {
    const { settings, maxMessageBytes, initialOffset, readersPerPartition } = this.scenario
    const simulated = new SimulatedPartition({
      index,
      clock: this.clock,
      memory: arena,
      leases: this.#leaseWords,
      tail: this.#lendTail(),
      settings,
      maxMessageBytes,
      initialOffset,
      variant: this.#variant,
      takesOverAtOnce: this.#variant.takesOverAtOnce === true
    })
    simulated.onDrained = id => this.#releaseIfDrained(Math.floor(id / RINGS_PER_PRODUCER_MAX))
    this.partitions.push(new PartitionObserver(simulated, initialOffset, this.history))
    for (let i = 0; i < readersPerPartition; i++) this.#addReader(simulated)
  }

  /** Blocks so small that they are taken again and again. */
  #lendTail(): { region: number; blocks: number; blockBytes: number } {
    const lent = { blocks: 1 + this.#random.below(3), blockBytes: 512 << this.#random.below(4) }
    const region = this.#regions.tryLend(lent.blocks * lent.blockBytes)
    if (region === null) throw new Error('the arena of the simulation is too small')
    return { region, ...lent }
  }

  #addReader(simulated: SimulatedPartition): void {
    const disk = new MortalDisk(simulated.disk, new ThreadLife())
    const handles = new SegmentHandles(disk)
    const log = new LogReader(handles, simulated.directory)
    const row = this.readers.length
    this.#leases.open(row, row)
    const words = new AtomicWords(simulated.controlWords)
    const { partitionId } = simulated.control
    const parts = { words, tableWord: TAIL_TABLE_WORD, leases: this.#leases, partitionId }
    const tail = this.#variant.tail?.(parts, row) ?? new TailReader(parts, row)
    const onRead = (read: ReadRecord): void => {
      for (const invariant of this.invariants) invariant.read?.(read)
    }
    this.readers.push({
      reader: new SimulatedReader(this.readers.length, simulated, { log, tail, memory: arena }, onRead),
      handles,
      disk
    })
  }

  #addProducer(): void {
    const index = this.producers.length
    const { producers, ringStart } = this.scenario
    const scenario = producers[index % producers.length]
    if (scenario === undefined) return
    const region = this.#regions.tryLend(SIMULATED_SLOT_BYTES * scenario.slotCount)
    if (region === null) return
    arena.bytes.fill(0, region, region + SIMULATED_SLOT_BYTES * scenario.slotCount)
    const onSettled = (record: SentRecord): void => {
      for (const invariant of this.invariants) invariant.settled?.(record)
    }
    const producer = new SimulatedProducer({
      index,
      firstRingId: index * RINGS_PER_PRODUCER_MAX,
      bellRow: index,
      arena: arena.bytes,
      region,
      slotBytes: SIMULATED_SLOT_BYTES,
      slotCount: scenario.slotCount,
      inFlightMax: Number(scenario.config['max.in.flight.requests.per.connection']) || 1,
      ringStart,
      partitions: this.partitions.map(({ simulated }) => simulated),
      clock: this.clock,
      random: this.#random,
      history: this.history,
      config: scenario.config,
      nextProducerId: () => this.#nextProducerId++,
      onSettled,
      variant: this.#variant
    })
    this.producers.push(producer)
  }

  /** The memory of a dead caller comes back once no host has its rings any more. */
  #releaseIfDrained(producerIndex: number): void {
    const producer = this.producers[producerIndex]
    if (producer === undefined || !producer.isDead || this.#variant.forgetsRegions === true) return
    const isNamed = this.partitions.some(({ simulated }) =>
      producer.lane.partitions.some(({ description }) => simulated.rings.has(description.id))
    )
    if (!isNamed) this.#regions.giveBack(producer.region)
  }

  #partition(): PartitionObserver {
    return this.partitions[this.#random.below(this.partitions.length)]!
  }

  #producer(): SimulatedProducer | null {
    const producer = this.producers[this.#random.below(this.producers.length)]!
    return producer.isDead ? null : producer
  }

  send(): void {
    const producer = this.#producer()
    const { valueBytesMax } = this.scenario
    const valueBytes = VALUE_BYTES_MIN + this.#random.below(valueBytesMax)
    producer?.trySend(this.#random.below(this.partitions.length), valueBytes)
  }

  runSender(): void {
    this.#producer()?.run()
  }

  stepPartition(): void {
    this.step(this.#partition())
  }

  /** One step of a partition, and a look at what it published. */
  step(partition: PartitionObserver): void {
    partition.simulated.step()
    if (partition.simulated.fault !== null) throw partition.simulated.fault
    partition.look(this.invariants)
  }

  stepReader(): void {
    const { reader } = this.readers[this.#random.below(this.readers.length)]!
    try {
      reader.step()
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      reader.seek(reader.position)
    }
  }

  rewindReader(): void {
    const { reader } = this.readers[this.#random.below(this.readers.length)]!
    const { contents } = this.partitions[reader.partition.index]!
    reader.seek(contents.startOffset + this.#random.below(contents.endOffset - contents.startOffset + 1))
  }

  moveClock(): void {
    const isLong = this.#random.below(40) === 0
    this.clock.advance(this.scenario.tickMs * (isLong ? 50 : this.#random.below(3)))
  }

  killHost(): void {
    const { simulated } = this.#partition()
    // A pass of a few batches has some fifty effects, a recovery with a roll a few more.
    simulated.kill(this.#random.below(60), this.#random.below(2) === 0)
  }

  landHeldWrite(): void {
    this.#partition().simulated.landHeldWrite()
  }

  damageDisk(): void {
    const { disk } = this.#partition().simulated
    const kind = this.#random.below(3)
    if (kind === 0) disk.capacityBytes = usedBytes(disk) + this.#random.below(3000)
    else disk.failAt(disk.operations.length + this.#random.below(20), kind === 1 ? 'EIO' : 'ENOSPC')
  }

  /** An operator looks: disks are repaired, partitions that went offline start again. */
  repair(): void {
    const { simulated } = this.#partition()
    simulated.repair()
  }

  killCaller(): void {
    if (this.producers.length >= PRODUCERS_MAX || this.#random.below(4) !== 0) return
    const producer = this.#producer()
    if (producer === null) return
    producer.die()
    this.#addProducer()
  }

  get held(): HeldResources {
    const words = new AtomicWords(this.#leaseWords)
    return {
      lentBytes: this.#allBytes - this.#regions.freeBytes,
      leases: this.readers.filter((_, row) => words.load(row * LEASE_ROW_WORDS) !== 0).length,
      readerHandles: this.#readerHandles
    }
  }

  /** Ends the unkindness and lets everybody finish. @returns whether all did, in so many rounds */
  settle(roundsMax: number): boolean {
    for (let round = 0; round < roundsMax; round++) {
      if (this.#isQuiet) return true
      this.settlingSteps += this.partitions.length
      for (const partition of this.partitions) {
        partition.simulated.landHeldWrite()
        partition.simulated.repair()
        this.step(partition)
      }
      for (const producer of this.producers) if (!producer.isDead) producer.finish()
      if (round % 16 === 0) this.clock.advance(this.scenario.tickMs)
    }
    return this.#isQuiet
  }

  get #isQuiet(): boolean {
    return (
      this.history.pending === 0 &&
      this.producers.every(producer => producer.isDead || producer.busySlots === 0) &&
      this.partitions.every(({ simulated }) => simulated.isQuiet) &&
      this.partitions.every(({ simulated }) => simulated.rings.size === this.#aliveProducers)
    )
  }

  get #aliveProducers(): number {
    return this.producers.filter(({ isDead }) => !isDead).length
  }

  /** Readers go on to the end and let go of their files. */
  finishReaders(): void {
    for (const { reader, handles, disk } of this.readers) {
      const end = this.partitions[reader.partition.index]!.contents.endOffset
      for (let steps = 0; reader.position < end && steps < 100_000; steps++) reader.step()
      handles.closeAll()
      this.#readerHandles += disk.openHandles
    }
  }
}

function usedBytes(disk: { readonly paths: string[]; sizeOf(path: string): number }): number {
  let sum = 0
  for (const path of disk.paths) sum += disk.sizeOf(path)
  return sum
}
