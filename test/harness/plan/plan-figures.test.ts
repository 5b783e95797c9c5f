import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cell } from '../../../src/harness/page/data-table.ts'
import type { Figure } from '../../../src/harness/page/figure.ts'
import { parseMeasurements } from '../../../src/harness/plan/measurements.ts'
import { planFigures } from '../../../src/harness/plan/plan-figures.ts'
import { makePlanReport, type PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { reportPage } from '../../../src/harness/plan/report-page.ts'
import { type PlanRun, runPlan } from '../../../src/harness/plan/run-plan.ts'
import { meanWaitMs } from '../../../src/planner/consumer-queue.ts'

const TRUTH = 'usl:40MB/s:0.03:0.001,noise=5%,fetch=467MB/s,handler=1.1ms,cs2=0.5'

/** Peaks, keys, a lag wish and an outage, on a simulation. */
function asked(changes: Partial<PlanRun> = {}): PlanRun {
  return {
    command: 'highwater plan --rate 6MB/s',
    targetThroughput: 6e6,
    peakFactor: 1.5,
    keys: { kind: 'zipf', exponent: 0.7, keys: 20_000 },
    process: { kind: 'wait', micros: 1100 },
    lagSloMs: 20,
    outage: { lengthMs: 600e3, recoverMs: 1800e3 },
    replicationFactor: 3,
    brokers: 6,
    target: { kind: 'sim', truth: TRUTH },
    runs: 3,
    seconds: 1,
    out: null,
    ...changes
  }
}

function tableOf(figure: Figure | null): readonly (readonly Cell[])[] {
  if (figure === null) throw new Error('it is not drawn')
  return figure.table.rows
}

/** The row whose first cells are these. */
function rowOf(figure: Figure | null, ...first: readonly Cell[]): readonly Cell[] | undefined {
  return tableOf(figure).find(row => first.every((cell, index) => row[index] === cell))
}

/** What a reader sees of a page, in one line. */
function shown(page: string): string {
  return page
    .replace(/<(code|title|style|svg)[\s>].*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0\u202f]+/g, ' ')
}

describe('what the figures of a plan say', () => {
  let report: PlanReport

  beforeAll(async () => {
    // As a reader of plan.json has it.
    report = JSON.parse(JSON.stringify((await runPlan(asked())).report)) as PlanReport
  })

  test('is what its requirements say, number by number', () => {
    const { outcome, settings, skew } = report
    if (outcome.kind === 'refused') throw new Error(outcome.reason)
    const { requirements, partitions } = outcome
    const { fullest, shareLimit, consumerService } = requirements
    const figures = planFigures(report)
    const catchUp = fullest?.catchUp
    if (fullest === null || catchUp === null || catchUp === undefined) throw new Error('no load')

    // The limit of a share, the share of the fullest and the partitions that they are worth.
    const shares = tableOf(figures.skew)
    expect(shares).toHaveLength(partitions)
    expect(shares[0]).toEqual([1, fullest.share])
    expect(figures.skew?.caption.replaceAll('\u00a0', ' ')).toContain(
      `within the ${Number((shareLimit * 100).toPrecision(2))} % that one partition may get`
    )
    expect(fullest.share).toBeLessThanOrEqual(shareLimit)
    expect(rowOf(figures.effective, partitions)?.[1]).toBeCloseTo(1 / fullest.share, 9)
    expect(1 / (skew?.hottest ?? 0)).toBeGreaterThan(1 / fullest.share)

    // The wait where the plan works, on the curve.
    expect(rowOf(figures.wait, 'plan')).toEqual(['plan', fullest.utilisation, fullest.meanWaitMs])
    expect(meanWaitMs(consumerService, fullest.utilisation)).toBeCloseTo(fullest.meanWaitMs, 9)
    for (const [, utilisation, waitMs] of tableOf(figures.wait).filter(([point]) => point === 'model')) {
      expect(waitMs).toBeCloseTo(meanWaitMs(consumerService, Number(utilisation)), 9)
    }

    // When the backlog of the fullest is gone.
    const lengthMs = settings.outage?.lengthMs ?? 0
    expect(rowOf(figures.catchUp, 'backlog gone')).toEqual([
      'backlog gone',
      lengthMs + (catchUp.clearedAfterMs ?? Infinity),
      0
    ])
    expect(rowOf(figures.catchUp, 'the consumer starts')?.[2]).toBeCloseTo(
      (fullest.recordsPerSecond * lengthMs * settings.recordBytes) / 1000,
      3
    )
  })

  test('is what its costs say: the consumers that it takes, and what there is of each thing', () => {
    const { costs } = report
    const figures = planFigures(report)
    const page = shown(reportPage(report, figures))
    expect(page).toContain(`At least ${costs?.membersNeeded} carry the load`)
    for (const { limit } of costs?.lines ?? []) {
      if (limit !== null) expect(tableOf(figures.costs).map(row => row[4])).toContain(limit.value)
    }
    const replicas = costs?.cluster.limits.find(({ name }) => name === 'replicas per broker')
    expect(rowOf(figures.costs, 'Replicas of a broker', 'limit: apache-kafka-4.1')?.[4]).toBe(replicas?.limit)
    expect(costs?.lines.filter(({ limit }) => limit !== null).map(({ quantity }) => quantity)).toEqual([
      'memoryBytes',
      'handles',
      'threads'
    ])
  })

  test('of a curve is which families it is the mean of', () => {
    const { law } = report
    const figures = planFigures(report)
    const curve = tableOf(figures.throughput).filter(([, what]) => what === 'curve, weighted fit')
    expect(curve.map(([partitions, , rate]) => [partitions, rate])).toEqual(
      law?.curve.map(({ partitions, median }) => [partitions, median])
    )
    expect(law?.families.length).toBeGreaterThan(1)
    for (const name of ['USL', 'Amdahl', 'cap', 'linear']) expect(figures.throughput.note).toContain(name)
  })

  test('of a simulation claims no machine', () => {
    const page = shown(reportPage(report, planFigures(report)))
    expect(page).toContain('simulated records counted, none lost; there were no bytes to check')
    expect(page).toContain('Machine none, a simulation')
    expect(page).not.toMatch(/checksum|this machine|Processor|Other work/)
  })
})

