/**
 * Entry of a thread that runs record handlers: one module, and one lane for each partition it is given.
 *
 *   owner ─▶ open, run (one call a lane, answered when it ends), stop, close      position ─▶ owner
 *
 * Thread: its own, a pool thread with an event loop; its lanes take turns.
 */
import { systemClock } from '../base/clock.ts'
import { invariant } from '../base/invariant.ts'
import { HighwaterError } from '../base/local-errors.ts'
import { Consumer } from '../clients/consumer/consumer.ts'
import type { ConsumerConfig } from '../clients/consumer/consumer-options.ts'
import type { Deserializer } from '../clients/consumer/deserializers.ts'
import { HandlerLane, type LaneHandler, type LaneReport } from '../clients/consumer/handler-lane.ts'
import type { PartitionRange } from '../clients/consumer/subscription-state.ts'
import type { ConsumerConfigInput, RecordFormat } from '../config/consumer-config.ts'
import { type PackedError, packError } from '../threads/command-error.ts'
import type { Command, CommandPort } from '../threads/command-port.ts'
import { enterThread, obeyUntilClosed } from '../threads/thread-start.ts'
import type { Channel } from '../wire/network/channel.ts'
import { type ClusterHandle, connectHandle } from './cluster-handle.ts'
import { withOneFetchLane } from './one-fetch-lane.ts'

/** Settings of the consumers of handlers: what is code comes from the module. */
export type HandlerConfig = ConsumerConfigInput & {
  readonly 'key.deserializer'?: RecordFormat
  readonly 'value.deserializer'?: RecordFormat
}

/** What the thread is started with, beside the port of its cluster handle. */
export interface HandlerThreadData {
  /** Address of the module. */
  readonly module: string
  readonly config: HandlerConfig
}

/** Body of `run`; its answer is a LaneReply. */
export interface RunLane {
  readonly lane: number
  readonly range: PartitionRange
}

export interface LaneReply extends Omit<LaneReport, 'error'> {
  readonly error: PackedError | null
}

/** Body of `position`. */
export interface LanePosition {
  readonly lane: number
  readonly position: number
}

/** How often a lane tells its position to its owner at most. */
const POSITION_MS = 100

/** What a handler module exports. */
interface HandlerModule {
  readonly handler: LaneHandler<unknown, unknown>
  readonly keyDeserializer?: Deserializer<unknown>
  readonly valueDeserializer?: Deserializer<unknown>
}

class HandlerThread {
  readonly #data: Record<string, unknown>
  readonly #start: HandlerThreadData
  readonly #port: CommandPort
  readonly #lanes = new Set<HandlerLane<unknown, unknown>>()
  readonly #running = new Set<Promise<unknown>>()
  #module: HandlerModule | null = null
  #channel: Channel | null = null
  #isStopping = false

  constructor(data: Record<string, unknown>, port: CommandPort) {
    this.#data = data
    this.#start = data['start'] as HandlerThreadData
    this.#port = port
  }

  async obey({ name, body }: Command): Promise<object> {
    if (name === 'open') return this.#open()
    if (name === 'run') return this.#run(body as object as RunLane)
    invariant(name === 'stop', 'a handler thread knows its commands', { name })
    this.#stop()
    return {}
  }

  /** Stops what runs and waits for it. */
  async close(): Promise<void> {
    this.#stop()
    await Promise.allSettled(this.#running)
    await this.#channel?.close()
  }

  async #open(): Promise<object> {
    this.#module = await loadModule(this.#start.module)
    this.#channel = withOneFetchLane(await connectHandle(this.#data as object as ClusterHandle))
    return {}
  }

  #stop(): void {
    this.#isStopping = true
    for (const lane of this.#lanes) lane.stop()
  }

  async #run({ lane: number, range }: RunLane): Promise<LaneReply> {
    const { handler } = this.#opened()
    const onPosition = this.#positionTeller(number)
    const lane = new HandlerLane({ consumer: this.#consumer(), range, handler, onPosition })
    this.#lanes.add(lane)
    if (this.#isStopping) lane.stop()
    const running = lane.run()
    this.#running.add(running)
    const { error, ...report } = await running
    this.#lanes.delete(lane)
    this.#running.delete(running)
    return { ...report, error: error === null ? null : packError(error) }
  }

  /** Tells a position at once if it has told none for a while, else a little later. */
  #positionTeller(lane: number): (position: number) => void {
    let latest = -1
    let isDue = true
    const tell = (): void => {
      const body: LanePosition = { lane, position: latest }
      if (!this.#port.isClosed) this.#port.post('position', body)
    }
    const wait = (): void => {
      isDue = false
      const told = latest
      systemClock.after(POSITION_MS, () => {
        isDue = true
        if (latest !== told) {
          tell()
          wait()
        }
      })
    }
    return position => {
      latest = position
      if (!isDue) return
      tell()
      wait()
    }
  }

  #consumer(): Consumer<unknown, unknown> {
    const { keyDeserializer, valueDeserializer } = this.#opened()
    const channel = this.#channel
    invariant(channel !== null, 'a handler thread is connected before it runs')
    return new Consumer<unknown, unknown>(channel, {
      ...(this.#start.config as ConsumerConfig<unknown, unknown>),
      ...(keyDeserializer === undefined ? {} : { 'key.deserializer': keyDeserializer }),
      ...(valueDeserializer === undefined ? {} : { 'value.deserializer': valueDeserializer })
    })
  }

  #opened(): HandlerModule {
    invariant(this.#module !== null, 'a handler thread is opened before it runs')
    return this.#module
  }
}

async function loadModule(address: string): Promise<HandlerModule> {
  let exported: Record<string, unknown>
  try {
    exported = (await import(address)) as Record<string, unknown>
  } catch (cause) {
    throw new HighwaterError('HIGHWATER_CONFIG', `The handler module ${address} cannot be loaded: ${cause}`)
  }
  for (const name of ['handler', 'keyDeserializer', 'valueDeserializer']) {
    if (name !== 'handler' && exported[name] === undefined) continue
    if (typeof exported[name] === 'function') continue
    const text = `The handler module ${address} must export a function named ${name}.`
    throw new HighwaterError('HIGHWATER_CONFIG', text)
  }
  return exported as object as HandlerModule
}

export default async function handlerThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  await obeyUntilClosed(port, new HandlerThread(data, port))
}
