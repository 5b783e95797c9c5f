import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../../src/base/local-errors.ts'
import { seededRandom } from '../../../../src/base/random.ts'
import type { BenchRun } from '../../../../src/harness/plan/measured-point.ts'
import { producerPoint } from '../../../../src/harness/plan/measured-point.ts'
import { type PlanOptions, planSettings } from '../../../../src/harness/plan/plan-settings.ts'
import { SimulatedBench } from '../../../../src/harness/targets/simulation/sim-bench.ts'
import { parseTruth } from '../../../../src/harness/targets/simulation/sim-truth-text.ts'
import { lawThroughput } from '../../../../src/planner/scaling-law.ts'

const WAIT_1_MS = { kind: 'wait', micros: 1000 } as const
const RECORD_BYTES = 1000

function benchOf(text: string, options: Partial<PlanOptions> = {}, seed = 1): SimulatedBench {
  return new SimulatedBench({
    truth: parseTruth(text),
    settings: planSettings({ targetThroughput: 120e6, process: WAIT_1_MS, ...options }),
    random: seededRandom(seed),
    signal: new AbortController().signal
  })
}

/** A truth without any noise. */
const EXACT = 'noise=0,jitter=0,warmup=0ms'

async function runsOf(count: number, run: () => Promise<BenchRun>): Promise<BenchRun[]> {
  const runs: BenchRun[] = []
  for (let index = 0; index < count; index++) runs.push(await run())
  return runs
}

async function verified(bench: SimulatedBench, partitions: number) {
  const verifiability = { verifiable: true, sentence: 'Everything can be simulated.' }
  return bench.verify({ partitions, verifiability }, () => {})
}

describe('producers at saturation', () => {
  test.each(['linear:40MB/s', 'amdahl:40MB/s:0.1', 'usl:40MB/s:0.03:0.001', 'cap:40MB/s:140MB/s'])(
    'without noise, what N partitions take is the law: %s',
    async law => {
      const bench = benchOf(`${law},${EXACT},loader=100GB/s`)
      for (const partitions of [1, 2, 3, 8, 16, 64, 121]) {
        const { series } = await bench.produce(partitions, 5)
        const error = series.bytesPerSecond / lawThroughput(parseTruth(law).law, partitions) - 1
        expect(Math.abs(error)).toBeLessThan(0.01)
        expect(series.steady).toBe(true)
      }
    }
  )

  test('requests of a millisecond carry one batch of every partition and set the rate', async () => {
    // 16 records of 1,000 bytes fit into a batch of 16 KiB; a partition could take 40 MB/s.
    const bench = benchOf(`linear:40MB/s,${EXACT},loader=100GB/s,request=1ms+0us+0us`)
    for (const partitions of [1, 4, 64, 121]) {
      const { series } = await bench.produce(partitions, 5)
      expect(Math.abs(series.bytesPerSecond / (partitions * 16e6) - 1)).toBeLessThan(0.01)
    }
  })

  test('with noise, the law lies inside the interval of five runs about as often as it should', async () => {
    let inside = 0
    let runs = 0
    for (let seed = 1; seed <= 20; seed++) {
      const bench = benchOf('noise=5%', {}, seed)
      for (const partitions of [1, 16]) {
        const { measurement } = producerPoint(
          await runsOf(5, () => bench.produce(partitions, 5)),
          RECORD_BYTES
        )
        const truth = lawThroughput(parseTruth('').law, partitions)
        const [low, high] = measurement.interval95
        runs += 1
        if (low <= truth && truth <= high) inside += 1
        expect(Math.abs(measurement.bytesPerSecond / truth - 1)).toBeLessThan(0.12)
      }
    }
    // 40 intervals of 95 %: fewer than 34 would come once in hundreds of times.
    expect(inside).toBeGreaterThanOrEqual(34)
    expect(inside).toBeLessThanOrEqual(runs)
  })

  test('warm-up shows in the first windows and is cut off', async () => {
    const { series } = await benchOf('linear:40MB/s,noise=0,jitter=0.2%,warmup=1500ms').produce(1, 5)
    expect(series.from).toBeGreaterThan(2)
    expect(series.windows[0] ?? 0).toBeLessThan(0.7 * 40e6)
    expect(Math.abs(series.bytesPerSecond / 40e6 - 1)).toBeLessThan(0.02)
  })

  test('a slow machine stays slow for a while, so that runs that follow each other are alike', async () => {
    const correlated = async (text: string): Promise<number> => {
      const bench = benchOf(`linear:40MB/s,jitter=0,warmup=0ms,${text}`, {}, 3)
      const runs = await runsOf(120, () => bench.produce(1, 0.5))
      const logs = runs.map(({ series }) => Math.log(series.bytesPerSecond / 40e6))
      let products = 0
      for (let run = 1; run < logs.length; run++) products += logs[run]! * logs[run - 1]!
      return products / logs.reduce((sum, log) => sum + log * log, 0)
    }
    expect(await correlated('noise=5%')).toBeLessThan(0.3)
    expect(await correlated('noise=0,drift=5%')).toBeGreaterThan(0.8)
  })
})

