import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PlanProgress, type PlanRun, runPlan } from '../../src/harness/run-plan.ts'

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
    command: 'highwater plan --rate 1MB/s',
    targetThroughput: 1e6,
    process: { kind: 'cpu', micros: 2 },
    runs: 3,
    seconds: 0.25,
    out: null,
    ...changes
  }
}

describe('a plan on the embedded engine', { timeout: 60_000 }, () => {
  test('measures, reads every record back, recommends, and writes its report', async () => {
    const events: PlanProgress[] = []
    const { report, files } = await runPlan(
      smallest({ out: join(directory, 'report'), onProgress: event => events.push(event) })
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
    expect(readdirSync(directory)).toEqual(['report'])
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
