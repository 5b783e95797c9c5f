/**
 * Kills partition threads and callers while bytes move, on real threads, and checks what is left.
 *
 * Thread: the one that calls; the broker, the partitions and the callers have their own.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Random, seededRandom } from '../../src/base/random.ts'
import { type ClusterHandle, connectHandle } from '../../src/cluster/cluster-handle.ts'
import { Admin, Consumer } from '../../src/index.ts'
import type { MessagePort } from '../../src/threads/command-port.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'
import { startThread, type ThreadHandle } from '../../src/threads/worker-pool.ts'
import { PASS_STEPS } from '../support/pass-steps.ts'
import type { CallerNews, CrashCallerStart } from './crash-caller-thread.ts'
import { allocateCrashWords, type CrashPoint, CrashSwitch, RECOVERY_POINTS } from './crash-points.ts'
import { type Acknowledgement, checkHistory, type LoggedRecord } from './history-checker.ts'

interface CrashOptions {
  readonly kills: number
  readonly seed: number
  readonly partitions: number
  /** Kills behind each step of a pass. */
  readonly killsPerPassPoint: number
  /** Kills behind each step of a recovery. */
  readonly killsPerRecoveryPoint: number
}

interface CrashReport {
  readonly kills: number
  readonly killsByPoint: Readonly<Record<string, number>>
  readonly acknowledged: number
  readonly logged: number
  /** Records that were read while threads died. */
  readonly readAlong: number
  readonly faults: readonly string[]
  /** Between two acknowledgements of a partition that was not killed. */
  readonly longestGapMs: number
  /** From the kill of a partition to its next acknowledgement. */
  readonly longestReturnMs: number
}

const TOPIC = 'crash'
const ARENA_BYTES = 256 * 1024 * 1024
const CALLERS = 2
/** The third death within ten seconds puts a partition out of service. */
const DEATHS_MAX = 2
const DEATHS_WINDOW_MS = 10_500
const POINT_TIMEOUT_MS = 20_000
const POLL_MS = 1
const READ_MS = 20

const BROKER = threadEntry(import.meta.url, './crash-broker-thread.ts')
const CALLER = threadEntry(import.meta.url, './crash-caller-thread.ts')

class PartitionWatch {
  deaths: number[] = []
  lastAckAt = 0
  /** When it was killed, until it acknowledges again; else 0. */
  killedAt = 0
  /** When the end of its thread was confirmed: what is sent from then on, only the next can acknowledge. */
  endedAt = 0

  mayDie(now: number): boolean {
    this.deaths = this.deaths.filter(death => now - death < DEATHS_WINDOW_MS)
    return this.killedAt === 0 && this.deaths.length < DEATHS_MAX
  }
}

interface LivingCaller {
  readonly number: number
  readonly thread: ThreadHandle
  /** Whether it has been acknowledged something. */
  hasSpoken: boolean
}

class CrashRun {
  readonly #options: CrashOptions
  readonly #random: Random
  readonly #broker: ThreadHandle
  readonly #crash: CrashSwitch
  readonly #callers: LivingCaller[] = []
  readonly #watches: readonly PartitionWatch[]
  readonly #acknowledgements: Acknowledgement[] = []
  readonly #refused = new Set<string>()
  readonly #killsByPoint: Record<string, number> = {}
  /** What a reader found while threads died: by partition and offset, as `caller:number`. */
  readonly #readAlong: string[][]
  #isReading = true
  #callerCount = 0
  #kills = 0
  #longestGapMs = 0
  #longestReturnMs = 0

