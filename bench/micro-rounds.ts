/**
 * Times micro benchmarks in rounds, each benchmark once per round: a slow second of the machine then meets
 * all of them, and the medians of the rounds say how far they scatter.
 */
import { Bench } from 'tinybench'
import type { MicroBenchmark } from './micro-benchmark.ts'
import { median, medianDeviation } from './statistics.ts'

export interface MicroResult {
  readonly name: string
  /** Nanoseconds of one operation: median over the rounds. */
  readonly medianNs: number
  /** Median deviation of the rounds, in nanoseconds. */
  readonly madNs: number
  /** MB/s (10^6), 0 where the benchmark has no bytes. */
  readonly megabytesPerSecond: number
  /** Median of each round, in nanoseconds. */
  readonly samplesNs: readonly number[]
}

interface Pace {
  readonly rounds: number
  readonly roundMs: number
  readonly warmUpMs: number
}

const PACE: Pace = { rounds: 12, roundMs: 50, warmUpMs: 250 }
/** Enough for a median of slow work; more would stretch a round of it to seconds. */
const RUNS_MIN = 5
const NS_PER_MS = 1e6

export async function measureInRounds(
  benchmarks: readonly MicroBenchmark[],
  { rounds, roundMs, warmUpMs }: Pace = PACE
): Promise<MicroResult[]> {
  const samples = benchmarks.map((): number[] => [])
  for (const benchmark of benchmarks) await timeOnce(benchmark, warmUpMs)
  for (let round = 0; round < rounds; round++) {
    for (const [index, benchmark] of benchmarks.entries()) {
      samples[index]!.push(await timeOnce(benchmark, roundMs))
    }
  }
  return benchmarks.map((benchmark, index) => resultOf(benchmark, samples[index]!))
}

export function resultOf(
  { name, bytes, operations }: Pick<MicroBenchmark, 'name' | 'bytes' | 'operations'>,
  samplesNs: readonly number[]
): MicroResult {
  const medianNs = median(samplesNs)
  return {
    name,
    medianNs,
    madNs: medianDeviation(samplesNs),
    megabytesPerSecond: (bytes / (medianNs * operations)) * 1000,
    samplesNs
  }
}

/** Median nanoseconds of one operation in `timeMs` of runs; the last result is checked. */
async function timeOnce(benchmark: MicroBenchmark, timeMs: number): Promise<number> {
  const { name, operations } = benchmark
  const bench = new Bench({ time: timeMs, warmup: false, iterations: RUNS_MIN })
  let last = 0
  const work = (): void => {
    last = benchmark.run()
  }
  bench.add(name, work, { beforeEach: () => benchmark.restore?.() })
  const [task] = await bench.run()
  const result = task?.result
  if (result?.state !== 'completed') {
    const cause = result?.state === 'errored' ? result.error : undefined
    throw new Error(`${name} did not come to its end.`, { cause })
  }
  benchmark.check(last)
  return (result.latency.p50 * NS_PER_MS) / operations
}