describe('verdicts follow from what was planted', () => {
  const verdict = async (truth: string) => {
    const bench = benchOf(truth)
    await bench.prepare([1, 4])
    return producerPoint(await runsOf(3, () => bench.produce(1, 2)), RECORD_BYTES).verdict.bottleneck
  }

  test('a partition that is full is broker-bound, or what it waits for', async () => {
    expect(await verdict('linear:40MB/s')).toBe('broker-bound')
    expect(await verdict('linear:40MB/s,bound=disk')).toBe('disk-bound')
    expect(await verdict('linear:40MB/s,bound=machine')).toBe('machine-bound')
  })

  test('loaders that all together are too slow are client-bound', async () => {
    expect(await verdict('linear:40MB/s,loader=4MB/s')).toBe('client-bound')
  })

  test('as many loaders as it takes are found', async () => {
    const bench = benchOf(`linear:40MB/s,loader=30MB/s,${EXACT}`)
    const trials = await bench.prepare([1, 4])
    expect(trials.map(({ partitions, loaders }) => [partitions, loaders])).toEqual([
      [1, 1],
      [1, 2],
      [1, 4],
      [4, 2],
      [4, 4],
      [4, 8]
    ])
    const { series, loaderBusy } = await bench.produce(4, 5)
    // Eight bring a third more than four: 160 instead of 120 MB/s.
    expect(Math.abs(series.bytesPerSecond / 160e6 - 1)).toBeLessThan(0.01)
    expect(loaderBusy ?? 1).toBeLessThan(0.75)
  })
})

describe('consumers', () => {
  test('fetching alone is as fast as the truth says, with a handler as E[S] = c + s / Fc says', async () => {
    const bench = benchOf(`fetch=100MB/s,cs2=1,${EXACT}`)
    const fetchOnly = await bench.fetchOnly(5)
    expect(Math.abs(fetchOnly.series.bytesPerSecond / 100e6 - 1)).toBeLessThan(0.01)
    const { series, service, consumerBusy } = await bench.withHandler(5)
    expect(Math.abs(series.bytesPerSecond / (1e6 / 1.01) - 1)).toBeLessThan(0.04)
    expect(consumerBusy).toBeCloseTo(0.01 / 1.01, 6)
    expect(service?.meanMs ?? 0).toBeCloseTo(1, 1)
    expect(Math.abs((service?.varianceMs2 ?? 0) / (service?.meanMs ?? 0) ** 2 - 1)).toBeLessThan(0.15)
    // An exponential time: ln 2, ln 10 and ln 100 of its mean.
    expect(service?.p50Ms ?? 0).toBeCloseTo(0.69, 1)
    expect(service?.p90Ms ?? 0).toBeCloseTo(2.3, 0)
    expect(service?.p99Ms ?? 0).toBeCloseTo(4.6, 0)
  })

  test('a handler takes what the truth says, whatever the plan was told', async () => {
    const { service, series } = await benchOf(`handler=4ms,${EXACT}`).withHandler(5)
    expect(service).toMatchObject({ p50Ms: 4, p99Ms: 4 })
    expect(Math.abs(series.bytesPerSecond / (1e6 / 4.005) - 1)).toBeLessThan(0.01)
  })

  test('a handler that takes half a minute gets its windows in virtual time', async () => {
    const bench = benchOf(EXACT, { process: { kind: 'wait', micros: 30e6 } })
    const { series } = await bench.withHandler(3)
    expect(series.windows.length).toBeGreaterThanOrEqual(10)
    expect(Math.abs(series.bytesPerSecond / (1000 / 30) - 1)).toBeLessThan(0.02)
  })

  test('a module cannot run; the truth may say what it takes', async () => {
    const options = { process: null, handlerModule: './handler.mjs' }
    expect(() => benchOf('', options)).toThrow(/runs no module/)
    const { service } = await benchOf(`handler=2ms,${EXACT}`, options).withHandler(2)
    expect(service?.meanMs).toBeCloseTo(2, 9)
  })
})

