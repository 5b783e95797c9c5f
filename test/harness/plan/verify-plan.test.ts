import { afterEach, describe, expect, test } from 'vitest'
import { KafkaError } from '../../../src/base/kafka-error.ts'
import type { ProducerBench } from '../../../src/harness/plan/measure-producer.ts'
import type { PlanSettings } from '../../../src/harness/plan/plan-settings.ts'
import { verifyPlan } from '../../../src/harness/plan/verify-plan.ts'
import { logEnds, loseBatch } from '../stored-logs.ts'
import { planOf, RECORD_BYTES, SmallBench } from './small-plan.ts'

let bench: SmallBench | null = null

async function started(changes: Partial<PlanSettings> = {}): Promise<SmallBench> {
  bench = await SmallBench.start(changes)
  return bench
}

afterEach(async () => {
  await bench?.close()
  bench = null
})

/** Records spread evenly, and nobody looks on. */
function quietly(producers: ProducerBench): Parameters<typeof verifyPlan>[2] {
  return { producers, shares: null, onAudit: () => {} }
}

const RATE = 200e3
const TOPIC = 'highwater-plan-verification'

describe('a verification', { timeout: 60_000 }, () => {
  test('offers the rate that was asked for, and reads back what lies in the log', async () => {
    const { context, producers } = await started()
    let ends: number[] = []
    const verified = await verifyPlan(context, planOf(2, RATE, null), {
      producers,
      shares: null,
      onAudit: () => {
        ends = logEnds(context.target.logDirectory, TOPIC)
      }
    })
    expect(verified.run).toMatchObject({ partitions: 2, targetThroughput: RATE })
    const { offeredRate = 0 } = verified.run ?? {}
    // A machine that is full lets a loader be late, though not by a fifth of the run.
    expect(offeredRate).toBeGreaterThan(0.8 * RATE)
    expect(offeredRate).toBeLessThan(1.2 * RATE)
    expect(ends).toHaveLength(2)
    for (const end of ends) expect(end).toBeGreaterThan(0)
    const records = ends.reduce((sum, end) => sum + end, 0)
    expect(verified.audit).toEqual({ records, bytes: records * RECORD_BYTES })
  })

  test('offers the rate with its peak and growth, as the plan is for that', async () => {
    const { context, producers } = await started({ targetThroughput: RATE / 2, offeredThroughput: RATE })
    const { run } = await verifyPlan(context, planOf(1, RATE, null), quietly(producers))
    expect(run?.targetThroughput).toBe(RATE)
    expect(run?.offeredRate).toBeGreaterThan(0.8 * RATE)
    expect(run?.offeredRate).toBeLessThan(1.2 * RATE)
  })

  test('gives each partition its share of the records', async () => {
    const { context, producers } = await started()
    let ends: number[] = []
    await verifyPlan(context, planOf(3, RATE, null), {
      producers,
      shares: [0.7, 0.2, 0.1],
      onAudit: () => {
        ends = logEnds(context.target.logDirectory, TOPIC)
      }
    })
    const records = ends.reduce((sum, end) => sum + end, 0)
    expect(records).toBeGreaterThan(100)
    for (const [partition, share] of [0.7, 0.2, 0.1].entries())
      expect(Math.abs((ends[partition] ?? 0) / records - share)).toBeLessThan(0.05)
  })

  test('has no result when a record of it was lost', async () => {
    // Enough for most of it to be read from the file: the newest 2 MiB lie in memory.
    const targetThroughput = 2e6
    const rates = { targetThroughput, offeredThroughput: targetThroughput }
    const { context, producers } = await started({ ...rates, verifySeconds: 3 })
    const verifying = verifyPlan(context, planOf(1, targetThroughput, null), {
      producers,
      shares: null,
      onAudit: () => loseBatch(context.target.logDirectory, TOPIC)
    })
    await expect(verifying).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringContaining('twice')
    })
  })

  test('runs the handler: a count too small for it does not hold', async () => {
    const process = { kind: 'wait', micros: 20_000 } as const
    const { context, producers } = await started({ process })
    // 50 records a second pass a handler of 20 ms; 200 are offered.
    const { run, verification } = await verifyPlan(context, planOf(1, RATE, process), quietly(producers))
    expect(run?.achievedRate).toBeLessThan(0.6 * RATE)
    expect(verification.held).toBe(false)
  })

  test('is not made of more partitions than the broker takes, and says what sets that', async () => {
    const { context, producers } = await started()
    const { partitions, reason } = await context.target.partitionRoom()
    const { run, verification } = await verifyPlan(
      context,
      planOf(partitions + 1, RATE, null),
      quietly(producers)
    )
    expect(run).toBeNull()
    expect(verification).toEqual({
      verified: false,
      held: false,
      sentence:
        `Verifying ${partitions + 1} partitions needs a thread and a consumer for each; there is room for ` +
        `${partitions} partitions here, set by ${reason}.`
    })
  })

  test('that cannot begin leaves the measurement as it is', async () => {
    const small = await started()
    const crowded = small.seenThrough({
      createTopic: () => Promise.reject(new KafkaError('INVALID_PARTITIONS', 'there is no room for 20'))
    })
    const verified = await verifyPlan(crowded, planOf(20, RATE, null), quietly(small.producers))
    expect(verified).toMatchObject({ run: null, audit: null, verification: { verified: false, held: false } })
    expect(verified.verification.sentence).toMatch(
      /^Verifying 20 partitions could not begin: INVALID_PARTITIONS: .*there is no room for 20/
    )
  })

  test.each([
    ['a thread that could not start', new Error('EMFILE: too many open files, open'), 'EMFILE: too many'],
    ['a disk that refuses', new KafkaError('KAFKA_STORAGE_ERROR', 't-0 is offline'), 't-0 is offline']
  ])('that cannot begin for want of what it takes says so: %s', async (_, error, text) => {
    const small = await started()
    const poor = small.seenThrough({ openHandle: () => Promise.reject(error) })
    const { verification } = await verifyPlan(poor, planOf(2, RATE, null), quietly(small.producers))
    expect(verification.verified).toBe(false)
    expect(verification.sentence).toContain(text)
  })

  test('does not take a fault of the program for a lack of room', async () => {
    const small = await started()
    const broken = small.seenThrough({
      openHandle: () => Promise.reject(new TypeError('x is not a function'))
    })
    await expect(verifyPlan(broken, planOf(2, RATE, null), quietly(small.producers))).rejects.toThrow(
      TypeError
    )
  })
})
