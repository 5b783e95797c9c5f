/** The session by itself: which runs it asks a bench for, in which order, and what it makes of an end. */
import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import type { Measurements } from '../../../src/harness/plan/measurements.ts'
import { foretold, planOutcome } from '../../../src/harness/plan/plan-outcome.ts'
import { makePlanReport } from '../../../src/harness/plan/plan-report.ts'
import { PlanSession, type SessionFindings } from '../../../src/harness/plan/plan-session.ts'
import type { PlanOptions } from '../../../src/harness/plan/plan-settings.ts'
import { interrupted } from '../../../src/harness/run-series.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { measurements, settingsOf } from './fixture.ts'
import { MemoryBench } from './memory-bench.ts'

interface Played {
  readonly bench: MemoryBench
  readonly session: PlanSession
  readonly events: string[]
  readonly clock: ManualClock
  /** All of it with what the session found. */
  readonly whole: (findings: SessionFindings) => Measurements
}

type Given = ConstructorParameters<typeof MemoryBench>[0]

function play(
  options: Partial<PlanOptions> = {},
  given: Given = {},
  shares: readonly number[] | null = null
): Played {
  const clock = new ManualClock()
  const events: string[] = []
  const bench = new MemoryBench({
    ...given,
    before: call => {
      events.push(call)
      given.before?.(call)
    }
  })
  const settings = settingsOf({ points: [1, 2, 4, 16], ...options })
  const whole = (findings: SessionFindings): Measurements => measurements({ settings, findings })
  const session = new PlanSession({
    bench,
    settings,
    clock,
    startedMs: clock.monotonic(),
    progress: (step, text) => events.push(`${step}: ${text}`),
    sharesAt: () => shares,
    judge: findings => planOutcome(whole(findings)).outcome,
    foretell: findings => foretold(whole(findings))
  })
  return { bench, session, events, clock, whole }
}

/** The runs of a session to its end. */
async function runsOf(options: Partial<PlanOptions>): Promise<string[]> {
  const { bench, session } = play(options)
  await session.run()
  return bench.runs
}

/** How often each quantity was measured among these calls. */
function tally(runs: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const run of runs) counted[run] = (counted[run] ?? 0) + 1
  return counted
}

const QUANTITIES = ['produce 1', 'produce 2', 'produce 4', 'produce 16', 'fetch', 'handler']

describe('a session', () => {
  test('measures everything as often as was asked, then audits, verifies and closes', async () => {
    const { bench, session } = play()
    const findings = await session.run()
    expect(bench.calls[0]).toBe('prepare 1,2,4,8,16')
    expect(tally(bench.runs)).toEqual({
      ...Object.fromEntries(QUANTITIES.map(quantity => [quantity, 3])),
      'produce 8': 3
    })
    expect(bench.calls.slice(-3)).toEqual(['costs 4,16,48', 'audit', 'verify 38 evenly'])
    expect(bench.closed).toBe(1)
    expect(findings).toMatchObject({
      loaders: 2,
      heldOut: { partitions: 8, runs: { length: 3 } },
      fetchOnly: { length: 3 },
      withHandler: { length: 3 },
      costs: { length: 3 },
      repeats: [],
      notices: ['noticed'],
      audit: { records: 1000, bytes: 1_000_000 },
      verified: { seconds: 10 },
      interrupted: false
    })
    expect(findings.produce.map(({ partitions, runs }) => [partitions, runs.length])).toEqual([
      [1, 3],
      [2, 3],
      [4, 3],
      [16, 3]
    ])
  })

  test('makes runs as long as was asked', async () => {
    const { bench, session } = play({ seconds: 2.5 })
    await session.run()
    const lengths = bench.calls.flatMap(call => /for (.*) s$/.exec(call)?.[1] ?? [])
    expect(lengths.length).toBeGreaterThan(20)
    expect(new Set(lengths)).toEqual(new Set(['2.5']))
  })

  test('measures each quantity once in each block, in an order that the seed draws', async () => {
    const [one = [], again = [], other = []] = await Promise.all([1, 1, 2].map(seed => runsOf({ seed })))
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
    for (const runs of [one, other]) {
      const blocks = [0, 6, 12].map(from => runs.slice(from, from + 6))
      for (const block of blocks) expect(block.toSorted()).toEqual(QUANTITIES.toSorted())
      expect(new Set(blocks.map(block => block.join())).size).toBeGreaterThan(1)
    }
  })

  test('writes down what ran when', async () => {
    const { bench, session } = play()
    const { order } = await session.run()
    const names = bench.runs.slice(0, 18).map(run => run.replace('produce ', 'N=').replace('fetch', 'Tc'))
    expect(order.slice(0, 18)).toEqual(names)
  })

  test('foretells the count that is left out before it is measured, after all that is fitted', async () => {
    const { session, events } = play()
    await session.run()
    const foretelling = events.findIndex(event =>
      event.startsWith('measure: 8 partitions, not measured yet,')
    )
    // Exactly 50 MB/s a partition in all runs: 400 with 8.
    expect(events[foretelling]).toContain('should reach 400 MB/s')
    const heldOut = events.map((event, index) => (event.startsWith('produce 8 for') ? index : -1))
    expect(heldOut.filter(index => index >= 0)).toHaveLength(3)
    expect(heldOut.filter(index => index >= 0 && index < foretelling)).toEqual([])
    const fitted = events.findLastIndex(event => /^(produce (1|2|4|16)|fetch|handler) for/.test(event))
    expect(fitted).toBeLessThan(foretelling)
  })

  test('leaves no count out, and looks at no costs, where there is none to', async () => {
    const { bench, session } = play({ points: [1], targetThroughput: 20e6 })
    const findings = await session.run()
    expect(bench.calls[0]).toBe('prepare 1')
    expect(findings.heldOut).toBeNull()
    expect(tally(bench.runs)).toEqual({ 'produce 1': 3, fetch: 3, handler: 3 })
  })

  test('measures no handler where none was asked for, or it takes too long', async () => {
    expect((await runsOf({ process: null })).filter(run => run === 'handler')).toEqual([])
    const slow = { kind: 'wait', micros: 10e6 } as const
    expect(
      (await runsOf({ process: slow, targetThroughput: 1000 })).filter(run => run === 'handler')
    ).toEqual([])
  })

  test('offers what keys give to each partition when it verifies', async () => {
    const { bench, session } = play({}, {}, [0.7, 0.3])
    await session.run()
    expect(bench.calls.at(-1)).toBe('verify 38 0.7,0.3')
  })

  test('verifies nothing after a refusal', async () => {
    const { bench, session } = play({}, { withHandler: run => [5, 10, 12][run] ?? 10 })
    const findings = await session.run()
    expect(findings.verified).toBeNull()
    expect(bench.calls.at(-1)).toBe('audit')
    expect(bench.closed).toBe(1)
  })
})

