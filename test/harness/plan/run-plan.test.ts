import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlanProgress } from '../../../src/harness/plan/plan-session.ts'
import { replayPlan } from '../../../src/harness/plan/replay-plan.ts'
import { type PlanRun, runPlan } from '../../../src/harness/plan/run-plan.ts'
import { damageRecord, logEnds, loseBatch } from '../stored-logs.ts'

const RATE = 200e3
const TOPIC = 'highwater-plan'
/** Of 1, 2, 4 partitions, and of 3, which are left out of the fit. */
const TOPICS = [TOPIC, `${TOPIC}-2`, `${TOPIC}-3`, `${TOPIC}-4`]

const usual = process.env['TMPDIR']
let directory = ''

/** The cluster's own directory lies in one of this test's, so that what stays behind can be told. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plan-test-'))
  process.env['TMPDIR'] = directory
})

afterEach(() => {
  if (usual === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = usual
  rmSync(directory, { recursive: true, force: true })
})

/** A run as small as one may be: it shows the way, its figures mean nothing. */
function smallest(changes: Partial<PlanRun> = {}): PlanRun {
  return {
    command: 'highwater plan --rate 200KB/s',
    targetThroughput: RATE,
    process: { kind: 'cpu', micros: 2 },
    points: [1, 2, 4],
    runs: 3,
    seconds: 0.25,
    out: null,
    ...changes
  }
}

