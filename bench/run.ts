/**
 * Runs the micro benchmarks whose name contains one of the given words, or all, and prints their table.
 *
 *   npm run bench -- crc32c varint
 */
import { cpus } from 'node:os'
import { Bench } from 'tinybench'
import { crc32cBenchmarks } from './micro/crc32c.ts'
import { builderBenchmarks } from './micro/record-batch-builder.ts'
import { iteratorBenchmarks } from './micro/record-batch-iterator.ts'
import { ringBenchmarks } from './micro/ring.ts'
import { varintBenchmarks } from './micro/varint.ts'
import type { MicroBenchmark } from './micro-benchmark.ts'

const TIME_MS = 500
const WARM_UP_MS = 250
const NAME_COLUMNS = 44

async function main(words: readonly string[]): Promise<number> {
  const all = [
    ...crc32cBenchmarks(),
    ...varintBenchmarks(),
    ...builderBenchmarks(),
    ...iteratorBenchmarks(),
    ...ringBenchmarks()
  ]
  const chosen = all.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)))
  if (chosen.length === 0) {
    print(`No benchmark is named so. There are: ${all.map(({ name }) => name).join(' · ')}`)
    return 1
  }
  print(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor unknown'}`)
  print(row('benchmark', ['ns each', '± MAD', 'MB/s', 'samples']))
  for (const benchmark of chosen) print(await measure(benchmark))
  return 0
}

async function measure(benchmark: MicroBenchmark): Promise<string> {
  const { name, bytes, operations, run, check } = benchmark
  check(run())
  const bench = new Bench({ time: TIME_MS, warmupTime: WARM_UP_MS })
  let last = 0
  bench.add(name, () => {
    last = run()
  })
  const [task] = await bench.run()
  const result = task?.result
  if (result?.state !== 'completed') throw new Error(`${name} did not come to its end.`)
  check(last)
  const { p50, mad, samplesCount } = result.latency
  const rate = bytes === 0 ? '' : (bytes / p50 / 1000).toFixed(0)
  const perOperation = (ms: number): string => ((ms * 1e6) / operations).toFixed(1)
  return row(name, [perOperation(p50), perOperation(mad), rate, String(samplesCount)])
}

const row = (name: string, cells: readonly string[]): string =>
  name.padEnd(NAME_COLUMNS) + cells.map(cell => cell.padStart(11)).join('')

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

process.exitCode = await main(process.argv.slice(2))
