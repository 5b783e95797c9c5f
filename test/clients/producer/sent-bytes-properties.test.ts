/** Bytes on the log are those at the return of `send`, whatever becomes of the buffers they came in. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32cOf } from '../../../src/wire/record/checksum.ts'
import { RecordBatchIterator } from '../../../src/wire/record/record-batch-iterator.ts'
import { settled } from '../../support/manual-clock.ts'
import type { MemoryPartition } from '../../support/memory-broker.ts'
import { ProducerBench } from './producer-bench.ts'

interface Parts {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

interface Sending {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly header: Uint8Array | null
  /** Bytes of the buffer before and behind the value. */
  readonly around: readonly [number, number]
  /** What the caller does with its buffers as soon as `send` has returned. */
  readonly afterwards: 'overwrites' | 'transfers' | 'grows from them'
  readonly answers: boolean
}

const BYTES = fc.uint8Array({ maxLength: 700, size: 'max' })

const SENDING: fc.Arbitrary<Sending> = fc.record({
  key: fc.option(fc.uint8Array({ maxLength: 40 })),
  value: fc.option(BYTES, { freq: 9 }),
  header: fc.option(fc.uint8Array({ maxLength: 40 })),
  around: fc.tuple(fc.nat(20), fc.nat(20)),
  afterwards: fc.constantFrom('overwrites', 'transfers', 'grows from them'),
  answers: fc.boolean()
})

/** The same bytes inside a buffer of their own, with others around them. */
function placed(bytes: Uint8Array | null, [before, behind]: readonly [number, number]): Uint8Array | null {
  if (bytes === null) return null
  const whole = new Uint8Array(before + bytes.length + behind).fill(0xaa)
  whole.set(bytes, before)
  return whole.subarray(before, before + bytes.length)
}

function spoil(bytes: Uint8Array | null, afterwards: Sending['afterwards']): void {
  if (bytes === null) return
  const whole = bytes.buffer
  if (afterwards === 'overwrites') new Uint8Array(whole).fill(0xee)
  else if (afterwards === 'transfers') structuredClone(whole, { transfer: [whole as ArrayBuffer] })
  else new Uint8Array(whole).copyWithin(1, 0).fill(0x55, 0, Math.min(3, whole.byteLength))
}

/** Every record of a log, with copies of its bytes; a batch with a wrong checksum throws. */
function recordsOf({ batches }: MemoryPartition): Parts[] {
  const found: Parts[] = []
  for (const { bytes, baseOffset } of batches) {
    const iterator = new RecordBatchIterator(1 << 20, (at, length) => crc32cOf(bytes, at, at + length))
    iterator.reset(bytes, 0, bytes.length, baseOffset)
    while (iterator.nextBatch()) {
      while (iterator.nextRecord()) {
        const { record } = iterator
        const part = (at: number, length: number): Uint8Array | null =>
          length < 0 ? null : Uint8Array.from(record.bytes.subarray(at, at + length))
        found.push({
          key: part(record.keyAt, record.keyLength),
          value: part(record.valueAt, record.valueLength),
          headers: record.headers().map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) }))
        })
      }
    }
  }
  return found
}

const SITUATION = fc.record({
  codec: fc.constantFrom('none', 'gzip'),
  slots: fc.integer({ min: 2, max: 8 }),
  sendings: fc.array(SENDING, { minLength: 1, maxLength: 40, size: 'max' })
})

test('the log holds what was in the buffers at the return of send, with checksums that fit', async () => {
  let queued = 0
  const property = fc.asyncProperty(SITUATION, async ({ codec, slots, sendings }) => {
    const bench = await ProducerBench.start({
      'batch.size': 1024,
      'buffer.memory': slots * 1024,
      'compression.type': codec,
      'max.block.ms': 3_600_000,
      'delivery.timeout.ms': 3_600_000
    })
    const expected: Parts[] = []
    for (const { key, value, header, around, afterwards, answers } of sendings) {
      const own = { key: placed(key, around), value: placed(value, around), header: placed(header, around) }
      const headers = header === null ? [] : [{ key: 'h', value: own.header }]
      expected.push({ key, value, headers: header === null ? [] : [{ key: 'h', value: header }] })
      bench.producer.send({ topic: 't', partition: 0, key: own.key, value: own.value, headers }, () => {})
      for (const bytes of [own.key, own.value, own.header]) spoil(bytes, afterwards)
      queued += bench.producer.metrics()['waiting-threads'] > 0 ? 1 : 0
      if (answers) bench.lane.answerAll()
    }
    bench.lane.isPrompt = true
    bench.lane.answerAll()
    const flushed = bench.producer.flush()
    for (let tick = 0; tick < 5; tick++) {
      bench.clock.advance(5)
      await settled()
    }
    await flushed
    expect(recordsOf(bench.channel.broker.partition('t', 0))).toEqual(expected)
  })
  await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 40_000 })
  // Copies in the queue are other copies than those in the batches: both must have been met.
  expect(queued).toBeGreaterThan(20)
})
