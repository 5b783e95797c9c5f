/**
 * Highwater beside Apache Kafka, franz-go and plain writes, in one run: `npm run bench:peers`. Options and
 * their meaning: options.ts. Ends with 0 when every floor holds, 2 when one is missed, 1 when a run or its
 * audit failed, 130 when it was interrupted.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { readMachineLine } from '../machine.ts'
import { ChildProcesses } from './child-processes.ts'
import { COMPARISONS, judge, judgeLimit, LIMITS } from './comparisons.ts'
import { EmbeddedRuns } from './embedded-runs.ts'
import { buildFranzGo, FRANZ_GO_VERSION, type FranzGo } from './franz-go.ts'
import { type KafkaBroker, startKafka } from './kafka-broker.ts'
import { KAFKA_VERSION, kafkaClassPath, missingPrograms } from './kafka-jars.ts'
import { KafkaRuns } from './kafka-runs.ts'
import { PAIRS_MIN, type PeerOptions, parsePeerOptions, unwritable } from './options.ts'
import { markdownOf, type PeerReport, rateText } from './report.ts'
import { megabytesPerSecond, recordsPerSecond, type Sample } from './sample.ts'
import { type Contender, type Turn, turnsOf } from './works.ts'

const SEED = 1
const EXIT = { done: 0, failed: 1, missed: 2, interrupted: 130 }

interface Peers {
  readonly embedded: EmbeddedRuns
  /** Null if only works without it were asked for. */
  readonly kafka: KafkaRuns | null
  readonly franzGo: FranzGo | string
}

class PeerRun {
  readonly #options: PeerOptions
  readonly #children: ChildProcesses
  readonly #folder: string
  readonly #startedMs = systemClock.monotonic()
  readonly #samples = new Map<string, Sample[]>()
  #broker: KafkaBroker | null = null

  constructor(options: PeerOptions, children: ChildProcesses, folder: string) {
    this.#options = options
    this.#children = children
    this.#folder = folder
  }

