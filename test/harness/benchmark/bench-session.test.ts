import { describe, expect, test } from 'vitest'
import { benchResult } from '../../../src/harness/benchmark/bench-result.ts'
import { BenchSession, type SessionFindings } from '../../../src/harness/benchmark/bench-session.ts'
import {
  type BenchOptions,
  type BenchPlan,
  benchSettings
} from '../../../src/harness/benchmark/bench-settings.ts'
import { parseSizes } from '../../../src/harness/benchmark/payload.ts'
import { advanceSlowly, ManualClock } from '../../support/manual-clock.ts'
import { MemoryCrew } from './memory-crew.ts'

const LOAD: BenchOptions = {
  workload: 'produce',
  rate: { unit: 'records', perSecond: 500 },
  sizes: parseSizes('100'),
  config: { 'batch.size': '400', 'linger.ms': '3', 'buffer.memory': '8000' },
  seconds: 0.4,
  runs: 2
}

interface Session {
  readonly plan: BenchPlan
  readonly crew: MemoryCrew
  readonly steps: string[]
  /** What the session found, or the error it ended with. */
  end(): Promise<SessionFindings>
}

function session(options: BenchOptions, interruption = new AbortController()): Session {
  const clock = new ManualClock()
  const plan = benchSettings(options)
  const crew = new MemoryCrew(clock, plan)
  const steps: string[] = []
  const context = { crew, clock, signal: interruption.signal, onStep: (text: string) => steps.push(text) }
  return {
    plan,
    crew,
    steps,
    async end() {
      const running = new BenchSession(context, plan).run()
      let isOver = false
      const over = (): void => {
        isOver = true
      }
      running.then(over, over)
      for (let step = 0; step < 20_000 && !isOver; step++) await advanceSlowly(clock, 1)
      try {
        return await running
      } finally {
        const closing = crew.close()
        await advanceSlowly(clock, 20)
        await closing
      }
    }
  }
}

describe('a session', () => {
  test('warms up, runs, and reads every record back', async () => {
    const { plan, crew, steps, end } = session(LOAD)
    const { runs, audit } = await end()
    expect(steps).toEqual([
      'warming every thread',
      'produce, run 1 of 2',
      'produce, run 2 of 2',
      'reading every record back'
    ])
    expect(runs).toHaveLength(2)
    const [log] = crew.channel.broker.partitionsOf(plan.load.topic) ?? []
    expect(audit.records).toBe(log?.logEndOffset)
    expect(crew.loads.map(({ recordsPerSecond }) => recordsPerSecond)).toEqual([null, 500, 500])
    const { rate, scheduled } = benchResult(runs, plan)
    expect(rate.recordsPerSecond).toBeCloseTo(500, -1)
    // Every record due in the measured time was timed: 0.4 s at 500 a second, twice.
    expect(scheduled?.count).toBe(400)
    expect(scheduled?.max).toBeLessThan(6000)
  })

  test('of readers too tells how long records took to them', async () => {
    const { plan, crew, end } = session({ ...LOAD, workload: 'e2e', runs: 1 })
    const { runs, audit } = await end()
    const { scheduled, rate } = benchResult(runs, plan)
    expect(scheduled?.count).toBe(200)
    expect(rate.recordsPerSecond).toBeCloseTo(500, -1)
    expect(audit.records).toBeGreaterThan(200)
    expect(crew.loads.at(-1)?.timesAnswers).toBe(false)
  })

  test('of so many records ends with the last of them', async () => {
    const { plan, end } = session({ ...LOAD, seconds: undefined, records: 90, runs: 1 })
    const { runs } = await end()
    const result = benchResult(runs, plan)
    expect(result.runs[0]).toMatchObject({ records: 90 })
    expect(result.runs[0]?.seconds).toBeGreaterThan(0.17)
    expect(result.scheduled?.count).toBe(90)
  })

  test('counts latencies that came after the last sample: they are the longest', async () => {
    // Silent for 90 ms of each 100: the run is over before its last answers come.
    const { plan, end } = session({ ...LOAD, runs: 1, stall: { silentMs: 90, periodMs: 100 } })
    const { scheduled } = benchResult((await end()).runs, plan)
    expect(scheduled?.count).toBe(200)
    expect(scheduled?.max).toBeGreaterThan(80_000)
  })

  test('ends when it is interrupted', async () => {
    const interruption = new AbortController()
    const { crew, steps, end } = session({ ...LOAD, seconds: 300 }, interruption)
    const load = crew.load.bind(crew)
    crew.load = commands => {
      if (steps.includes('produce, run 1 of 2')) queueMicrotask(() => interruption.abort())
      return load(commands)
    }
    await expect(end()).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
  })
})

/** A broker that acknowledges its n-th batch and does `harm` with it. */
function harmBatch({ crew, plan }: Session, nth: number, harm: 'lose' | 'double'): void {
  const createTopic = crew.createTopic.bind(crew)
  crew.createTopic = async (topic, partitions) => {
    await createTopic(topic, partitions)
    const log = crew.channel.broker.partition(plan.load.topic, 0)
    const append = log.append.bind(log)
    let count = 0
    log.append = bytes => {
      count += 1
      if (count !== nth) return append(bytes)
      if (harm === 'lose') return { errorCode: 0, baseOffset: log.logEndOffset }
      const answer = append(bytes)
      log.forgetProducers()
      append(bytes)
      return answer
    }
  }
}

/** acks=1 without idempotence: nobody but the audit would notice. */
const LOSSY: BenchOptions = {
  ...LOAD,
  config: { ...LOAD.config, acks: '1', 'enable.idempotence': 'false' }
}

describe('a target that is not honest gets no result', () => {
  test('when it acknowledged records that it lost', async () => {
    const lossy = session(LOSSY)
    harmBatch(lossy, 130, 'lose')
    await expect(lossy.end()).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(
        /^No result: the audit of [\w-]+ found, among \d+ records read back, \d+ lost \(first: [^)]+\)\.$/
      )
    })
  })

  test('when it wrote records twice', async () => {
    const doubling = session(LOSSY)
    harmBatch(doubling, 130, 'double')
    await expect(doubling.end()).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(/^No result: the audit .* \d+ twice \(first: [^)]+\)\.$/)
    })
  })

  test('when a record failed', async () => {
    const failing = session({ ...LOSSY, config: { ...LOSSY.config, retries: '0' } })
    const createTopic = failing.crew.createTopic.bind(failing.crew)
    failing.crew.createTopic = async (topic, partitions) => {
      await createTopic(topic, partitions)
      const log = failing.crew.channel.broker.partition(topic, 0)
      // KAFKA_STORAGE_ERROR for one batch of the first run.
      log.refusals.push(...new Array<number>(130).fill(0), 56)
    }
    await expect(failing.end()).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(/^No result: records failed, the first with: .+\.$/)
    })
  })

  test('when a reader is left out a record', async () => {
    const lossy = session({ ...LOSSY, workload: 'e2e' })
    harmBatch(lossy, 130, 'lose')
    await expect(lossy.end()).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
  })
})