describe('a refusal', () => {
  let report: PlanReport

  beforeAll(async () => {
    const keys = { kind: 'zipf', exponent: 1.6, keys: 1000 } as const
    report = (await runPlan(asked({ keys }))).report
  })

  test('for a hot key keeps both key figures, with the limit and the ceiling', () => {
    const { outcome, skew } = report
    if (outcome.kind === 'plan' || outcome.requirements === null) throw new Error('not refused')
    const { shareLimit } = outcome.requirements
    const figures = planFigures(report)
    const hottest = skew?.hottest ?? 0
    expect(hottest).toBeGreaterThan(shareLimit)
    // As many as even keys would need.
    expect(tableOf(figures.skew)).toHaveLength(Math.ceil(1 / shareLimit))
    expect(figures.skew?.caption).toMatch(/above the .* that one partition may get/)
    expect(figures.effective?.caption).toBe(
      `No count works as more than ${Number((1 / hottest).toPrecision(3))}, the ceiling of the hottest key.`
    )
  })

  test('keeps formulas, requirements and assumptions, and says what helps', () => {
    const { outcome } = report
    if (outcome.kind === 'plan' || outcome.requirements === null) throw new Error('not refused')
    const page = shown(reportPage(report, planFigures(report)))
    for (const { name } of outcome.requirements.constraints) expect(page).toContain(` ${name} `)
    expect(page).toContain('max(Tt/Tp, Tt/Tc) = max(9/')
    expect(page).toContain('Where each number comes from')
    expect(page).toContain('no number is enough')
    expect(page).toMatch(/split into \d+ parts/)
    expect(page).toContain('None works')
    expect(page).not.toContain('This would settle it')
  })
})

describe('the same seed', () => {
  const root = mkdtempSync(join(tmpdir(), 'seed-'))

  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test('gives the same measurements of a simulation, but for time, duration and command', async () => {
    const texts: string[] = []
    for (const [index, command] of ['first', 'second'].entries()) {
      const out = join(root, String(index))
      await runPlan(asked({ out, command }))
      texts.push(readFileSync(join(out, 'measurements.json'), 'utf8'))
    }
    const [one, other] = texts.map(text => parseMeasurements(text, 'measurements.json'))
    if (one === undefined || other === undefined) throw new Error('not written')
    const { createdAt, durationSeconds, command, bareCommand } = other
    expect(JSON.stringify({ ...one, createdAt, durationSeconds, command, bareCommand })).toBe(
      JSON.stringify(other)
    )
    expect(one.environment).toMatchObject({ cpuModel: 'none, a simulation', busyBefore: null })
    expect(makePlanReport(one).warnings.join()).not.toMatch(/Other work/)
  })
})
