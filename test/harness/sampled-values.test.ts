/** Records of the user's own: how they are stamped, and that they come through a real engine as they are. */
import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { seededRandom } from '../../src/base/random.ts'
import { Consumer } from '../../src/clients/consumer/consumer.ts'
import { type AuditedRecord, auditPartition } from '../../src/harness/audit.ts'
import { RecordFile } from '../../src/harness/inputs/record-sample.ts'
import type { LoadCommand, LoaderData } from '../../src/harness/load-generator-thread.ts'
import { Stamp } from '../../src/harness/record-stamp.ts'
import { pause } from '../../src/harness/run-series.ts'
import { SampledValues } from '../../src/harness/sampled-values.ts'
import { connectTarget, startEmbeddedTarget } from '../../src/harness/targets/embedded-target.ts'
import { ThreadGroup } from '../../src/harness/thread-group.ts'
import { threadEntry } from '../../src/threads/worker-entry.ts'

const LINES = ['{"id":1}', 'x', 'a line of text', '{"id":2,"text":"ünïcode"}', 'y'.repeat(20_000)]
const PARTITION = { topic: 'sampled', partition: 0 }

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'highwater-sampled-'))
  writeFileSync(join(directory, 'r.txt'), LINES.join('\n'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

const sampled = (loader = 3) =>
  new SampledValues(loader, RecordFile.read(join(directory, 'r.txt')).sample().values, seededRandom(loader))

const textOf = (value: Uint8Array): string => Buffer.from(value).toString()

describe('values of a sample', () => {
  test('are given as they are, each once in a circle, in an order of the loader', () => {
    const values = sampled()
    const first = LINES.map((_, sequence) => textOf(values.take(0, sequence)))
    expect([...first].sort()).toEqual([...LINES].sort())
    expect(LINES.map((_, sequence) => textOf(values.take(0, 5 + sequence)))).toEqual(first)
    const orders = [1, 2, 3, 4, 5, 6].map(loader => {
      const others = sampled(loader)
      return LINES.map((_, sequence) => textOf(others.take(0, sequence))).join()
    })
    expect(new Set(orders).size).toBeGreaterThan(1)
  })

  test('have a stamp in a header that tells who they are, and covers every bit', () => {
    const values = sampled()
    const stamp = new Stamp()
    for (let sequence = 0; sequence < LINES.length; sequence++) {
      const value = values.take(9, sequence)
      const [header] = values.headers
      expect(header?.key).toBe('stamp')
      const record = Buffer.concat([value, header?.value ?? Buffer.alloc(0)])
      expect(stamp.readBehind(record, record.length, 0, value.length)).toBe(true)
      expect(stamp).toMatchObject({ sequence, loader: 3, partition: 9 })
      for (const at of [0, value.length - 1, value.length, record.length - 1]) {
        record[at]! ^= 1
        expect(stamp.readBehind(record, record.length, 0, value.length)).toBe(false)
        record[at]! ^= 1
      }
    }
  })
})

describe('a load of a sample', { timeout: 30_000 }, () => {
  test('comes through loader thread and engine as it is, in full, and passes the audit', async () => {
    const target = await startEmbeddedTarget()
    const clock = systemClock
    const { values: sample } = RecordFile.read(join(directory, 'r.txt')).sample()
    const start: LoaderData = { recordBytes: 4000, sample, batchBytes: 16_384, bufferBytes: 4e6, lingerMs: 5 }
    const entry = threadEntry(
      new URL('../../src/harness/x.ts', import.meta.url).href,
      './load-generator-thread.ts'
    )
    const signal = new AbortController().signal
    const group = new ThreadGroup({ clock, signal, target, entry, threadsMax: 1, start })
    try {
      await target.createTopic(PARTITION.topic, 1)
      await group.grow(1)
      const load: LoadCommand = { topic: PARTITION.topic, partitions: 1, recordsPerSecond: null }
      const loading = group.run('load', [load])
      while (group.board.finished() < 1000 && !group.board.isStopped) await pause(clock, 5, signal)
      group.board.stop()
      const [report] = await loading
      const sent = Number(report?.['sent'])
      const consumer = new Consumer(await connectTarget({ ...(await target.openHandle()) }))
      consumer.assign([PARTITION])
      consumer.seek(PARTITION, 0)
      const seen = new Map<string, number>()
      const source = {
        endOffset: () => consumer.endOffset(PARTITION),
        read: (each: (record: AuditedRecord) => void) =>
          consumer.forEach(
            record => {
              const value = record.valueString() ?? ''
              seen.set(value, (seen.get(value) ?? 0) + 1)
              each(record)
            },
            { timeoutMs: 500 }
          )
      }
      const audit = await auditPartition(source, { partition: PARTITION, acknowledged: [sent] })
      expect(sent).toBeGreaterThanOrEqual(1000)
      expect(audit.records).toBe(sent)
      expect([...seen.keys()].sort()).toEqual([...LINES].sort())
      expect(Math.max(...seen.values()) - Math.min(...seen.values())).toBeLessThanOrEqual(1)
      await consumer.close()
    } finally {
      await group.close()
      await target.close()
    }
  })
})
