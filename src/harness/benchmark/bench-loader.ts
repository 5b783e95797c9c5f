/**
 * One loader of a benchmark, whatever thread it is in: its records, its producer, and the runs they make.
 *
 * Thread: the loader's. Sequences go on over producers and runs, so that one audit covers them all.
 */
import type { Clock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import type { Random } from '../../base/random.ts'
import type { Producer } from '../../clients/producer/producer.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { EvenArrivals, PoissonArrivals } from './arrivals.ts'
import { ProducerBenchSink } from './bench-sink.ts'
import { latencyCounts } from './histogram-board.ts'
import { type KeyDistribution, keySource } from './key-distribution.ts'
import { splitLines } from './lines.ts'
import { type LoadResult, runLoad } from './load-loop.ts'
import type { SizeShare } from './payload.ts'
import { meteredChannel, type ProduceCounts, ProduceMeter } from './produce-meter.ts'
import { RecordStream } from './record-stream.ts'
import type { Stall } from './stall.ts'

/** What all loaders are started with, beside the handle of their target, their row and their tally. */
export interface LoaderStart {
  readonly seed: number
  readonly sizes: readonly SizeShare[]
  readonly keys: KeyDistribution
  /** Bytes of the sample of values; null: they are generated. */
  readonly recordSample: Uint8Array | null
  readonly keySample: Uint8Array | null
  readonly stall: Stall | null
  readonly latency: SharedArrayBuffer
}

/** One run of a loader. Times are monotonic milliseconds of the process. */
export interface LoadCommand {
  readonly topic: string
  /** Null: the producer chooses. */
  readonly partition: number | null
  /** Of all loaders together; null: saturation. */
  readonly recordsPerSecond: number | null
  readonly arrivals: 'even' | 'poisson'
  readonly loaders: number
  readonly startMs: number
  readonly measureMs: number
  readonly endMs: number
  /** Of this loader; null: as many as there is time for. */
  readonly recordsMax: number | null
  readonly burstRecords: number
  readonly timesAnswers: boolean
}

/** Answer to `load`. */
export interface LoadReport extends LoadResult {
  /** Of the measured records: key and value. */
  readonly payloadBytes: number
  readonly counts: ProduceCounts
  /** Records acknowledged over all runs: what the audit must find. */
  readonly acknowledged: number
}

interface BenchLoaderOptions {
  readonly start: LoaderStart
  readonly loader: number
  readonly tally: {
    readonly isStopped: boolean
    publish(finished: number, offered: number, batches: number): void
  }
  readonly clock: Clock
  readonly random: (seed: number) => Random
}

type LoaderProducer = Pick<Producer, 'send' | 'ready' | 'flush' | 'partitionsFor' | 'close'>

/** Loaders draw from streams of their own. */
const SEED_STRIDE = 1_000_003

export class BenchLoader {
  readonly #options: BenchLoaderOptions
  readonly #random: Random
  readonly #stream: RecordStream
  readonly #meter = new ProduceMeter()
  #producer: LoaderProducer | null = null
  #sink: ProducerBenchSink | null = null

  constructor(options: BenchLoaderOptions) {
    const { start, loader } = options
    this.#options = options
    this.#random = options.random(start.seed * SEED_STRIDE + loader)
    const keyLines = start.keySample === null ? null : splitLines(start.keySample)
    this.#stream = new RecordStream({
      loader,
      random: this.#random,
      keys: keySource(start.keys, this.#random, keyLines),
      sizes: start.sizes,
      lines: start.recordSample === null ? null : splitLines(start.recordSample)
    })
  }

  /** Closes the producer before, and makes the next one on the metered channel. */
  async open(channel: Channel, makeProducer: (channel: Channel) => LoaderProducer): Promise<void> {
    const { start, loader, clock, tally } = this.#options
    await this.close()
    const meter = this.#meter
    this.#producer = makeProducer(meteredChannel(channel, meter, { clock, stall: start.stall }))
    this.#sink = new ProducerBenchSink({
      producer: this.#producer,
      meter,
      stream: this.#stream,
      clock,
      tally,
      latency: {
        scheduled: latencyCounts(start.latency, loader, 'scheduled'),
        sent: latencyCounts(start.latency, loader, 'sent'),
        slip: latencyCounts(start.latency, loader, 'slip')
      }
    })
  }

  /** @throws HighwaterError HIGHWATER_AUDIT if a record failed */
  async load(command: LoadCommand): Promise<LoadReport> {
    const sink = this.#sink
    invariant(sink !== null && this.#producer !== null, 'a loader has a producer before it loads')
    const { tally, clock } = this.#options
    await this.#producer.partitionsFor(command.topic)
    sink.begin({ ...command, partition: command.partition ?? undefined })
    const result = await runLoad({
      sink,
      clock,
      isStopped: () => tally.isStopped,
      arrivals: this.#arrivals(command),
      startMs: command.startMs,
      measureMs: command.measureMs,
      endMs: command.endMs,
      recordsMax: command.recordsMax ?? Number.POSITIVE_INFINITY,
      burstRecords: command.burstRecords,
      onSlip: micros => sink.slipped(micros)
    })
    const { payloadBytes, counts } = sink
    return { ...result, payloadBytes, counts, acknowledged: this.#stream.sequence }
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    this.#sink = null
    await producer?.close()
  }

  #arrivals({
    recordsPerSecond,
    arrivals,
    startMs,
    loaders
  }: LoadCommand): EvenArrivals | PoissonArrivals | null {
    if (recordsPerSecond === null) return null
    const share = { startMs, recordsPerSecond, loader: this.#options.loader, loaders }
    return arrivals === 'even' ? new EvenArrivals(share) : new PoissonArrivals(share, this.#random)
  }
}
