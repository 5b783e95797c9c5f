/** The embedded engine as a plan measures it: what a verification runs in. */
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { planSettings } from '../../../src/harness/plan/plan-settings.ts'
import type { Target } from '../../../src/harness/target.ts'
import { EmbeddedBench } from '../../../src/harness/targets/embedded-bench.ts'
import { startEmbeddedTarget } from '../../../src/harness/targets/embedded-target.ts'
import { planOf } from '../plan/small-plan.ts'

const RATE = 200e3
/** Of the engine: few, so that a test meets their limit. */
const THREADS = 6
const settings = { ...planSettings({ targetThroughput: RATE, runs: 3, seconds: 0.3 }), verifySeconds: 1.5 }

let bench: EmbeddedBench | null = null
let measured: Target | null = null

function startTarget(): Promise<Target> {
  return startEmbeddedTarget({ 'engine.partition.threads.max': THREADS })
}

/** A bench with a topic of four partitions, whose loaders are chosen. */
async function prepared(startAnother: () => Promise<Target> = startTarget): Promise<EmbeddedBench> {
  measured = await startTarget()
  const signal = new AbortController().signal
  const around = { clock: systemClock, signal, cores: 1, sample: null }
  bench = new EmbeddedBench({ target: measured, startTarget: startAnother, settings, ...around })
  await bench.prepare([1, 4])
  return bench
}

afterEach(async () => {
  await bench?.close()
  await measured?.close()
  bench = null
  measured = null
})

describe('a verification', { timeout: 60_000 }, () => {
  test('has all threads of an engine of its own, whatever the measured one holds', async () => {
    const small = await prepared()
    // Five partitions of six threads are taken.
    expect(await measured?.partitionRoom()).toMatchObject({ partitions: THREADS - 5 })
    const { run, audit, verification } = await small.verify(planOf(THREADS, RATE, null), () => {}, null)
    expect(verification.verified).toBe(true)
    expect(run).toMatchObject({ partitions: THREADS, targetThroughput: RATE })
    expect(audit?.records).toBeGreaterThan(100)
  })

  test('ends the measured engine first, and its own', async () => {
    const started: Target[] = []
    const small = await prepared(async () => {
      await expect(measured?.openHandle()).rejects.toMatchObject({ code: 'HIGHWATER_CLOSED' })
      const target = await startTarget()
      started.push(target)
      return target
    })
    await small.verify(planOf(2, RATE, null), () => {}, null)
    expect(started).toHaveLength(1)
    await expect(started[0]?.openHandle()).rejects.toMatchObject({ code: 'HIGHWATER_CLOSED' })
  })

  test('is not made of more partitions than such an engine has threads', async () => {
    const small = await prepared()
    const { run, verification } = await small.verify(planOf(THREADS + 1, RATE, null), () => {}, null)
    expect(run).toBeNull()
    expect(verification.sentence).toBe(
      'Verifying 7 partitions needs a thread and a consumer for each; there is room for 6 partitions here, ' +
        'set by engine.partition.threads.max.'
    )
  })

  test('that gets no engine leaves the measurement as it is', async () => {
    const small = await prepared(() =>
      Promise.reject(new HighwaterError('HIGHWATER_RESOURCES', 'there is no memory for it'))
    )
    const verified = await small.verify(planOf(2, RATE, null), () => {}, null)
    expect(verified).toMatchObject({ run: null, audit: null })
    expect(verified.verification.sentence).toBe(
      'Verifying 2 partitions could not begin: there is no memory for it.'
    )
  })
})
