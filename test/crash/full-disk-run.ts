/**
 * Fills a real disk: a small file system in memory, mounted for the run where this may be done. What was
 * acknowledged must be read back by the next cluster, and what was not must have failed by name.
 *
 * Thread: the one that calls; broker and partition have their own.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, type Cluster, Consumer, Producer, startCluster } from '../../src/index.ts'

interface FullDiskReport {
  readonly acknowledged: number
  /** Texts of the failures, each once. */
  readonly refusals: readonly string[]
  readonly faults: readonly string[]
}

const TOPIC = 'full-disk'
const PLACE = { topic: TOPIC, partition: 0 }
const DISK = 'size=24m'
/** More than the disk holds. */
const RECORDS = 40_000
const VALUE_BYTES = 1000
const CONFIG = { 'delivery.timeout.ms': 2000, 'request.timeout.ms': 1000 }

class FullDiskRun {
  readonly #directory: string
  /** Numbers of records by offset. */
  readonly #acknowledged = new Map<number, number>()
  readonly #refusals = new Set<string>()
  readonly #faults: string[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  async run(): Promise<FullDiskReport> {
    const cluster = await startCluster({ 'log.dirs': this.#directory })
    await this.#fill(cluster)
    await cluster.close().catch((error: Error) => this.#refusals.add(error.message))
    const next = await startCluster({ 'log.dirs': this.#directory })
    await this.#readBack(next)
    await next.close()
    for (const text of this.#refusals) {
      if (!/KAFKA_STORAGE_ERROR|ENOSPC/.test(text)) this.#faults.push(`refused without a reason: ${text}`)
    }
    if (this.#refusals.size === 0) this.#faults.push('the disk never became full')
    if (this.#acknowledged.size === 0) this.#faults.push('nothing was acknowledged')
    return {
      acknowledged: this.#acknowledged.size,
      refusals: [...this.#refusals],
      faults: this.#faults
    }
  }

  async #fill(cluster: Cluster): Promise<void> {
    const admin = new Admin(cluster)
    await admin.createTopics([{ topic: TOPIC, numPartitions: 1, configs: { 'segment.bytes': 4194304 } }])
    await admin.close()
    const producer = new Producer(cluster, CONFIG)
    for (let number = 0; number < RECORDS && this.#refusals.size === 0; number++) {
      const value = String(number).padEnd(VALUE_BYTES)
      producer.send({ ...PLACE, value }, (error, metadata) => {
        if (error === null) this.#acknowledged.set(metadata?.offset ?? -1, number)
        else this.#refusals.add(error.message)
      })
      await producer.ready()
    }
    await producer.close()
  }

  async #readBack(cluster: Cluster): Promise<void> {
    const consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest' })
    const found = new Map<number, number>()
    consumer.assign([PLACE])
    const end = await consumer.endOffset(PLACE)
    while (found.size < end) {
      const read = await consumer.forEach(
        record => {
          found.set(record.offset, Number(record.valueString()))
        },
        { timeoutMs: 1000 }
      )
      if (read === 0) break
    }
    await consumer.close()
    for (const [offset, number] of this.#acknowledged) {
      if (found.get(offset) !== number) this.#faults.push(`acknowledged record ${number} is lost`)
    }
    if (new Set(found.values()).size !== found.size) this.#faults.push('a record is in the log twice')
  }
}

/** Null where this user may not mount a file system. */
export async function runFullDisk(): Promise<FullDiskReport | null> {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-full-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    rmdirSync(directory)
    return null
  }
  try {
    return await new FullDiskRun(directory).run()
  } finally {
    execFileSync('umount', ['--lazy', directory])
    rmdirSync(directory)
  }
}
