/**
 * Producers, a broker, its partitions and their consumers, event by event in virtual time.
 *
 *   arrivals → open batches → request (5 in flight) → connection → partition → consumer and its handler
 *                  ▲                                                 │ all of a request: answered
 *                  └─────────────────────────────────────────────────┘
 *
 * Every arrow is a queue, every box works on one thing at a time. Several records may stand for one event, in
 * every box the same: what random times add up to is then drawn at once, and progress is counted within.
 * Kafka: the client's rule of linger and batch.size, max.in.flight.requests.per.connection 5.
 */
import { invariant } from '../../../base/invariant.ts'
import type { Random } from '../../../base/random.ts'
import type { ServiceCost } from '../../../planner/batch-model.ts'
import { OpenBatches, type SimBatch } from './sim-batches.ts'
import { type Duration, drawDuration, drawGamma } from './sim-draws.ts'
import { EventQueue } from './sim-events.ts'
import type { SimPace } from './sim-pace.ts'
import { SimServer } from './sim-server.ts'

/** As fast as it goes, or records by a schedule of each loader and partition. */
type SimLoad =
  | { readonly kind: 'saturation' }
  | {
      readonly kind: 'open'
      /** Of all loaders together. */
      readonly recordsPerSecond: number
      readonly recordsPerArrival: number
      readonly arrivals: 'even' | 'poisson'
    }

export interface SimProduce {
  readonly loaders: number
  readonly load: SimLoad
  /** Which part of the records goes to each partition; sums up to 1. */
  readonly shares: ArrayLike<number>
  readonly recordsPerBatchMax: number
  readonly lingerMs: number
  readonly request: ServiceCost
  /** Bytes per second that one loader can make. */
  readonly loaderRate: number
  /** Bytes per second that each partition can take. */
  readonly partitionRate: number
}

interface SimConsume {
  readonly fetchRate: number
  readonly handler: Duration
  /** Records of one event where there is always something to read; null: what the partitions take. */
  readonly recordsPerStep: number | null
}

export interface SimSetup {
  readonly recordBytes: number
  readonly partitions: number
  /** Null: nobody writes. */
  readonly produce: SimProduce | null
  /** Of each partition; null: nobody reads. */
  readonly consume: SimConsume | null
}

/** Sums over the run. */
interface SimTally {
  requests: number
  batches: number
  /** Records whose request was answered, and how long all of them took since they came. */
  answeredRecords: number
  latencyMs: number
  /** Records that consumers began with, how long these waited for that, and what handlers take for them. */
  begunRecords: number
  waitMs: number
  handlerMs: number
}

interface SimRequest {
  readonly loader: number
  readonly batches: readonly SimBatch[]
  readonly records: number
  batchesLeft: number
}

/** A batch on its way through a partition. */
interface Append {
  readonly batch: SimBatch
  readonly request: SimRequest
  readonly records: number
}

/** Records a consumer is to handle one after the other. */
interface Delivery {
  readonly records: number
  readonly atMs: number
}

const IN_FLIGHT_MAX = 5

/** Kinds of events; what they concern is a loader, a partition, or one for the other. */
const ARRIVED = 0
const DUE = 1
const MADE = 2
const ACCEPTED = 3
const APPENDED = 4
const HANDLED = 5

class SimLoader {
  inFlight = 0
  isMaking = false
  busyMs = 0
  makingSinceMs = 0
  /** When a look at the open batches is due already. */
  lookMs = Number.POSITIVE_INFINITY
  readonly open: OpenBatches
  readonly connection = new SimServer<SimRequest>()

  constructor(open: OpenBatches) {
    this.open = open
  }
}

export class SimEngine {
  readonly tally: SimTally = {
    requests: 0,
    batches: 0,
    answeredRecords: 0,
    latencyMs: 0,
    begunRecords: 0,
    waitMs: 0,
    handlerMs: 0
  }
  readonly #setup: SimSetup
  readonly #pace: SimPace
  readonly #random: Random
  readonly #events = new EventQueue()
  readonly #loaders: SimLoader[] = []
  readonly #partitions: SimServer<Append>[] = []
  readonly #consumers: SimServer<Delivery>[] = []
  #nowMs = 0
  #offered = 0

  constructor(setup: SimSetup, pace: SimPace, random: Random) {
    this.#setup = setup
    this.#pace = pace
    this.#random = random
    for (let partition = 0; partition < setup.partitions; partition++) {
      this.#partitions.push(new SimServer())
      this.#consumers.push(new SimServer())
    }
    if (setup.produce !== null) this.#startLoaders(setup.produce)
    const step = setup.consume?.recordsPerStep ?? null
    if (step !== null) {
      for (let partition = 0; partition < setup.partitions; partition++) this.#handle(partition)
    }
  }

  /** Lets happen what is due until then. */
  runUntil(untilMs: number): void {
    while (this.#events.nextMs <= untilMs) {
      this.#nowMs = this.#events.take()
      this.#happen(this.#events.kind, this.#events.subject)
    }
    this.#nowMs = untilMs
  }

