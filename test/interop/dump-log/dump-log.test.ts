/**
 * Kafka's own dump tool reads what this engine wrote: the log of the article this project started from.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Admin, Producer, startCluster } from '../../../src/index.ts'
import { dumpLogSegment, missingPrograms } from '../kafka/kafka-tools.ts'

const TOPIC = 'dataForm'
const FIRST_OFFSET = 77106001
const RECORDS_PER_BATCH = 585
const BATCH_BYTES = 16377
const BATCHES = 7
const TIMESTAMP = 1_600_000_000_000
const MINUTES_MS = 60_000

const missing = missingPrograms()
const runs = missing.length === 0 || process.env['CI'] === 'true'
const reason = missing.length === 0 ? '' : `, not run: this machine has no ${missing.join(' and no ')}`

/** Writes the log through a cluster and closes it. */
async function writeLog(directory: string): Promise<void> {
  const cluster = await startCluster({ 'log.dirs': directory })
  const admin = new Admin(cluster)
  const configs = { 'engine.initial.offset': FIRST_OFFSET }
  await admin.createTopics([{ topic: TOPIC, numPartitions: 1, configs }])
  await admin.close()
  const producer = new Producer(cluster, { 'batch.size': 16384, 'linger.ms': 1000 })
  await producer.partitionsFor(TOPIC)
  for (let offset = FIRST_OFFSET; offset < FIRST_OFFSET + BATCHES * RECORDS_PER_BATCH; offset++) {
    await producer.ready()
    const value = `dataFormIdea${offset}`
    producer.send({ topic: TOPIC, partition: 0, value, timestamp: TIMESTAMP }, () => {})
  }
  await producer.close()
  await cluster.close()
}

describe.runIf(runs)(`Kafka's dump tool on the article's log${reason}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-dump-log-'))
  const segment = join(directory, `${TOPIC}-0`, String(FIRST_OFFSET).padStart(20, '0'))

  beforeAll(() => writeLog(directory), MINUTES_MS)
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test(
    'it finds every batch valid, with 585 records in 16377 bytes',
    () => {
      const batches = dumpLogSegment(`${segment}.log`).filter(line => line.startsWith('baseOffset:'))
      expect(batches).toHaveLength(BATCHES)
      batches.forEach((line, i) => {
        const base = FIRST_OFFSET + i * RECORDS_PER_BATCH
        expect(line).toContain(`baseOffset: ${base} lastOffset: ${base + RECORDS_PER_BATCH - 1} `)
        expect(line).toContain(`count: ${RECORDS_PER_BATCH} `)
        expect(line).toContain(`position: ${i * BATCH_BYTES} `)
        expect(line).toContain(`size: ${BATCH_BYTES} `)
        expect(line).toMatch(/isvalid: true$/)
      })
      expect(readFileSync(`${segment}.log`).byteLength).toBe(BATCHES * BATCH_BYTES)
    },
    5 * MINUTES_MS
  )

  test(
    'it finds every record with its offset, time, null key and value',
    () => {
      const lines = dumpLogSegment(`${segment}.log`, '--print-data-log')
      const records = lines.filter(line => line.startsWith('| offset:'))
      expect(records).toHaveLength(BATCHES * RECORDS_PER_BATCH)
      records.forEach((line, i) => {
        const offset = FIRST_OFFSET + i
        expect(line).toContain(`| offset: ${offset} CreateTime: ${TIMESTAMP} keySize: -1 valueSize: 20 `)
        expect(line).toMatch(new RegExp(`payload: dataFormIdea${offset}$`))
      })
    },
    MINUTES_MS
  )

  test(
    'it believes both indexes, which point to the second batch and those behind it',
    () => {
      const sane = dumpLogSegment(`${segment}.index`, '--index-sanity-check').join('\n')
      expect(sane).toContain('passed sanity check')
      const entries = dumpLogSegment(`${segment}.index`).filter(line => line.startsWith('offset:'))
      const expected = Array.from({ length: BATCHES - 1 }, (_, i) => {
        const lastOffset = FIRST_OFFSET + (i + 2) * RECORDS_PER_BATCH - 1
        return `offset: ${lastOffset} position: ${(i + 1) * BATCH_BYTES}`
      })
      expect(expected.slice(0, 2)).toEqual([
        'offset: 77107170 position: 16377',
        'offset: 77107755 position: 32754'
      ])
      expect(entries).toEqual(expected)
      const times = dumpLogSegment(`${segment}.timeindex`, '--verify-index-only').join('\n')
      expect(times).not.toMatch(/mismatch|not found|out of order/i)
    },
    MINUTES_MS
  )
})