  constructor(options: CrashOptions, directory: string) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#watches = Array.from({ length: options.partitions }, () => new PartitionWatch())
    this.#readAlong = this.#watches.map(() => [])
    const crashWords = allocateCrashWords()
    this.#crash = new CrashSwitch(crashWords)
    const brokerOptions = { logDirectory: directory, arenaBytes: ARENA_BYTES }
    this.#broker = startThread(BROKER, { options: brokerOptions, crashWords })
  }

  async run(): Promise<CrashReport> {
    await this.#broker.port.call('open', {})
    await this.#createTopic()
    for (let i = 0; i < CALLERS; i++) await this.#startCaller()
    const reading = this.#read()
    // Heard of below; a run that failed before must not end by this.
    reading.catch(() => {})
    await this.#until(() => this.#watches.every(({ lastAckAt }) => lastAckAt > 0))
    await this.#killEverything()
    await this.#until(() => this.#watches.every(({ killedAt }) => killedAt === 0))
    await this.#stopCallers()
    this.#isReading = false
    await reading
    const logs = await this.#readLogs()
    const history = { acknowledgements: this.#acknowledgements, refused: this.#refused }
    return {
      kills: this.#kills,
      killsByPoint: this.#killsByPoint,
      acknowledged: this.#acknowledgements.length,
      logged: logs.reduce((sum, records) => sum + records.length, 0),
      readAlong: this.#readAlong.reduce((sum, records) => sum + records.length, 0),
      faults: [...checkHistory(history, logs), ...this.#retracted(logs)],
      longestGapMs: Math.round(this.#longestGapMs),
      longestReturnMs: Math.round(this.#longestReturnMs)
    }
  }

  async close(): Promise<void> {
    for (const { thread } of this.#callers) thread.abort()
    await this.#broker.port.call('close', {}).catch(() => {})
    this.#broker.port.close()
    await this.#broker.ended
  }

  async #handle(): Promise<ClusterHandle> {
    const { shared } = await this.#broker.port.call('connect', {})
    const port = shared['port'] as MessagePort
    return { port, transferList: [port] }
  }

  async #createTopic(): Promise<void> {
    const channel = await connectHandle(await this.#handle())
    const admin = new Admin(channel)
    // Small segments, so that a roll is never far away; dense indexes, so that their files are written.
    const configs = { 'segment.bytes': 262144, 'index.interval.bytes': 512 }
    await admin.createTopics([{ topic: TOPIC, numPartitions: this.#options.partitions, configs }])
    await admin.close()
    await channel.close()
  }

  /** Reads behind the writers, as long as they write: from tail blocks where it keeps up, else from files. */
  async #read(): Promise<void> {
    const channel = await connectHandle(await this.#handle())
    const consumer = new Consumer(channel, { 'auto.offset.reset': 'earliest' })
    consumer.assign(this.#watches.map((_, partition) => ({ topic: TOPIC, partition })))
    while (this.#isReading) {
      await consumer.forEach(
        (record, { partition }) => {
          const [caller, number] = (record.valueString() ?? '').split(':')
          const records = this.#readAlong[partition]
          if (records !== undefined) records[record.offset] = `${caller}:${number}`
        },
        { timeoutMs: READ_MS }
      )
    }
    await consumer.close()
    await channel.close()
  }

  /** Records that were read and are not in the log, or not there. */
  #retracted(logs: readonly LoggedRecord[][]): string[] {
    return this.#readAlong.flatMap((records, partition) => {
      const logged = (logs[partition] ?? []).map(({ caller, number }) => `${caller}:${number}`)
      return records.flatMap((read, offset) =>
        read === logged[offset]
          ? []
          : [`partition ${partition}, offset ${offset}: read ${read}, the log has ${logged[offset]}`]
      )
    })
  }

  async #startCaller(): Promise<void> {
    const { port } = await this.#handle()
    const number = this.#callerCount++
    const start: CrashCallerStart = { caller: number, topic: TOPIC, partitions: this.#options.partitions }
    const thread = startThread(CALLER, { start, cluster: port })
    const caller: LivingCaller = { number, thread, hasSpoken: false }
    this.#callers.push(caller)
    thread.port.onCommand(({ name, body }) => {
      if (name !== 'news') return
      caller.hasSpoken = true
      this.#hear(number, body as unknown as CallerNews)
    })
  }

  #hear(caller: number, { acknowledged, failed }: CallerNews): void {
    const now = performance.now()
    for (let i = 0; i < acknowledged.length; i += 4) {
      const partition = acknowledged[i]!
      this.#acknowledgements.push({
        caller,
        partition,
        number: acknowledged[i + 1]!,
        offset: acknowledged[i + 2]!
      })
      this.#noteAck(this.#watches[partition]!, acknowledged[i + 3]!, now)
    }
    for (const [number] of failed) this.#refused.add(`${caller}:${number}`)
  }

  #noteAck(watch: PartitionWatch, sentAt: number, now: number): void {
    if (watch.killedAt > 0) {
      if (sentAt < watch.endedAt) return
      this.#longestReturnMs = Math.max(this.#longestReturnMs, now - watch.killedAt)
      watch.killedAt = 0
    } else if (watch.lastAckAt > 0) {
      this.#longestGapMs = Math.max(this.#longestGapMs, now - watch.lastAckAt)
    }
    watch.lastAckAt = now
  }

  async #killEverything(): Promise<void> {
    const { kills, killsPerPassPoint, killsPerRecoveryPoint } = this.#options
    const points: CrashPoint[] = []
    for (let i = 0; i < killsPerPassPoint; i++) points.push(...PASS_STEPS)
    for (let i = 0; i < killsPerRecoveryPoint; i++) points.push(...RECOVERY_POINTS)
    for (const point of points) await this.#killAt(point)
    while (this.#kills < kills) {
      await pause(this.#random.below(60))
      if (this.#random.below(4) === 0) await this.#killCaller()
      else await this.#kill(await this.#victim())
    }
  }

  /** A partition that may die once more; a pair of deaths needs one that has not died lately. */
  async #victim(deaths = 1): Promise<number> {
    for (;;) {
      const now = performance.now()
      const able = this.#watches.flatMap((watch, i) =>
        watch.mayDie(now) && watch.deaths.length + deaths <= DEATHS_MAX ? [i] : []
      )
      if (able.length > 0) return able[this.#random.below(able.length)]!
      await pause(20)
    }
  }

  /** Kills a partition thread behind a step: lets it come there, and stand still. */
  async #killAt(point: CrashPoint): Promise<void> {
    const isRecovery = (RECOVERY_POINTS as readonly string[]).includes(point)
    const partition = await this.#victim(isRecovery ? 2 : 1)
    this.#crash.arm(partition, point)
    if (isRecovery) await this.#kill(partition)
    await this.#until(() => this.#crash.isReached)
    this.#killsByPoint[point] = (this.#killsByPoint[point] ?? 0) + 1
    await this.#kill(partition)
  }

  async #kill(partition: number): Promise<void> {
    const watch = this.#watches[partition]!
    const now = performance.now()
    watch.deaths.push(now)
    if (watch.killedAt === 0) watch.killedAt = now
    watch.endedAt = Number.POSITIVE_INFINITY
    this.#kills++
    await this.#broker.port.call('killPartition', { topic: TOPIC, partition })
    watch.endedAt = performance.timeOrigin + performance.now()
  }

  /** Never while another one is new: somebody must send for the gaps to mean anything. */
  async #killCaller(): Promise<void> {
    await this.#until(() => this.#callers.every(({ hasSpoken }) => hasSpoken))
    const [victim] = this.#callers.splice(this.#random.below(this.#callers.length), 1)
    if (victim === undefined) return
    this.#kills++
    victim.thread.abort()
    await victim.thread.ended
    await this.#startCaller()
  }

  async #stopCallers(): Promise<void> {
    for (const { thread } of this.#callers) thread.port.post('stop', {})
    await Promise.all(this.#callers.splice(0).map(({ thread }) => thread.ended))
  }

  async #readLogs(): Promise<LoggedRecord[][]> {
    const channel = await connectHandle(await this.#handle())
    const consumer = new Consumer(channel, { 'auto.offset.reset': 'earliest' })
    const logs: LoggedRecord[][] = []
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      const place = { topic: TOPIC, partition }
      const end = await consumer.endOffset(place)
      const records: LoggedRecord[] = []
      consumer.assign([place])
      while (records.length < end) {
        const found = await consumer.forEach(
          record => {
            const [caller, number] = (record.valueString() ?? '').split(':')
            records.push({ offset: record.offset, caller: Number(caller), number: Number(number) })
          },
          { timeoutMs: 1000 }
        )
        if (found === 0) break
      }
      logs.push(records)
    }
    await consumer.close()
    await channel.close()
    return logs
  }

  /** @throws Error when it takes too long */
  async #until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + POINT_TIMEOUT_MS
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`not in ${POINT_TIMEOUT_MS} ms: ${condition}`)
      await pause(POLL_MS)
    }
  }
}

export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-crash-'))
  const run = new CrashRun(options, directory)
  try {
    return await run.run()
  } finally {
    await run.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