describe('the verification', () => {
  // Tc is 1000 B / 1.005 ms = 0.995 MB/s: 121 partitions for 120 MB/s; the law then gives 253 MB/s.
  test('a count that is enough holds, one that is not does not', async () => {
    const enough = await verified(benchOf(EXACT), 125)
    expect(enough.verification).toMatchObject({ verified: true, held: true })
    expect(enough.run?.lagSlope ?? 1).toBeLessThan(0.005 * 120e6)
    expect(enough.audit?.records).toBeGreaterThan(1_200_000)
    const short = await verified(benchOf(EXACT), 110)
    expect(short.verification).toMatchObject({ verified: true, held: false })
    expect(short.run?.verdict.bottleneck).toBe('consumer-bound')
    // 10.5 MB/s of 120 are left over.
    expect((short.run?.lagSlope ?? 0) / 10.5e6).toBeCloseTo(1, 1)
  })

  test('partitions that are too slow do not hold either', async () => {
    const { run, verification } = await verified(benchOf(`linear:0.9MB/s,${EXACT}`, { process: null }), 125)
    expect(verification).toMatchObject({ verified: true, held: false })
    expect(run?.verdict.bottleneck).toBe('broker-bound')
    expect((run?.achievedRate ?? 0) / 112.5e6).toBeCloseTo(1, 1)
  })

  test('a hot key fills its partition, however many there are', async () => {
    // A tenth of 120 MB/s goes to one partition, whose consumer finishes 0.995 MB/s.
    const keys = `keys=weights:1000/${new Array<number>(900).fill(10).join('/')}`
    const { run, verification } = await verified(benchOf(`linear:40MB/s,${keys},${EXACT}`), 400)
    expect(verification).toMatchObject({ verified: true, held: false })
    expect((run?.lagSlope ?? 0) / 11e6).toBeCloseTo(1, 0)
    const even = await verified(benchOf(`linear:40MB/s,${EXACT}`), 400)
    expect(even.verification.held).toBe(true)
  })

  test('with a peak the peak is offered', async () => {
    const { run } = await verified(benchOf(EXACT, { peakFactor: 2 }), 250)
    expect((run?.offeredRate ?? 0) / 240e6).toBeCloseTo(1, 2)
    expect(run?.targetThroughput).toBe(240e6)
  })

  test('loaders that cannot offer the rate say nothing of the count', async () => {
    const { verification } = await verified(benchOf(`loader=50MB/s,${EXACT}`), 125)
    expect(verification.verified).toBe(false)
    expect(verification.sentence).toMatch(/offered only 50 MB\/s of 120 MB\/s/)
  })

  test('a count beyond the planted machine or the simulation is not verified', async () => {
    const bench = benchOf(EXACT)
    expect((await verified(bench, 20_001)).verification.sentence).toMatch(/more than the 20 000/)
    const verifiability = { verifiable: false, sentence: 'Needs 6 cores.' }
    const refused = await bench.verify({ partitions: 4, verifiability }, () => {})
    expect(refused).toMatchObject({
      run: null,
      verification: { verified: false, sentence: 'Needs 6 cores.' }
    })
  })
})