/** The directory with the logs of the engine that runs now. */
function logsOfEngine(): string {
  const [name] = readdirSync(directory).filter(entry => entry.startsWith('highwater-'))
  if (name === undefined) throw new Error('no engine runs')
  return join(directory, name)
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

describe('a plan on the embedded engine', { timeout: 60_000 }, () => {
  test('measures, reads every record back, recommends, verifies, and writes its report', async () => {
    const events: PlanProgress[] = []
    const stored: number[][] = []
    const { report, files } = await runPlan(
      smallest({
        out: join(directory, 'report'),
        onProgress: event => {
          events.push(event)
          // Nobody writes to a topic any more when its audit begins.
          const topics = stored.length === 0 ? TOPICS : [`${TOPIC}-verification`]
          if (event.step === 'audit') stored.push(topics.map(topic => sumOf(logEnds(logsOfEngine(), topic))))
        }
      })
    )
    expect([...new Set(events.map(({ step }) => step))]).toEqual([
      'start',
      'loaders',
      'measure',
      'costs',
      'audit',
      'verify'
    ])
    // At the end of the runs only one partition holds records: all others have given theirs back.
    expect(stored).toHaveLength(2)
    const [[first = 0, ...others] = [], verified = []] = stored
    expect(others).toHaveLength(TOPICS.length - 1)
    expect(sumOf(others)).toBe(0)
    expect(Math.min(first, sumOf(verified))).toBeGreaterThan(0)
    // Read back was what every run had.
    expect(report.audit.records).toBeGreaterThan(first + sumOf(verified))
    expect(report.audit.bytes).toBe(report.audit.records * 1000)
    expect(report.producer.measurement).toMatchObject({ label: 'saturation', recordBytes: 1000 })
    expect(report.producer.runs).toHaveLength(3)
    expect(report.consumerWithHandler?.runs).toHaveLength(3)
    expect(report.counts.map(({ partitions, runs }) => [partitions, runs.length])).toEqual([
      [1, 3],
      [2, 3],
      [4, 3]
    ])
    expect(report.heldOut).toMatchObject({ partitions: 3, runs: { length: 3 } })
    expect(report.loaderTrials.length).toBeGreaterThan(0)
    // The engine that was looked at grew by partitions, each with a thread of its own or a share of one.
    expect(report.costs?.lines.find(({ quantity }) => quantity === 'memoryBytes')?.points).toHaveLength(3)
    expect(report.command).toBe('highwater plan --rate 200KB/s --runs 3 --seconds 0.25')
    // So low a rate takes one partition whatever the runs scatter, so there is always a plan to verify.
    expect(report.outcome).toMatchObject({ kind: 'plan', partitions: 1 })
    expect(report.verification?.run).toMatchObject({ partitions: 1, targetThroughput: RATE })
    const offered = report.verification?.run?.offeredRate ?? 0
    expect(offered).toBeGreaterThan(0.8 * RATE)
    expect(offered).toBeLessThan(1.2 * RATE)
    expect(JSON.parse(readFileSync(files[1]!, 'utf8'))).toEqual(report)
    expect(readdirSync(directory)).toEqual(['report'])
    const { files: replayed, report: again } = replayPlan(join(directory, 'report'), null)
    expect(replayed.filter(({ state }) => state !== 'identical')).toEqual([])
    expect(again).toEqual(report)
  })

  test.each([
    ['a damaged record', damageRecord],
    ['records that were lost for doubled ones', loseBatch]
  ])('gives no number and no report after %s', async (_, spoil) => {
    let spoilt = 0
    const onProgress = ({ step }: PlanProgress): void => {
      if (step !== 'audit') return
      spoil(logsOfEngine(), TOPIC)
      spoilt++
    }
    const running = runPlan(smallest({ out: join(directory, 'report'), onProgress }))
    await expect(running).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(/^No result: the audit of /)
    })
    expect(spoilt).toBe(1)
    expect(readdirSync(directory)).toEqual([])
  })

  test('keeps what there is, marked, when it is interrupted after its second block', async () => {
    const interruption = new AbortController()
    const { report, files } = await runPlan(
      smallest({
        out: join(directory, 'report'),
        signal: interruption.signal,
        onProgress: ({ text }) => {
          if (text.endsWith('run 3 of 3')) interruption.abort()
        }
      })
    )
    expect(report).toMatchObject({ interrupted: true, exitCode: 130, verification: null })
    // A restless machine may leave no plan, and then nothing has a cost.
    expect(report.costs?.lines ?? []).toEqual([])
    expect(report.warnings[0]).toContain('interrupted')
    expect(JSON.parse(readFileSync(files[1]!, 'utf8'))).toEqual(report)
    expect(readdirSync(directory)).toEqual(['report'])
    const { files: replayed } = replayPlan(join(directory, 'report'), null)
    expect(replayed.filter(({ state }) => state !== 'identical')).toEqual([])
  })

  test('measures a simulation, the same twice with the same seed but for time and machine', async () => {
    const simulated = smallest({
      target: { kind: 'sim', truth: 'amdahl:40MB/s:0.02,noise=2%' },
      targetThroughput: 300e6,
      process: { kind: 'wait', micros: 90 },
      points: [1, 2, 4, 16],
      seconds: 2,
      seed: 5
    })
    const [first, second] = [await runPlan(simulated), await runPlan(simulated)]
    expect(first.report).toMatchObject({ target: 'sim', exitCode: 0, outcome: { kind: 'plan' } })
    for (const part of ['outcome', 'counts', 'law', 'heldOut', 'order', 'verification'] as const)
      expect(second.report[part]).toEqual(first.report[part])
    const other = await runPlan({ ...simulated, seed: 6 })
    expect(other.report.counts).not.toEqual(first.report.counts)
  })

  test('gives the consumers of a simulation the handler of its truth, where it names none', async () => {
    const truth = 'amdahl:40MB/s:0.02,noise=2%,handler=2ms,cs2=1'
    const asked = { target: { kind: 'sim', truth }, points: [1, 2, 4, 16], seconds: 2 } as const
    const { report } = await runPlan(smallest({ ...asked, process: null }))
    expect(report.handler?.source).toBe('measured')
    expect(report.handler?.meanMs).toBeCloseTo(2, 0)
    expect(report.handler?.variation).toBeCloseTo(1, 0)
    expect(report.consumerWithHandler).not.toBeNull()
    const told = await runPlan(smallest({ ...asked, process: { kind: 'wait', micros: 1000 } }))
    expect(told.report.handler).toMatchObject({ source: 'given', meanMs: 1 })
  })

  test('ends when it is interrupted, and leaves nothing behind', async () => {
    const interruption = new AbortController()
    const out = join(directory, 'report')
    const running = runPlan(
      smallest({
        out,
        seconds: 600,
        signal: interruption.signal,
        onProgress: ({ step }) => {
          if (step === 'measure') interruption.abort()
        }
      })
    )
    await expect(running).rejects.toMatchObject({ code: 'HIGHWATER_INTERRUPTED' })
    expect(readdirSync(directory)).toEqual([])
  })
})
