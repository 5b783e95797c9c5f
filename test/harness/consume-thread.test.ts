/** The measured consumer in its own thread: what it does with a record is what its rate is of. */
import { afterEach, describe, expect, test } from 'vitest'
import type { AuditResult } from '../../src/harness/audit.ts'
import { ConsumerBench } from '../../src/harness/plan/measure-consumer.ts'
import { WrittenRecords } from '../../src/harness/plan/written-records.ts'
import type { ProcessCost } from '../../src/planner/units.ts'
import { RECORD_BYTES, SmallBench } from './plan/small-plan.ts'
import { damageRecord, logEnds, loseBatch } from './stored-logs.ts'

const SECONDS = 0.3
const TOPIC = 'measured'

let bench: SmallBench | null = null
let consumers: ConsumerBench | null = null
let written: WrittenRecords | null = null

/** An engine with a partition that one loader has filled. */
async function filled(process: ProcessCost | null = null): Promise<{
  small: SmallBench
  reader: ConsumerBench
  directory: string
  end: number
}> {
  const small = await SmallBench.start({ topic: TOPIC, bytesPerRunMax: 4e6, process })
  bench = small
  const { target } = small.context
  await target.createTopic(TOPIC, 1)
  await small.producers.run(1, SECONDS)
  const reader = new ConsumerBench(small.context)
  consumers = reader
  await reader.open()
  const directory = target.logDirectory ?? ''
  return { small, reader, directory, end: logEnds(directory, TOPIC)[0] ?? 0 }
}

/** Reads the partition back, which is to hold so many records, or what was acknowledged. */
async function readBack({ context, producers }: SmallBench, expected?: number): Promise<AuditResult> {
  written = new WrittenRecords(context)
  await written.audit(TOPIC, expected === undefined ? await producers.acknowledged(TOPIC, 1) : [[expected]])
  return written.audited
}

afterEach(async () => {
  await written?.close()
  await consumers?.close()
  written = null
  await bench?.close()
  consumers = null
  bench = null
})

describe('a consumer thread', { timeout: 60_000 }, () => {
  test('runs the handler for each record: with 5 ms it does 200 a second, without it many more', async () => {
    const { reader, end } = await filled({ kind: 'wait', micros: 5000 })
    const without = await reader.fetchOnly(end, SECONDS)
    const withHandler = await reader.withHandler(end, SECONDS)
    const most = 200 * RECORD_BYTES
    // A thread that waits 5 ms is never earlier; how much later, and when it is looked at, is the machine's.
    expect(withHandler.series.bytesPerSecond).toBeLessThan(1.5 * most)
    expect(withHandler.series.bytesPerSecond).toBeGreaterThan(0.2 * most)
    expect(without.series.bytesPerSecond).toBeGreaterThan(5 * withHandler.series.bytesPerSecond)
  })

  test('audits all that lies in the log, and nothing else', async () => {
    const { small, end } = await filled()
    expect(end).toBeGreaterThan(100)
    expect(await readBack(small)).toEqual({
      records: end,
      bytes: end * RECORD_BYTES
    })
  })

  test('refuses a log in which a record was damaged after it was written', async () => {
    const { small, directory } = await filled()
    damageRecord(directory, TOPIC)
    await expect(readBack(small)).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT'
    })
  })

  test('refuses a log with every offset and every checksum, but lost records for doubled ones', async () => {
    const { small, directory } = await filled()
    loseBatch(directory, TOPIC)
    await expect(readBack(small)).rejects.toMatchObject({
      code: 'HIGHWATER_AUDIT',
      message: expect.stringMatching(/\d+ lost, \d+ twice|\d+ twice/)
    })
  })

  test('refuses a log that ends before what was acknowledged', async () => {
    const { small, end } = await filled()
    await expect(readBack(small, end + 1)).rejects.toMatchObject({ code: 'HIGHWATER_AUDIT' })
  })
})
