/** What `npm run bench:peers -- …` may be told. */
import { parseArgs } from 'node:util'
import { CONTENDER_NAMES, type PeerReport } from './report.ts'
import { FULL_SIZE, QUICK_SIZE, type Size, WORKS, type Work, worksNamed } from './works.ts'

export interface PeerOptions {
  readonly pairs: number
  readonly size: Size
  readonly works: readonly Work[]
  /** Where peers.json and peers.md go; null: nothing is written. */
  readonly outputFolder: string | null
}

/** Design of the bars: fewer pairs give no bound worth the name. */
export const PAIRS_MIN = 7
const QUICK_PAIRS = 2
const PAIRS_MAX = 100
const RECORDS_MIN = 1000
const BASELINE_FOLDER = 'reports/baseline'

const USAGE = `npm run bench:peers -- [options]
  --pairs N         rounds, each with every contender once; 7 is the least that counts
  --quick           tiny runs and 2 rounds: shows that all of it works, measures nothing
  --only NAMES      works by name, with commas: ${WORKS.map(({ name }) => name).join(', ')}
  --records N       records per run, whoever runs
  --out FOLDER      where peers.json and peers.md go; without it ${BASELINE_FOLDER}, if the run counts`

/** @throws Error that says what is wrong */
export function parsePeerOptions(args: readonly string[]): PeerOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      records: { type: 'string' },
      out: { type: 'string' }
    }
  })
  const pairs = wholeNumber('--pairs', values.pairs, 1, PAIRS_MAX) ?? (values.quick ? QUICK_PAIRS : PAIRS_MIN)
  const records = wholeNumber('--records', values.records, RECORDS_MIN, 2 ** 31)
  const works = worksNamed(values.only?.split(',') ?? [])
  if (works.length === 0) throw new Error(`--only ${values.only} names no work.\n${USAGE}`)
  const size = { ...(values.quick ? QUICK_SIZE : FULL_SIZE), records }
  const counts = pairs >= PAIRS_MIN && !values.quick && records === null && works.length === WORKS.length
  return { pairs, size, works, outputFolder: values.out ?? (counts ? BASELINE_FOLDER : null) }
}

/** Why the accepted figures stay as they are; null if this run may be written where it was to go. */
export function unwritable(
  { outputFolder }: Pick<PeerOptions, 'outputFolder'>,
  { comparisons, limits }: Pick<PeerReport, 'comparisons' | 'limits'>
): string | null {
  if (outputFolder === null) return 'this run was not a whole one.'
  if (outputFolder !== BASELINE_FOLDER) return null
  const absent = new Set(
    comparisons.flatMap(({ verdict, theirs }) =>
      verdict === 'not measured' ? [CONTENDER_NAMES[theirs]] : []
    )
  )
  const unknown = limits.flatMap(({ verdict, what }) => (verdict === 'not measured' ? [what] : []))
  if (absent.size + unknown.length === 0) return null
  return `a run without ${[...absent, ...unknown].join(' and ')} does not replace ${BASELINE_FOLDER}.`
}

function wholeNumber(flag: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`${flag} must be a whole number from ${least} to ${most}, not "${text}".\n${USAGE}`)
}