describe('what cannot tell', () => {
  const short = { short: true, runs: undefined, points: [1, 2, 4, 16] }
  /** Apart at first, alike later. */
  const calming = { withHandler: (run: number): number => [5, 10, 12][run] ?? 10 }

  test('is measured again in longer runs, and replaces what was measured before', async () => {
    const { bench, session, whole } = play(short, calming)
    const findings = await session.run()
    expect(tally(bench.runs)['handler']).toBe(6)
    expect(findings.withHandler.map(({ series }) => Math.round(series.bytesPerSecond / 1e6))).toEqual([
      10, 10, 10
    ])
    expect(findings.repeats).toHaveLength(1)
    expect(findings.repeats[0]).toMatch(/^Tc: measured anew, in 3 runs of .* 70 % apart/)
    expect(planOutcome(whole(findings)).outcome).toMatchObject({ kind: 'plan', partitions: 38 })
    const lengths = bench.calls.filter(call => call.startsWith('handler'))
    expect(lengths[0]).not.toBe(lengths[3])
  })

  test('is measured in shorter runs where getting ready took long, and that is said', async () => {
    const late: Given = {
      before: call => {
        if (call.startsWith('prepare')) played.clock.advance(40_000)
      }
    }
    const played = play({ ...short, process: null }, late)
    const { repeats, heldOut } = await played.session.run()
    expect(repeats[0]).toMatch(/^Getting ready took 40 s on a busy machine: runs are cut to 500 ms, so that/)
    expect(heldOut?.runs).toHaveLength(3)
    const lengths = played.bench.calls.filter(call => /^(?:produce|fetch)/.test(call))
    expect(lengths.filter(call => !/ 0\.5 s$/.test(call))).toEqual([])
    expect((await play({ ...short, process: null }).session.run()).repeats).toEqual([])
  })

  test('is measured again alone: what could tell stays', async () => {
    const { bench, session } = play(short, calming)
    const findings = await session.run()
    expect(tally(bench.runs)).toMatchObject({ 'produce 1': 3, 'produce 16': 3, fetch: 3 })
    expect(findings.fetchOnly).toHaveLength(3)
    expect(findings.order.slice(-3)).toEqual(['handler', 'handler', 'handler'])
  })

  test('is measured again with all counts, where it is the producers', async () => {
    // The count hangs on producers: consumers are ten times as fast.
    const produce = (partitions: number, run: number): number => ([5, 10, 12][run] ?? 10) * partitions
    const { bench, session } = play({ ...short, process: null }, { produce })
    const findings = await session.run()
    expect(tally(bench.runs)).toMatchObject({ 'produce 1': 6, 'produce 2': 6, 'produce 16': 6, fetch: 3 })
    expect(findings.produce.map(({ runs }) => runs.length)).toEqual([3, 3, 3, 3])
    for (const { partitions, runs } of findings.produce)
      for (const { series } of runs) expect(series.bytesPerSecond / 1e6).toBeCloseTo(10 * partitions)
  })

  test('is left as it is where the lengths were given', async () => {
    const { bench, session } = play({ ...short, runs: 3 }, calming)
    expect(await session.run()).toMatchObject({ repeats: [], withHandler: { length: 3 } })
    expect(tally(bench.runs)['handler']).toBe(3)
  })
})

