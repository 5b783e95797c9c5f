/**
 * Kafka's own dump tool reads what this engine wrote: the log of the article this project started from.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Admin, Producer, startCluster } from '../../../src/index.ts'
import { dumpLogSegment, missingPrograms } from '../kafka/kafka-tools.ts'

const FIRST_OFFSET = 77106001
const RECORDS_PER_BATCH = 585
const BATCH_BYTES = 16377
const BATCHES = 7
const TIMESTAMP = 1_600_000_000_000

const missing = missingPrograms()
const mustRun = process.env['CI'] === 'true'
const title = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', no ')})`

/** Writes the log and gives the path of its only segment, without suffix. The caller removes the cluster. */
async function writeLog(): Promise<{ segment: string; close: () => Promise<void> }> {
  const cluster = await startCluster()
  const topic = 'dataForm'
  const admin = new Admin(cluster)
  const configs = { 'engine.initial.offset': FIRST_OFFSET }
  await admin.createTopics([{ topic, numPartitions: 1, configs }])
  await admin.close()
  const producer = new Producer(cluster, { 'batch.size': 16384, 'linger.ms': 1000 })
  await producer.partitionsFor(topic)
  for (let offset = FIRST_OFFSET; offset < FIRST_OFFSET + BATCHES * RECORDS_PER_BATCH; offset++) {
    await producer.ready()
    void producer.send({ topic, partition: 0, value: `dataFormIdea${offset}`, timestamp: TIMESTAMP })
  }
  await producer.close()
  const segment = join(cluster.logDir, `${topic}-0`, String(FIRST_OFFSET).padStart(20, '0'))
  return { segment, close: () => cluster.close() }
}

test.skipIf(missing.length > 0 && !mustRun)(
  `Kafka's dump tool finds the article's batches, records and index entries${title}`,
  async () => {
    const { segment, close } = await writeLog()
    try {
      const log = dumpLogSegment(`${segment}.log`, '--print-data-log', '--deep-iteration')
      const batches = log.filter(line => line.startsWith('baseOffset:'))
      expect(batches).toHaveLength(BATCHES)
      batches.forEach((line, i) => {
        const base = FIRST_OFFSET + i * RECORDS_PER_BATCH
        expect(line).toContain(`baseOffset: ${base} lastOffset: ${base + RECORDS_PER_BATCH - 1} `)
        expect(line).toContain(`count: ${RECORDS_PER_BATCH} `)
        expect(line).toContain(`position: ${i * BATCH_BYTES} `)
        expect(line).toContain(`size: ${BATCH_BYTES} `)
        expect(line).toMatch(/isvalid: true$/)
      })
      const records = log.filter(line => line.startsWith('| offset:'))
      expect(records).toHaveLength(BATCHES * RECORDS_PER_BATCH)
      records.forEach((line, i) => {
        const offset = FIRST_OFFSET + i
        expect(line).toContain(`| offset: ${offset} CreateTime: ${TIMESTAMP} keySize: -1 valueSize: 20 `)
        expect(line).toMatch(new RegExp(`payload: dataFormIdea${offset}$`))
      })
      expect(readFileSync(`${segment}.log`).byteLength).toBe(BATCHES * BATCH_BYTES)
    } finally {
      await close()
    }
  },
  300_000
)

test.skipIf(missing.length > 0 && !mustRun)(
  `Kafka's dump tool believes the index of the closed log${title}`,
  async () => {
    const { segment, close } = await writeLog()
    try {
      const index = dumpLogSegment(`${segment}.index`, '--index-sanity-check')
      expect(index.join('\n')).toContain('passed sanity check')
      const entries = dumpLogSegment(`${segment}.index`).filter(line => line.startsWith('offset:'))
      expect(entries.slice(0, 2)).toEqual(['offset: 77107170 position: 16377', 'offset: 77107755 position: 32754'])
    } finally {
      await close()
    }
  },
  300_000
)