test('what partitions cost is the planted line, with the noise of the truth', async () => {
  const counts = [1, 10, 100, 10_000]
  const truth = 'memory=2MB+48KB,start=20ms+400us,handles=3'
  const exact = await benchOf(`${truth},${EXACT}`).countCosts(counts)
  expect(exact.map(cost => cost.memoryBytes)).toEqual([2.048e6, 2.48e6, 6.8e6, 482e6])
  expect(exact[3]).toMatchObject({ partitions: 10_000, fileHandles: 30_000, startMs: 4020 })
  const noisy = await benchOf(`${truth},noise=3%`).countCosts(counts)
  for (const [index, cost] of noisy.entries()) {
    const error = cost.memoryBytes / (exact[index]?.memoryBytes ?? 0) - 1
    expect(Math.abs(error)).toBeGreaterThan(0)
    expect(Math.abs(error)).toBeLessThan(0.12)
  }
})

test('the audit counts every record, and a planted loss leaves no result', async () => {
  const sound = benchOf(EXACT)
  const { bytes } = await sound.produce(4, 1)
  expect(await sound.audit()).toEqual({ records: bytes / RECORD_BYTES, bytes })
  const losing = benchOf(`lose=3,${EXACT}`)
  await losing.produce(4, 1)
  const audit = losing.audit()
  await expect(audit).rejects.toThrow(HighwaterError)
  await expect(audit).rejects.toThrow(/^No result: the audit of highwater-plan found, .* 3 lost/)
})

test('the same seed gives the same session, to the last digit, for twenty seeds', async () => {
  const session = async (seed: number): Promise<string> => {
    const bench = benchOf('noise=5%,drift=2%,cs2=1,keys=zipf:0.8:100', { seconds: 1 }, seed)
    const trials = await bench.prepare([1])
    const runs = [await bench.produce(2, 0.2), await bench.fetchOnly(0.2)]
    const handler = await bench.withHandler(0.2)
    const costs = await bench.countCosts([4])
    return JSON.stringify([trials, runs, handler, costs, await verified(bench, 20)])
  }
  const texts = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) {
    const text = await session(seed)
    expect(await session(seed)).toBe(text)
    texts.add(text)
  }
  expect(texts.size).toBe(20)
})

test('whoever ends the session gets no further run', async () => {
  const ending = new AbortController()
  const bench = new SimulatedBench({
    truth: parseTruth(''),
    settings: planSettings({ targetThroughput: 1e6 }),
    random: seededRandom(1),
    signal: ending.signal
  })
  await bench.produce(1, 1)
  ending.abort()
  await expect(bench.produce(1, 1)).rejects.toThrow(/interrupted/)
})

describe('a session that is ended while a run goes on', () => {
  const plan = { partitions: 4, verifiability: { verifiable: true, sentence: '' } }
  test.each<[string, (bench: SimulatedBench) => Promise<unknown>]>([
    ['the search for loaders', bench => bench.prepare([1, 4])],
    ['producers', bench => bench.produce(4, 60)],
    ['a consumer', bench => bench.fetchOnly(60)],
    ['a handler', bench => bench.withHandler(60)],
    ['the verification', bench => bench.verify(plan, () => {})]
  ])('ends within it: %s', async (_, run) => {
    const ending = new AbortController()
    const bench = new SimulatedBench({
      truth: parseTruth(''),
      settings: planSettings({ targetThroughput: 1e6, process: WAIT_1_MS }),
      random: seededRandom(1),
      signal: ending.signal
    })
    const running = run(bench)
    // As a signal of the system: heard when the event loop gets its turn.
    setImmediate(() => ending.abort())
    await expect(running).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
  })
})