/** Ends the session before the nth call of a kind, from 1, as Ctrl-C does. */
function endAt(start: string, nth: number): Given {
  let seen = 0
  return {
    before: call => {
      if (!call.startsWith(start)) return
      seen += 1
      if (seen === nth) throw interrupted()
    }
  }
}

describe('a session that its user ends', () => {
  test.each([
    ['while it starts', 'prepare', 1],
    ['in its first block', 'produce 4', 1],
    ['in its second block', 'produce 4', 2]
  ])('%s has nothing to tell', async (_, start, nth) => {
    const { bench, session } = play({}, endAt(start, nth))
    await expect(session.run()).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
    expect(bench.closed).toBe(1)
  })

  test.each([
    ['in its third block', 'handler', 3],
    ['before the count that was left out', 'produce 8', 1],
    ['in the midst of it', 'produce 8', 3],
    ['before the costs', 'costs', 1],
    ['before the audit', 'audit', 1],
    ['before the verification', 'verify', 1]
  ])('%s keeps what there is, marked, and a report can be made of it', async (_, start, nth) => {
    const { bench, session, whole } = play({}, endAt(start, nth))
    const findings = await session.run()
    expect(findings.interrupted).toBe(true)
    expect(findings.verified).toBeNull()
    expect(bench.closed).toBe(1)
    for (const { runs } of findings.produce) expect(runs.length).toBeGreaterThanOrEqual(2)
    const report = makePlanReport(whole(findings))
    expect(report).toMatchObject({
      interrupted: true,
      exitCode: 130,
      outcome: { kind: 'plan', partitions: 38 }
    })
    expect(report.warnings[0]).toContain('interrupted')
  })

  test('tells of a count that was left out only from two runs on', async () => {
    const endedAt = (nth: number): Promise<SessionFindings> => play({}, endAt('produce 8', nth)).session.run()
    expect((await endedAt(2)).heldOut).toBeNull()
    expect((await endedAt(3)).heldOut?.runs).toHaveLength(2)
  })

  test.each([
    ['handler', 4],
    ['handler', 5],
    ['handler', 6]
  ])('while something is measured again keeps what was measured before: %s, run %i', async (start, nth) => {
    const short = { short: true, runs: undefined }
    const scattered = { withHandler: (run: number): number => [5, 10, 12][run] ?? 10 }
    const { session, whole } = play(short, { ...scattered, ...endAt(start, nth) })
    const findings = await session.run()
    expect(findings.interrupted).toBe(true)
    const rates = findings.withHandler.map(({ series }) => Math.round(series.bytesPerSecond / 1e6))
    expect(rates).toEqual([5, 10, 12])
    expect(makePlanReport(whole(findings))).toMatchObject({ exitCode: 130, outcome: { kind: 'refused' } })
  })

  test('while producers are measured again keeps what was measured before', async () => {
    const produce = (partitions: number, run: number): number => ([5, 10, 12][run] ?? 10) * partitions
    const short = { short: true, runs: undefined, process: null }
    const { session, whole } = play(short, { produce, ...endAt('produce 2', 5) })
    const findings = await session.run()
    expect(findings.produce.map(({ runs }) => runs.length)).toEqual([3, 3, 3, 3])
    expect(makePlanReport(whole(findings))).toMatchObject({ exitCode: 130, outcome: { kind: 'refused' } })
  })
})

describe('a session that fails', () => {
  const fault = new HighwaterError('HIGHWATER_AUDIT', 'No result: the audit found 1 lost.')

  test.each(['prepare', 'produce 2', 'costs', 'audit', 'verify'])(
    'at %s has no findings, and gives everything back',
    async start => {
      const before = (call: string): void => {
        if (call.startsWith(start)) throw fault
      }
      const { bench, session } = play({}, { before })
      await expect(session.run()).rejects.toBe(fault)
      expect(bench.closed).toBe(1)
    }
  )

  test('at the audit offers nothing to the recommended count', async () => {
    const before = (call: string): void => {
      if (call === 'audit') throw fault
    }
    const { bench, session } = play({}, { before })
    await expect(session.run()).rejects.toBe(fault)
    expect(bench.calls.filter(call => call.startsWith('verify'))).toEqual([])
  })
})