  /** Records that loaders had to send by now. */
  get offered(): number {
    return this.#offered
  }

  /** Records that partitions have taken by now. */
  get appended(): number {
    return this.#partitions.reduce((sum, partition) => sum + partition.recordsAt(this.#nowMs), 0)
  }

  /** Records that consumers have finished by now. */
  get handled(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.recordsAt(this.#nowMs), 0)
  }

  /** Milliseconds of work of each loader, by now. */
  loaderBusyMs(): number[] {
    return this.#loaders.map(({ busyMs, isMaking, makingSinceMs }) =>
      isMaking ? busyMs + this.#nowMs - makingSinceMs : busyMs
    )
  }

  partitionBusyMs(): number[] {
    return this.#partitions.map(partition => partition.busyAt(this.#nowMs))
  }

  #startLoaders(produce: SimProduce): void {
    const { partitions } = this.#setup
    const { load, loaders, recordsPerBatchMax, lingerMs, shares } = produce
    invariant(loaders >= 1 && recordsPerBatchMax >= 1, 'a load has a loader and a record', { loaders })
    for (let loader = 0; loader < loaders; loader++) {
      this.#loaders.push(new SimLoader(new OpenBatches(partitions, recordsPerBatchMax, lingerMs)))
      if (load.kind === 'saturation') {
        this.#make(loader)
        continue
      }
      for (let partition = 0; partition < partitions; partition++) {
        if ((shares[partition] ?? 0) === 0) continue
        const stream = loader * partitions + partition
        // Streams that are even begin anywhere in their interval, else all of them would come at once.
        const first = load.arrivals === 'even' ? this.#random.next() : 1
        this.#events.add(first * this.#gapMs(produce, partition), ARRIVED, stream)
      }
    }
  }

  #happen(kind: number, subject: number): void {
    switch (kind) {
      case ARRIVED:
        this.#arrived(subject)
        break
      case DUE:
        this.#look(subject)
        break
      case MADE:
        this.#made(subject)
        break
      case ACCEPTED:
        this.#accepted(subject)
        break
      case APPENDED:
        this.#appended(subject)
        break
      case HANDLED:
        this.#handled(subject)
        break
    }
  }

  /** Milliseconds until the next arrival of one loader's records of a partition. */
  #gapMs({ load, loaders, shares, loaderRate }: SimProduce, partition: number): number {
    if (load.kind === 'saturation') return Number.POSITIVE_INFINITY
    const { recordsPerArrival, arrivals } = load
    // A loader that cannot keep up sends late, each record later than the one before.
    const perSecond = Math.min(load.recordsPerSecond / loaders, loaderRate / this.#setup.recordBytes)
    const recordMs = 1000 / (perSecond * (shares[partition] ?? 0))
    const records = arrivals === 'even' ? recordsPerArrival : drawGamma(this.#random, recordsPerArrival)
    return records * recordMs
  }

  #produce(): SimProduce {
    const { produce } = this.#setup
    invariant(produce !== null, 'only a producer has such events')
    return produce
  }

  #loader(index: number): SimLoader {
    const loader = this.#loaders[index]
    invariant(loader !== undefined, 'an event concerns a loader that is there', { index })
    return loader
  }

  #arrived(stream: number): void {
    const produce = this.#produce()
    if (produce.load.kind !== 'open') return
    const index = Math.floor(stream / this.#setup.partitions)
    const partition = stream % this.#setup.partitions
    const { recordsPerArrival } = produce.load
    const loader = this.#loader(index)
    loader.open.append(partition, recordsPerArrival, this.#nowMs)
    loader.busyMs += (recordsPerArrival * this.#setup.recordBytes * 1000) / produce.loaderRate
    this.#offered += recordsPerArrival
    this.#events.add(this.#nowMs + this.#gapMs(produce, partition), ARRIVED, stream)
    this.#look(index)
  }

  /** Sends what is due, as far as the window in flight permits. */
  #look(index: number): void {
    const loader = this.#loader(index)
    if (loader.lookMs <= this.#nowMs) loader.lookMs = Number.POSITIVE_INFINITY
    while (loader.inFlight < IN_FLIGHT_MAX && loader.open.dueMs <= this.#nowMs) {
      this.#send(index, loader.open.drain())
    }
    const { dueMs } = loader.open
    if (loader.inFlight >= IN_FLIGHT_MAX || dueMs >= loader.lookMs) return
    loader.lookMs = dueMs
    this.#events.add(dueMs, DUE, index)
  }

  /** Begins a request of full batches for every partition, unless enough are on their way. */
  #make(index: number): void {
    const loader = this.#loader(index)
    if (loader.isMaking || loader.inFlight >= IN_FLIGHT_MAX) return
    const { recordsPerBatchMax, loaderRate } = this.#produce()
    const bytes = recordsPerBatchMax * this.#setup.partitions * this.#setup.recordBytes
    loader.isMaking = true
    loader.makingSinceMs = this.#nowMs
    this.#events.add(this.#pace.finish(this.#nowMs, (bytes / loaderRate) * 1000), MADE, index)
  }

  #made(index: number): void {
    const loader = this.#loader(index)
    const { recordsPerBatchMax } = this.#produce()
    loader.isMaking = false
    loader.busyMs += this.#nowMs - loader.makingSinceMs
    const batches: SimBatch[] = []
    for (let partition = 0; partition < this.#setup.partitions; partition++) {
      const createdSumMs = recordsPerBatchMax * loader.makingSinceMs
      const createdMs = loader.makingSinceMs
      batches.push({ partition, records: recordsPerBatchMax, createdMs, createdSumMs })
    }
    this.#offered += recordsPerBatchMax * batches.length
    this.#send(index, batches)
    this.#make(index)
  }

  #send(index: number, batches: readonly SimBatch[]): void {
    const loader = this.#loader(index)
    const records = batches.reduce((sum, batch) => sum + batch.records, 0)
    loader.inFlight += 1
    this.tally.requests += 1
    this.tally.batches += batches.length
    loader.connection.enqueue({ loader: index, batches, records, batchesLeft: batches.length })
    this.#accept(index)
  }

  /** The connection's next request, if it is idle. */
  #accept(index: number): void {
    const { connection } = this.#loader(index)
    if (!connection.isIdle) return
    const request = connection.dequeue()
    if (request === undefined) return
    const { c0Ms, c1MsPerBatch, c2MsPerRecord } = this.#produce().request
    const workMs = c0Ms + c1MsPerBatch * request.batches.length + c2MsPerRecord * request.records
    const finishMs = this.#pace.finish(this.#nowMs, workMs)
    connection.start(request, this.#nowMs, finishMs)
    this.#events.add(finishMs, ACCEPTED, index)
  }

  #accepted(index: number): void {
    const request = this.#loader(index).connection.finish(this.#nowMs)
    invariant(request !== null, 'a connection is at something')
    for (const batch of request.batches) {
      this.#partitions[batch.partition]?.enqueue({ batch, request, records: batch.records })
      this.#append(batch.partition)
    }
    this.#accept(index)
  }

  /** The partition's next batch, if it is idle. */
  #append(index: number): void {
    const partition = this.#partitions[index]
    if (partition === undefined || !partition.isIdle) return
    const append = partition.dequeue()
    if (append === undefined) return
    const workMs = ((append.records * this.#setup.recordBytes) / this.#produce().partitionRate) * 1000
    const finishMs = this.#pace.finish(this.#nowMs, workMs)
    partition.start(append, this.#nowMs, finishMs)
    this.#events.add(finishMs, APPENDED, index)
  }

  #appended(index: number): void {
    const append = this.#partitions[index]?.finish(this.#nowMs) ?? null
    invariant(append !== null, 'a partition is at something')
    const { batch, request } = append
    request.batchesLeft -= 1
    if (request.batchesLeft === 0) this.#answered(request)
    this.#append(index)
    if (this.#setup.consume?.recordsPerStep !== null) return
    this.#consumers[index]?.enqueue({ records: batch.records, atMs: this.#nowMs })
    this.#handle(index)
  }

  #answered(request: SimRequest): void {
    for (const batch of request.batches) {
      this.tally.answeredRecords += batch.records
      this.tally.latencyMs += batch.records * this.#nowMs - batch.createdSumMs
    }
    this.#loader(request.loader).inFlight -= 1
    if (this.#produce().load.kind === 'saturation') this.#make(request.loader)
    else this.#look(request.loader)
  }

  /** The consumer's next records, if it is idle. */
  #handle(index: number): void {
    const { consume, recordBytes } = this.#setup
    const consumer = this.#consumers[index]
    if (consume === null || consumer === undefined || !consumer.isIdle) return
    const endless =
      consume.recordsPerStep === null ? null : { records: consume.recordsPerStep, atMs: this.#nowMs }
    const delivery = endless ?? consumer.dequeue()
    if (delivery === undefined) return
    const { records, atMs } = delivery
    const handlerMs = drawDuration(this.#random, consume.handler, records)
    const workMs = handlerMs + (records * recordBytes * 1000) / consume.fetchRate
    const finishMs = this.#pace.finish(this.#nowMs, workMs)
    const tookMs = finishMs - this.#nowMs
    consumer.start(delivery, this.#nowMs, finishMs)
    this.#events.add(finishMs, HANDLED, index)
    this.tally.begunRecords += records
    // The last of so many records waits for all of the others, the first for none: half of them in the mean.
    this.tally.waitMs += records * (this.#nowMs - atMs) + (tookMs * (records - 1)) / 2
    this.tally.handlerMs += workMs === 0 ? 0 : (handlerMs * tookMs) / workMs
  }

  #handled(index: number): void {
    this.#consumers[index]?.finish(this.#nowMs)
    this.#handle(index)
  }
}
