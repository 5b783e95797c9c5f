/** What runs write on a real engine, and what becomes of it. */
import { afterEach, describe, expect, test } from 'vitest'
import { countTopic } from '../../../src/harness/plan/measure-producer.ts'
import { logEnds, loseBatch } from '../stored-logs.ts'
import { RECORD_BYTES, SmallBench } from './small-plan.ts'

const TOPIC = 'written'
const SECONDS = 0.3

let bench: SmallBench | null = null

/** An engine with a topic of each of these counts. */
async function started(counts: readonly number[]): Promise<SmallBench> {
  bench = await SmallBench.start({ topic: TOPIC, bytesPerRunMax: 8e6 })
  for (const partitions of counts)
    await bench.context.target.createTopic(countTopic(TOPIC, partitions), partitions)
  return bench
}

function endsOf({ context }: SmallBench, partitions: number): number[] {
  return logEnds(context.target.logDirectory, countTopic(TOPIC, partitions))
}

afterEach(async () => {
  await bench?.close()
  bench = null
})

describe('what a run wrote', { timeout: 60_000 }, () => {
  test('is read back to the last record, and lies on the disk no more', async () => {
    const small = await started([2])
    const run = await small.producers.run(2, SECONDS)
    expect(run.bytes).toBeGreaterThan(100 * RECORD_BYTES)
    expect(endsOf(small, 2)).toEqual([0, 0])
    const first = await small.producers.audit()
    expect(first.bytes).toBeGreaterThanOrEqual(run.bytes)
    expect(first.bytes).toBe(first.records * RECORD_BYTES)
    // The same threads and files take the next run, from offset 0 on.
    const next = await small.producers.run(2, SECONDS)
    const both = await small.producers.audit()
    expect(both.bytes).toBeGreaterThanOrEqual(first.bytes + next.bytes)
  })

  test('stays on one partition, for consumers, until the next run there', async () => {
    const small = await started([1, 2])
    await small.producers.run(1, SECONDS)
    const [first = 0] = endsOf(small, 1)
    expect(first).toBeGreaterThan(100)
    expect(await small.producers.acknowledged(TOPIC, 1)).toEqual([[first]])
    await small.producers.run(2, SECONDS)
    expect(endsOf(small, 1)).toEqual([first])
    await small.producers.run(1, SECONDS)
    const [second = 0] = endsOf(small, 1)
    expect(await small.producers.acknowledged(TOPIC, 1)).toEqual([[second]])
    expect((await small.producers.audit()).records).toBeGreaterThan(first + second)
  })

  test('is not taken away when a record of it was lost', async () => {
    const small = await started([1])
    await small.producers.run(1, SECONDS)
    loseBatch(small.context.target.logDirectory, TOPIC)
    await expect(small.producers.run(1, SECONDS)).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
    expect(endsOf(small, 1)[0]).toBeGreaterThan(100)
  })
})
