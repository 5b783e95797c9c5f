/**
 * Runs the micro benchmarks whose name contains one of the given words, or all, and prints their table.
 *
 *   npm run bench -- crc32c varint
 *   npm run bench -- --save        writes reports/baseline/micro-<major version of Node>.json
 *   npm run bench -- --compare     says beside each line what has changed since
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/base/clock.ts'
import { seededRandom } from '../src/base/random.ts'
import { type MachineLine, machineText, readMachineLine } from './machine.ts'
import { codecBenchmarks } from './micro/codecs.ts'
import { crc32cBenchmarks } from './micro/crc32c.ts'
import { logBenchmarks } from './micro/log.ts'
import { offsetIndexBenchmarks } from './micro/offset-index.ts'
import { builderBenchmarks } from './micro/record-batch-builder.ts'
import { iteratorBenchmarks } from './micro/record-batch-iterator.ts'
import { ringBenchmarks } from './micro/ring.ts'
import { tailBenchmarks } from './micro/tail-blocks.ts'
import { varintBenchmarks } from './micro/varint.ts'
import {
  baselineFile,
  compareWithBaseline,
  goneSince,
  type MicroBaseline,
  type MicroDifference,
  machineWarning
} from './micro-baseline.ts'
import { type MicroResult, measureInRounds } from './micro-rounds.ts'

const BASELINES = join('reports', 'baseline')
const SEED = 1
const NAME_COLUMNS = 44
const CELL_COLUMNS = 11

async function main(): Promise<number> {
  const { values, positionals: words } = parseArgs({
    allowPositionals: true,
    options: { save: { type: 'boolean', default: false }, compare: { type: 'boolean', default: false } }
  })
  if (values.save && words.length > 0) {
    print('A baseline holds all benchmarks: give --save without names.')
    return 1
  }
  const machine = readMachineLine()
  const path = join(BASELINES, baselineFile(machine.node))
  const baseline = values.compare ? readBaseline(path) : null
  if (values.compare && baseline === null) {
    print(`There is no ${path} to compare with; save one first: npm run bench -- --save.`)
    return 1
  }
  const all = [
    ...crc32cBenchmarks(),
    ...varintBenchmarks(),
    ...builderBenchmarks(),
    ...iteratorBenchmarks(),
    ...ringBenchmarks(),
    ...tailBenchmarks(),
    ...offsetIndexBenchmarks(),
    ...logBenchmarks(),
    ...(await codecBenchmarks())
  ]
  try {
    const chosen = all.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)))
    if (chosen.length === 0) {
      print(`No benchmark is named so. There are: ${all.map(({ name }) => name).join(' · ')}`)
      return 1
    }
    print(machineText(machine))
    const results = await measureInRounds(chosen)
    if (baseline === null) printResults(results)
    else printDifferences(results, baseline, machine)
    if (values.save) save(path, machine, results)
    return 0
  } finally {
    for (const benchmark of all) benchmark.close?.()
  }
}

function printResults(results: readonly MicroResult[]): void {
  print(row('benchmark', ['ns each', '± MAD', 'MB/s', 'rounds']))
  for (const result of results) print(row(result.name, cellsOf(result)))
}

function printDifferences(
  results: readonly MicroResult[],
  baseline: MicroBaseline,
  machine: MachineLine
): void {
  const warning = machineWarning(baseline, machine)
  if (warning !== null) print(warning)
  print(`Time now over time of the baseline (${baseline.savedAt}), with its 95 % interval.`)
  print(row('benchmark', ['ns each', '± MAD', 'MB/s', 'rounds', 'ratio', 'low', 'high', 'verdict']))
  const differences = compareWithBaseline(baseline, results, seededRandom(SEED))
  for (const [index, result] of results.entries()) {
    print(row(result.name, [...cellsOf(result), ...differenceCells(differences[index]!)]))
  }
  const gone = goneSince(
    baseline,
    results.map(({ name }) => name)
  )
  if (gone.length > 0) print(`Not measured now: ${gone.join(' · ')}`)
}

function cellsOf({ medianNs, madNs, megabytesPerSecond, samplesNs }: MicroResult): string[] {
  const rate = megabytesPerSecond === 0 ? '' : megabytesPerSecond.toFixed(0)
  return [medianNs.toFixed(1), madNs.toFixed(1), rate, String(samplesNs.length)]
}

function differenceCells({ ratio, low, high, verdict }: MicroDifference): string[] {
  const numbers = [ratio, low, high].map(value => (Number.isNaN(value) ? '' : value.toFixed(3)))
  return [...numbers, `  ${verdict}`]
}

/** Null if nothing was saved yet. */
function readBaseline(path: string): MicroBaseline | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as MicroBaseline) : null
}

function save(path: string, machine: MachineLine, benchmarks: readonly MicroResult[]): void {
  const baseline: MicroBaseline = {
    savedAt: new Date(systemClock.now()).toISOString(),
    machine,
    benchmarks
  }
  mkdirSync(BASELINES, { recursive: true })
  writeFileSync(path, `${JSON.stringify(baseline, rounded, 2)}\n`)
  print(`Saved to ${path}.`)
}

/** Picoseconds are noise. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toFixed(3)) : value

const row = (name: string, cells: readonly string[]): string =>
  name.padEnd(NAME_COLUMNS) + cells.map(cell => cell.padStart(CELL_COLUMNS)).join('')

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await main()