  /** @returns whether every floor that was measured holds */
  async toTheEnd(): Promise<boolean> {
    const startedAt = new Date(systemClock.now()).toISOString()
    const peers = await this.#prepare()
    const absent: Contender[] = typeof peers.franzGo === 'string' ? ['franz-go'] : []
    for (let round = 0; round < this.#options.pairs; round++) {
      for (const turn of turnsOf(this.#options.works, round, absent)) {
        const sample = await this.#take(turn, peers)
        const key = keyOf(turn.work.name, turn.contender)
        this.#samples.set(key, [...(this.#samples.get(key) ?? []), sample])
        this.#say(`round ${round + 1}/${this.#options.pairs}  ${key.padEnd(32)} ${textOf(turn, sample)}`)
      }
    }
    return this.#report(startedAt, peers)
  }

  async close(): Promise<void> {
    await this.#broker?.stop()
  }

  async #prepare(): Promise<Peers> {
    const { size, works } = this.#options
    const embedded = new EmbeddedRuns(this.#children, this.#folder, size)
    const sizes = new Set(works.flatMap(work => (work.kind === 'consume' ? [work.recordBytes] : [])))
    for (const recordBytes of sizes) {
      this.#say(`writes our log of ${recordBytes}-byte records`)
      await embedded.prepareLog(recordBytes)
    }
    if (works.every(({ kind }) => kind === 'idle')) return { embedded, kafka: null, franzGo: 'not needed' }
    const missing = missingPrograms()
    if (missing.length > 0) throw new Error(`Apache Kafka needs ${missing.join(' and ')}, which is not here.`)
    this.#say('builds the franz-go program')
    const franzGo = await buildFranzGo(this.#children)
    if (typeof franzGo === 'string') this.#say(`franz-go is left out: ${franzGo}`)
    return { embedded, franzGo, kafka: await this.#startKafka(franzGo) }
  }

  async #startKafka(franzGo: FranzGo | string): Promise<KafkaRuns> {
    kafkaClassPath()
    this.#say(`starts Apache Kafka ${KAFKA_VERSION}`)
    this.#broker = await startKafka(this.#children, this.#folder)
    const program = typeof franzGo === 'string' ? null : franzGo
    const kafka = new KafkaRuns(this.#children, this.#broker, program, this.#options.size)
    for (const recordBytes of [100, 1000] as const) {
      this.#say(`warms Kafka: three runs with ${recordBytes}-byte records, thrown away`)
      await kafka.warmUp(recordBytes)
    }
    await kafka.measureStart()
    return kafka
  }

  #take({ work, contender }: Turn, { embedded, kafka }: Peers): Promise<Sample> {
    if (work.kind === 'idle') return embedded.idle()
    if (work.kind === 'consume') {
      if (contender === 'embedded') return embedded.consume(work, 'forEach')
      if (contender === 'embedded-poll') return embedded.consume(work, 'poll')
    } else {
      if (contender === 'embedded') return embedded.produce(work)
      if (contender === 'plain-write') return embedded.plainWrite(work)
    }
    if (kafka === null) throw new Error(`${contender} needs Kafka.`)
    if (work.kind === 'produce') {
      return contender === 'kafka' ? kafka.produceByTool(work) : kafka.produceByFranzGo(work)
    }
    return contender === 'kafka' ? kafka.consumeByTool(work) : kafka.consumeByFranzGo(work)
  }

  #report(startedAt: string, { kafka, franzGo }: Peers): boolean {
    const { pairs, works, outputFolder } = this.#options
    const samplesOf = (work: string, contender: Contender): readonly Sample[] =>
      this.#samples.get(keyOf(work, contender)) ?? []
    const isAsked = ({ work }: { readonly work: string }): boolean => works.some(({ name }) => name === work)
    const random = seededRandom(SEED)
    const report: PeerReport = {
      startedAt,
      commit: lineOf('git', ['rev-parse', '--short', 'HEAD']),
      machine: readMachineLine(),
      versions: {
        kafka: KAFKA_VERSION,
        java: lineOf('java', ['--version']) ?? 'Java unknown',
        franzGo:
          typeof franzGo === 'string'
            ? `franz-go left out`
            : `franz-go ${FRANZ_GO_VERSION}, ${franzGo.goVersion}`
      },
      pairs,
      javaStartCpuSeconds: kafka?.startCost ?? { produce: 0, consume: 0 },
      comparisons: COMPARISONS.filter(isAsked).map(comparison => judge(comparison, samplesOf, random)),
      limits: LIMITS.filter(isAsked).map(limit => judgeLimit(limit, samplesOf)),
      runs: [...this.#samples].map(([key, samples]) => ({ ...namesOf(key), samples }))
    }
    const markdown = markdownOf(report)
    print(`\n${markdown}`)
    const reason = unwritable(this.#options, report)
    if (reason !== null) print(`Nothing is written: ${reason} --out FOLDER writes it.`)
    else if (outputFolder !== null) write(outputFolder, report, markdown)
    if (pairs < PAIRS_MIN)
      print(`${pairs} rounds are too few for a bound: ${PAIRS_MIN} are the least that counts.`)
    return [...report.comparisons, ...report.limits].every(({ verdict }) => verdict !== 'missed')
  }

  #say(text: string): void {
    const seconds = (systemClock.monotonic() - this.#startedMs) / 1000
    print(`${seconds.toFixed(0).padStart(5)} s  ${text}`)
  }
}

function write(folder: string, report: PeerReport, markdown: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'peers.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, 'peers.md'), markdown)
  print(`Written to ${folder}: peers.json, peers.md.`)
}

const keyOf = (work: string, contender: Contender): string => `${work}/${contender}`

function namesOf(key: string): { work: string; contender: Contender } {
  const [work, contender] = key.split('/')
  return { work: work ?? '', contender: contender as Contender }
}

function textOf({ work }: Turn, sample: Sample): string {
  const others = sample.foreignShare === null ? '' : `, others ${(sample.foreignShare * 100).toFixed(0)} %`
  if (work.kind === 'idle') return `${((sample.residentBytes ?? 0) / 1e6).toFixed(1)} MB${others}`
  const rate = `${rateText(recordsPerSecond(sample))} records/s`
  const bytes = `${megabytesPerSecond(sample).toFixed(1)} MB/s`
  return `${rate}, ${bytes} in ${sample.seconds.toFixed(1)} s${others}`
}

/** First line of what a program says; null if it is not there. */
function lineOf(program: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? (stdout.split('\n')[0] ?? null) : null
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(args: readonly string[]): Promise<number> {
  const options = parsePeerOptions(args)
  const children = new ChildProcesses()
  const folder = mkdtempSync(join(tmpdir(), 'highwater-peers-'))
  // Whatever happens to this process, short of a kill that it cannot see.
  process.once('exit', () => {
    children.killAll()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (children.signal.aborted) process.exit(EXIT.interrupted)
      print('Interrupted: ends what it has started.')
      children.interrupt()
    })
  }
  const run = new PeerRun(options, children, folder)
  try {
    return (await run.toTheEnd()) ? EXIT.done : EXIT.missed
  } catch (cause) {
    if (children.signal.aborted) return EXIT.interrupted
    print(cause instanceof Error ? cause.message : String(cause))
    return EXIT.failed
  } finally {
    await run.close()
  }
}

process.exitCode = await main(process.argv.slice(2))
