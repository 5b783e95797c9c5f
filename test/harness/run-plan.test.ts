import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type PlanProgress, type PlanRun, runPlan } from '../../src/harness/run-plan.ts'

const made: string[] = []

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** A run as small as one may be: it shows the way, its figures mean nothing. */
function smallest(changes: Partial<PlanRun> = {}): PlanRun {
  return {
    command: 'highwater plan --rate 1MB/s',
    targetThroughput: 1e6,
    process: { kind: 'cpu', micros: 2 },
    runs: 3,
    seconds: 0.25,
    out: null,
    ...changes
  }
}

/** Directories that an embedded cluster left behind. */
function leftBehind(before: readonly string[]): string[] {
  return readdirSync(tmpdir()).filter(name => name.startsWith('highwater-') && !before.includes(name))
}

describe('a plan on the embedded engine', { timeout: 60_000 }, () => {
  test('measures, reads every record back, recommends, and writes its report', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'plan-test-'))
    made.push(parent)
    const before = readdirSync(tmpdir())
    const events: PlanProgress[] = []
    const { report, files } = await runPlan(
      smallest({ out: join(parent, 'report'), onProgress: event => events.push(event) })
    )
    expect(events.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['start', 'loaders', 'measure', 'audit'])
    )
    expect(report.audit.records).toBeGreaterThan(0)
    expect(report.producer.measurement).toMatchObject({ label: 'saturation', recordBytes: 1000 })
    expect(report.producer.runs).toHaveLength(3)
    expect(report.consumerWithHandler?.runs).toHaveLength(3)
    expect(report.command).toBe('highwater plan --rate 1MB/s --runs 3 --seconds 0.25')
    expect(JSON.parse(readFileSync(files[1]!, 'utf8'))).toEqual(report)
    expect(leftBehind(before)).toEqual([])
  })

  test('ends when it is interrupted, and leaves nothing behind', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'plan-test-'))
    made.push(parent)
    const before = readdirSync(tmpdir())
    const interruption = new AbortController()
    const out = join(parent, 'report')
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
    expect(existsSync(out)).toBe(false)
    expect(leftBehind(before)).toEqual([])
  })
})
