/**
 * What is measured, who takes part, and how many records each is given.
 */

export type Contender =
  /** This engine in one process, producing, or consuming by `forEach`. */
  | 'embedded'
  /** This engine in one process, consuming by `poll`. */
  | 'embedded-poll'
  /** Apache Kafka with its own performance tools. */
  | 'kafka'
  /** Apache Kafka with franz-go. */
  | 'franz-go'
  /** Node alone: records copied into blocks of 64 KB, `writeSync`. */
  | 'plain-write'

interface Settings {
  readonly recordBytes: 100 | 1000
  readonly batchBytes: number
  readonly lingerMs: number
}

export interface ProduceWork extends Settings {
  readonly kind: 'produce'
  readonly name: string
  readonly contenders: readonly Contender[]
}

export interface ConsumeWork extends Settings {
  readonly kind: 'consume'
  readonly name: string
  readonly contenders: readonly Contender[]
}

interface IdleWork {
  readonly kind: 'idle'
  readonly name: string
  readonly contenders: readonly Contender[]
}

export type Work = ProduceWork | ConsumeWork | IdleWork

/** Kafka 4's own defaults. */
export const DEFAULTS = { batchBytes: 16_384, lingerMs: 5 }
/** What is usually recommended for throughput. */
export const TUNED = { batchBytes: 65_536, lingerMs: 10 }

const CLIENTS: readonly Contender[] = ['embedded', 'kafka', 'franz-go']
const WITH_PLAIN: readonly Contender[] = [...CLIENTS, 'plain-write']
const CONSUMERS: readonly Contender[] = ['embedded', 'kafka', 'franz-go', 'embedded-poll']

export const WORKS: readonly Work[] = [
  { kind: 'produce', name: 'produce-100', recordBytes: 100, ...DEFAULTS, contenders: CLIENTS },
  { kind: 'produce', name: 'produce-100-tuned', recordBytes: 100, ...TUNED, contenders: WITH_PLAIN },
  { kind: 'produce', name: 'produce-1000', recordBytes: 1000, ...DEFAULTS, contenders: CLIENTS },
  { kind: 'produce', name: 'produce-1000-tuned', recordBytes: 1000, ...TUNED, contenders: WITH_PLAIN },
  { kind: 'consume', name: 'consume-100', recordBytes: 100, ...DEFAULTS, contenders: CONSUMERS },
  { kind: 'consume', name: 'consume-1000', recordBytes: 1000, ...DEFAULTS, contenders: CONSUMERS },
  { kind: 'idle', name: 'idle', contenders: ['embedded'] }
]

/**
 * Records of a run of two to four seconds, of Kafka's tool six: its Java is cold at first, and that is to
 * weigh little. Consumers all read one log each.
 */
const PRODUCED: Readonly<Record<Contender, Readonly<Record<100 | 1000, number>>>> = {
  embedded: { 100: 8_000_000, 1000: 1_500_000 },
  'embedded-poll': { 100: 0, 1000: 0 },
  kafka: { 100: 2_000_000, 1000: 400_000 },
  'franz-go': { 100: 3_000_000, 1000: 500_000 },
  'plain-write': { 100: 15_000_000, 1000: 2_000_000 }
}
const LOGGED = { 100: 4_000_000, 1000: 1_000_000 }

/** How large a measurement is. */
export interface Size {
  /** Records per run, whoever runs; null: as the tables above say, times `scale`. */
  readonly records: number | null
  readonly scale: number
  /** For how long our consumer reads its log in laps. */
  readonly consumeSeconds: number
  readonly idleMs: number
}

export const FULL_SIZE: Size = { records: null, scale: 1, consumeSeconds: 2, idleMs: 2000 }
/** To see that everything works. */
export const QUICK_SIZE: Size = { records: null, scale: 0.03, consumeSeconds: 0.3, idleMs: 300 }

export function producedRecords(contender: Contender, work: ProduceWork, { records, scale }: Size): number {
  return records ?? Math.ceil(PRODUCED[contender][work.recordBytes] * scale)
}

/** Records in the log that consumers of this size read. */
export function loggedRecords(recordBytes: 100 | 1000, { records, scale }: Size): number {
  return records ?? Math.ceil(LOGGED[recordBytes] * scale)
}

/** Works that a word names: the work itself, or all whose name goes on with a dash behind the word. */
export function worksNamed(words: readonly string[]): Work[] {
  if (words.length === 0) return [...WORKS]
  return WORKS.filter(({ name }) => words.some(word => name === word || name.startsWith(`${word}-`)))
}

export interface Turn {
  readonly work: Work
  readonly contender: Contender
}

/**
 * One round: every work once by everyone who takes part, one behind the other. Every second round runs
 * backwards, so that nobody always comes first.
 */
export function turnsOf(works: readonly Work[], round: number, absent: readonly Contender[]): Turn[] {
  const turns = works.flatMap(work =>
    work.contenders.filter(contender => !absent.includes(contender)).map(contender => ({ work, contender }))
  )
  return round % 2 === 0 ? turns : turns.reverse()
}
