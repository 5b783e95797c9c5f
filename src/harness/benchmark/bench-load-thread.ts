/**
 * Entry of a loader thread of a benchmark: producers one after another, each with its own settings, driven by
 * `load` commands until it is closed.
 *
 *   harness ─▶ connect, open, load, close      counts come back in its row of the tally, latencies in its
 *                                              histograms
 *
 * Thread: its own, a pool thread with an event loop: the producer's timers run between the bursts.
 */
import { processClock } from '../../base/clock.ts'
import { invariant } from '../../base/invariant.ts'
import { seededRandom } from '../../base/random.ts'
import { Producer } from '../../clients/producer/producer.ts'
import type { Command } from '../../threads/command-port.ts'
import { enterThread, obeyUntilClosed } from '../../threads/thread-start.ts'
import type { Channel } from '../../wire/network/channel.ts'
import { readThreadCpuMs } from '../machine-usage.ts'
import { connectTarget } from '../targets/embedded-target.ts'
import { ThreadTally } from '../thread-tally.ts'
import { BenchLoader, type LoadCommand, type LoaderStart, type LoadReport } from './bench-loader.ts'

/** Body of `open`: settings of the next producer, by Kafka's names. */
export interface OpenCommand {
  readonly config: Readonly<Record<string, string>>
}

class BenchLoadThread {
  readonly #handle: Record<string, unknown>
  readonly #loader: BenchLoader
  #channel: Channel | null = null

  constructor(data: Record<string, unknown>) {
    const row = Number(data['row'])
    this.#handle = data
    this.#loader = new BenchLoader({
      start: data['start'] as LoaderStart,
      loader: row,
      tally: new ThreadTally(data['tally'] as SharedArrayBuffer, row),
      clock: processClock,
      random: seededRandom
    })
  }

  async obey(command: Command): Promise<object> {
    const body: object = command.body
    if (command.name === 'connect') {
      this.#channel = await connectTarget(this.#handle)
      return {}
    }
    if (command.name === 'open') return await this.#open(body as OpenCommand)
    invariant(command.name === 'load', 'a loader knows its commands', { name: command.name })
    return await this.#load(body as LoadCommand)
  }

  async close(): Promise<void> {
    await this.#loader.close()
    await this.#channel?.close()
  }

  async #open({ config }: OpenCommand): Promise<object> {
    invariant(this.#channel !== null, 'a loader is connected before it opens a producer')
    await this.#loader.open(this.#channel, channel => new Producer(channel, config))
    return {}
  }

  async #load(command: LoadCommand): Promise<LoadReport & { readonly cpuMs: number | null }> {
    const before = readThreadCpuMs()
    const report = await this.#loader.load(command)
    const after = readThreadCpuMs()
    return { ...report, cpuMs: before === null || after === null ? null : after - before }
  }
}

export default async function benchLoadThread(task: unknown): Promise<void> {
  const { data, port } = enterThread(task)
  const thread = new BenchLoadThread(data)
  await obeyUntilClosed(port, thread)
}
