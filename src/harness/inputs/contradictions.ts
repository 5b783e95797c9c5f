/**
 * Things asked of `plan` that cannot all be meant: each pair is named in one sentence, with what to do.
 *
 * Pure. Only what is there is looked at; whether a value makes sense by itself is judged where it is read.
 */
import { formatDuration } from '../../planner/units.ts'

/** What was given, by the flags' names; what was not is undefined. */
export interface GivenInputs {
  readonly handler?: unknown
  readonly process?: unknown
  readonly keys?: unknown
  readonly keyFile?: unknown
  readonly key?: unknown
  readonly recordFile?: unknown
  readonly recordSize?: unknown
  readonly lagSlo?: unknown
  readonly outage?: unknown
  readonly short?: unknown
  readonly budgetMs?: number | undefined
  readonly runs?: number | undefined
  readonly seconds?: number | undefined
  readonly rf?: number | undefined
  readonly brokers?: number | undefined
  readonly engine?: unknown
  readonly target?: 'embedded' | 'sim' | undefined
  readonly dryRun?: unknown
  readonly out?: unknown
}

/** Fewer than this no plan can be measured in: its points, three runs each, and a look at the count. */
const BUDGET_MS_MIN = 30_000
/** One count of partitions beside one, a consumer that only fetches, and the held-out count. */
const MEASUREMENTS_MIN = 4

/** The sentences of all contradictions, the gravest first; empty if there is none. */
export function checkContradictions(given: GivenInputs): readonly string[] {
  const checks = [handlers, keys, records, consumers, cluster, time, simulation]
  return checks.flatMap(check => check(given))
}

type Sentences = readonly (string | false)[]

function told(sentences: Sentences): string[] {
  return sentences.filter(sentence => sentence !== false)
}

function has(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false
}

function handlers({ handler, process }: GivenInputs): string[] {
  return told([
    has(handler) &&
      has(process) &&
      '--handler and --process both say what a record costs its consumer: give one of them.'
  ])
}

function keys({ keys: distribution, keyFile, key, recordFile }: GivenInputs): string[] {
  const sources = [has(distribution) && '--keys', has(keyFile) && '--key-file', has(key) && '--key'].filter(
    source => source !== false
  )
  const named = sources.length === 3 ? '--keys, --key-file and --key all' : `${sources.join(' and ')} both`
  return told([
    sources.length > 1 && `${named} say which keys there are: give one of them.`,
    has(key) &&
      !has(recordFile) &&
      '--key names a field of the records of a file: give --record-file, or keys themselves in --key-file.'
  ])
}

function records({ recordFile, recordSize }: GivenInputs): string[] {
  return told([
    has(recordFile) &&
      has(recordSize) &&
      '--record-size and --record-file both say how large records are: give one of them.'
  ])
}

function consumers({ handler, process, lagSlo, outage, target }: GivenInputs): string[] {
  // A simulation has a handler of its own.
  if (has(handler) || has(process) || target === 'sim') return []
  const cure = 'give --handler ./handler.mjs, or --process wait:2ms.'
  return told([
    has(lagSlo) && `--lag-slo is about waiting for a handler, and there is none: ${cure}`,
    has(outage) &&
      `--outage is about consumers that catch up, and what a record costs them is not said: ${cure}`
  ])
}

function cluster({ rf, brokers }: GivenInputs): string[] {
  return told([
    rf !== undefined &&
      brokers !== undefined &&
      rf > brokers &&
      `--rf ${rf} needs as many brokers, and --brokers says ${brokers}: a broker holds one copy.`
  ])
}

function time({ short, budgetMs, runs, seconds }: GivenInputs): string[] {
  const isTimed = runs !== undefined && seconds !== undefined
  const leastMs = isTimed ? Math.max(BUDGET_MS_MIN, MEASUREMENTS_MIN * runs * seconds * 1000) : BUDGET_MS_MIN
  return told([
    has(short) &&
      budgetMs !== undefined &&
      '--short and --budget both say how long it may take: give one of them.',
    budgetMs !== undefined &&
      budgetMs < leastMs &&
      `--budget ${formatDuration(budgetMs)} is shorter than the shortest measurement, ` +
        `${formatDuration(leastMs)}${isTimed ? ` with --runs ${runs} --seconds ${seconds}` : ''}: give more.`
  ])
}

/** What a simulation cannot do with what is given. */
function simulation({ target, engine, handler, recordFile, dryRun, out }: GivenInputs): string[] {
  const isSimulated = target === 'sim'
  return told([
    isSimulated &&
      has(handler) &&
      '--target sim simulates consumers and calls no --handler: give --process, or --target embedded.',
    isSimulated &&
      has(recordFile) &&
      '--target sim sends no records of a --record-file: give --record-size, or --target embedded.',
    isSimulated &&
      has(engine) &&
      '--target sim runs no engine, so there is nothing for --engine to set: leave it out, or give ' +
        '--target embedded.',
    has(dryRun) && has(out) && '--dry-run measures nothing and writes no report: leave --out out.'
  ])
}
