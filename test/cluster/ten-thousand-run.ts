/**
 * Many partitions for real: creates a topic of 10,000, writes to each and reads each back, and holds what it
 * took against its bars: memory of an idle partition, handles, threads, time.
 *
 *   node dist/test/cluster/ten-thousand-run.js [partitions] [threads]      exit code 1 above a bar
 *
 * Threads are paid for by the first partitions: those are used first, and the memory of a partition is that
 * of all the others. It includes what the producer and the consumer of this program keep of each.
 *
 * Thread: the one that calls; the engine has its own.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Admin, type Cluster, Consumer, Producer, startCluster } from '../../src/index.ts'

interface Footprint {
  readonly rssKb: number
  readonly handles: number
  readonly threads: number
}

interface Phase {
  readonly name: string
  readonly ms: number
  readonly after: Footprint
}

interface Bar {
  readonly what: string
  readonly found: number
  readonly most: number
  readonly unit: string
}

const TOPIC = 'many'
const RECORDS_EACH = 2
/** Of an idle partition beyond its files, from the 10,000 partitions of the plan. */
const PARTITION_KB_MAX = 50
/** Beside one for each partition: threads, readers, the process. */
const HANDLES_BESIDE = 1000
/** Broker, main, and what Node itself starts. */
const THREADS_BESIDE = 24
const PHASE_MS_MAX = 120_000
const POLL_MS = 1000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function footprint(): Footprint {
  collectGarbage()
  const status = readFileSync('/proc/self/status', 'latin1')
  return {
    rssKb: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]),
    handles: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length
  }
}

class Run {
  readonly phases: Phase[] = []
  readonly faults: string[] = []
  readonly #partitions: number
  readonly #producer: Producer
  readonly #consumer: Consumer
  readonly #cluster: Cluster
  readonly #positions: number[]

  constructor(cluster: Cluster, partitions: number) {
    this.#cluster = cluster
    this.#partitions = partitions
    this.#producer = new Producer(cluster)
    this.#consumer = new Consumer(cluster, { 'auto.offset.reset': 'earliest', 'max.poll.records': 5000 })
    this.#positions = Array.from({ length: partitions }, () => 0)
  }

  async phase(name: string, action: () => Promise<void>): Promise<void> {
    const startedAt = performance.now()
    await action()
    const ms = performance.now() - startedAt
    this.phases.push({ name, ms, after: footprint() })
  }

  async create(): Promise<void> {
    const admin = new Admin(this.#cluster)
    await admin.createTopics([{ topic: TOPIC, numPartitions: this.#partitions }])
    await admin.close()
  }

  /** So many records to each partition of the range, all acknowledged at their offsets. */
  async write(from: number, to: number): Promise<void> {
    let acknowledged = 0
    for (let index = 0; index < RECORDS_EACH; index++) {
      for (let partition = from; partition < to; partition++) {
        await this.#producer.ready()
        this.#producer.send({ topic: TOPIC, partition, value: `${partition}:${index}` }, error => {
          if (error === null) acknowledged++
          else this.faults.push(`${partition}: ${error.message}`)
        })
      }
    }
    await this.#producer.flush()
    const sent = (to - from) * RECORDS_EACH
    if (acknowledged !== sent) this.faults.push(`${acknowledged} of ${sent} records are acknowledged`)
  }

  /** Everything from the start, each record once and in order. */
  async read(from: number, to: number): Promise<void> {
    const partitions = Array.from({ length: to - from }, (_, i) => ({ topic: TOPIC, partition: from + i }))
    this.#consumer.assign(partitions.map(place => ({ ...place, from: 0 })))
    let missing = partitions.length * RECORDS_EACH
    while (missing > 0) {
      const records = await this.#consumer.poll(POLL_MS)
      if (records.length === 0) break
      missing -= records.length
      for (const { partition, offset, value } of records) {
        const expected = this.#positions[partition]
        const text = value === null ? '' : Buffer.from(value).toString()
        if (offset !== expected || text !== `${partition}:${offset}`) {
          this.faults.push(`${partition} has ${text} at ${offset}, not record ${expected}`)
        }
        this.#positions[partition] = offset + 1
      }
    }
    if (missing !== 0) this.faults.push(`${missing} records were not read`)
  }

  async close(): Promise<void> {
    await this.#consumer.close()
    await this.#producer.close()
    await this.#cluster.close()
  }
}

function barsOf(phases: readonly Phase[], partitions: number, threads: number): Bar[] {
  const after = (name: string): Footprint | undefined => phases.find(phase => phase.name === name)?.after
  const first = after('read the first')
  const last = after('read the others')
  if (first === undefined || last === undefined) return []
  return [
    {
      what: 'memory of a partition',
      found: Math.round(((last.rssKb - first.rssKb) / (partitions - threads)) * 10) / 10,
      most: PARTITION_KB_MAX,
      unit: 'KiB'
    },
    { what: 'handles', found: last.handles, most: partitions + HANDLES_BESIDE, unit: '' },
    { what: 'threads', found: last.threads, most: threads + THREADS_BESIDE, unit: '' },
    {
      what: 'longest phase',
      found: Math.round(Math.max(...phases.map(({ ms }) => ms))),
      most: PHASE_MS_MAX,
      unit: 'ms'
    }
  ]
}

async function main(): Promise<void> {
  const partitions = Number(process.argv[2] ?? 10_000)
  const threadsMax = Number(process.argv[3] ?? 0)
  const directory = mkdtempSync(join(tmpdir(), 'highwater-many-'))
  const options = { 'log.dirs': directory, 'engine.partition.threads.max': threadsMax }
  const cluster = await startCluster(options)
  const threads = Math.min((await cluster.partitionRoom()).partitions, partitions - 1)
  const run = new Run(cluster, partitions)
  await run.phase('start', async () => {})
  await run.phase('create', () => run.create())
  await run.phase('write the first', () => run.write(0, threads))
  await run.phase('read the first', () => run.read(0, threads))
  await run.phase('write the others', () => run.write(threads, partitions))
  await run.phase('read the others', () => run.read(threads, partitions))
  await run.phase('close', () => run.close())
  await run.phase('remove the files', async () => rmSync(directory, { recursive: true }))
  const bars = barsOf(run.phases, partitions, threads)
  console.log(`${partitions} partitions on ${threads} threads, ${RECORDS_EACH} records each`)
  for (const { name, ms, after } of run.phases) {
    const { rssKb, handles, threads: all } = after
    console.log(`${name}: ${Math.round(ms)} ms, then ${rssKb} KiB, ${handles} handles, ${all} threads`)
  }
  for (const { what, found, most, unit } of bars) console.log(`${what}: ${found} of ${most} ${unit}`)
  for (const fault of run.faults.slice(0, 20)) console.log(`fault: ${fault}`)
  const isAbove = bars.length === 0 || bars.some(({ found, most }) => !(found <= most))
  process.exitCode = isAbove || run.faults.length > 0 ? 1 : 0
}

await main()
