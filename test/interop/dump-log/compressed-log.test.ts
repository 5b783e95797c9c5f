/**
 * Kafka's own dump tool reads what this engine's producer has compressed, with every codec.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Admin, Producer, type ProducerConfig, startCluster } from '../../../src/index.ts'
import { dumpLogSegment, missingPrograms } from '../kafka/kafka-tools.ts'

const RECORDS = 3000
const TIMESTAMP = 1_600_000_000_000
const MINUTES_MS = 60_000
const SEGMENT = '00000000000000000000.log'

const CASES: readonly (readonly [topic: string, config: ProducerConfig])[] = [
  ['gzip', { 'compression.type': 'gzip' }],
  ['gzip-9', { 'compression.type': 'gzip', 'compression.gzip.level': 9 }],
  ['snappy', { 'compression.type': 'snappy' }],
  ['lz4', { 'compression.type': 'lz4' }],
  ['lz4-17', { 'compression.type': 'lz4', 'compression.lz4.level': 17 }],
  ['zstd', { 'compression.type': 'zstd' }],
  ['zstd-19', { 'compression.type': 'zstd', 'compression.zstd.level': 19 }],
  ['large-lz4', { 'compression.type': 'lz4', 'batch.size': 262_144 }],
  ['large-snappy', { 'compression.type': 'snappy', 'batch.size': 262_144 }]
]

const missing = missingPrograms()
const runs = missing.length === 0 || process.env['CI'] === 'true'
const reason = missing.length === 0 ? '' : `, not run: this machine has no ${missing.join(' and no ')}`

const keyOf = (index: number): string => `key-${index % 50}`
const textOf = (index: number): string =>
  `row ${index} of user-${(index * 7919) % 1000} in Berlin ${'-'.repeat(index % 90)}`

/** Writes one topic per case and closes the log. */
async function writeLogs(directory: string): Promise<void> {
  const cluster = await startCluster({ 'log.dirs': directory })
  const admin = new Admin(cluster)
  await admin.createTopics(CASES.map(([topic]) => ({ topic, numPartitions: 1 })))
  await admin.close()
  for (const [topic, config] of CASES) {
    const producer = new Producer(cluster, { 'linger.ms': 1000, ...config })
    for (let index = 0; index < RECORDS; index++) {
      await producer.ready()
      const headers = index % 100 === 0 ? [{ key: 'row', value: Buffer.from(String(index)) }] : []
      const record = { topic, partition: 0, key: keyOf(index), value: textOf(index), headers }
      producer.send({ ...record, timestamp: TIMESTAMP + index }, () => {})
    }
    await producer.close()
  }
  await cluster.close()
}

describe.runIf(runs)(`Kafka's dump tool on compressed logs${reason}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'highwater-compressed-'))

  beforeAll(() => writeLogs(directory), 2 * MINUTES_MS)
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test.each(CASES.map(([topic]) => topic))(
    'it unfolds every record of %s',
    topic => {
      const file = join(directory, `${topic}-0`, SEGMENT)
      const lines = dumpLogSegment(file, '--deep-iteration', '--print-data-log')
      const codec = topic.replace(/^large-|-\d+$/g, '')
      const batches = lines.filter(line => line.startsWith('baseOffset:'))
      expect(batches.length).toBeGreaterThan(0)
      for (const line of batches) expect(line).toMatch(new RegExp(`compresscodec: ${codec} .*isvalid: true$`))
      const records = lines.filter(line => line.startsWith('| offset:'))
      expect(records).toHaveLength(RECORDS)
      records.forEach((line, index) => {
        const place = `| offset: ${index} CreateTime: ${TIMESTAMP + index} keySize: ${keyOf(index).length} `
        expect(line.startsWith(place)).toBe(true)
        const header = index % 100 === 0 ? 'row' : ''
        expect(line).toContain(`headerKeys: [${header}] key: ${keyOf(index)} payload: ${textOf(index)}`)
      })
    },
    2 * MINUTES_MS
  )
})
