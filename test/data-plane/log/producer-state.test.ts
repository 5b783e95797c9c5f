import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32cOf } from '../../../native-free/crc32c.ts'
import { BatchFacts } from '../../../src/data-plane/log/batch-facts.ts'
import { ProducerState } from '../../../src/data-plane/log/producer-state.ts'

const GOLDEN = join(import.meta.dirname, '../../golden/log')
const OUT_OF_ORDER = { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
const APPEND = { kind: 'append' }

function batch(fields: Partial<BatchFacts>): BatchFacts {
  return Object.assign(new BatchFacts(), { producerId: 7, producerEpoch: 0 }, fields)
}

/** Takes `counts.length` batches of so many records, sequences and offsets from 0. */
function stateAfter(counts: readonly number[], epoch = 0): ProducerState {
  const state = new ProducerState()
  let next = 0
  for (const count of counts) {
    const last = next + count - 1
    state.update(
      batch({
        producerEpoch: epoch,
        baseSequence: next,
        lastSequence: last,
        baseOffset: 1000 + next,
        lastOffset: 1000 + last,
        maxTimestamp: 50 + next
      })
    )
    next += count
  }
  return state
}

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

test('an empty state is the ten bytes that Kafka writes', () => {
  expect(hex(new ProducerState().encode(crc32cOf))).toBe('000148674bc700000000')
})

test('the state of three batches is the snapshot of Kafka byte for byte', () => {
  const golden = new Uint8Array(readFileSync(join(GOLDEN, 'g-idem-0/00000000000000000006.snapshot')))
  const state = new ProducerState()
  let offset = 0
  for (const count of [1, 2, 3]) {
    const last = offset + count - 1
    const maxTimestamp = 1_700_000_000_000 + last
    state.update(
      batch({
        producerId: 0,
        baseSequence: offset,
        lastSequence: last,
        baseOffset: offset,
        lastOffset: last,
        maxTimestamp
      })
    )
    offset += count
  }
  expect(hex(state.encode(crc32cOf))).toBe(hex(golden))
})

test.each(['g-idem-0/00000000000000000006', 'fix-0/00000000000000000016', 'fix-0/00000000000000000068'])(
  'the snapshot %s is decoded and encoded without a change',
  name => {
    const golden = new Uint8Array(readFileSync(join(GOLDEN, `${name}.snapshot`)))
    const state = ProducerState.decode(golden, crc32cOf)
    expect(state?.producerCount).toBe(1)
    expect(hex(state?.encode(crc32cOf) ?? null)).toBe(hex(golden))
  }
)

test('a snapshot with any bit flipped, or cut at any byte, is refused', () => {
  const bytes = stateAfter([3, 4]).encode(crc32cOf)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    expect(ProducerState.decode(flipped, crc32cOf)).toBeNull()
  }
  for (let length = 0; length < bytes.length; length++) {
    expect(ProducerState.decode(bytes.slice(0, length), crc32cOf)).toBeNull()
  }
})

test('an unknown producer may begin with any sequence', () => {
  expect(new ProducerState().check(7, 3, 4711, 4720)).toEqual(APPEND)
})

test('the next sequence is appended, a gap is refused', () => {
  const state = stateAfter([3, 4])
  expect(state.check(7, 0, 7, 9)).toEqual(APPEND)
  expect(state.check(7, 0, 8, 9)).toEqual(OUT_OF_ORDER)
  expect(state.check(7, 0, 0, 0)).toEqual(OUT_OF_ORDER)
})

test('each of the last five batches is a duplicate with its own offset, the sixth is not remembered', () => {
  const state = stateAfter([1, 2, 3, 4, 5, 6])
  expect(state.check(7, 0, 0, 0)).toEqual(OUT_OF_ORDER)
  let sequence = 1
  for (const count of [2, 3, 4, 5, 6]) {
    const verdict = { kind: 'duplicate', baseOffset: 1000 + sequence, timestamp: 50 + sequence }
    expect(state.check(7, 0, sequence, sequence + count - 1)).toEqual(verdict)
    sequence += count
  }
})

test('a batch that shares one end with a known one is not its duplicate', () => {
  const state = stateAfter([3, 4])
  expect(state.check(7, 0, 3, 5)).toEqual(OUT_OF_ORDER)
  expect(state.check(7, 0, 4, 6)).toEqual(OUT_OF_ORDER)
})

test('an older epoch is refused, a newer one begins at sequence 0', () => {
  const state = stateAfter([3], 2)
  expect(state.check(7, 1, 3, 3)).toEqual({ kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' })
  expect(state.check(7, 3, 3, 3)).toEqual(OUT_OF_ORDER)
  expect(state.check(7, 3, 0, 4)).toEqual(APPEND)
})

test('batches of an older epoch are forgotten with the first of a newer one', () => {
  const state = stateAfter([3], 2)
  state.update(batch({ producerEpoch: 3, baseSequence: 0, lastSequence: 2, baseOffset: 9, lastOffset: 11 }))
  expect(state.check(7, 3, 0, 2)).toEqual({ kind: 'duplicate', baseOffset: 9, timestamp: -1 })
  expect(state.check(7, 3, 3, 3)).toEqual(APPEND)
})

test('after sequence 2147483647 comes 0, also inside a batch', () => {
  const state = new ProducerState()
  state.update(
    batch({ baseSequence: 2147483646, lastSequence: 1, baseOffset: 100, lastOffset: 103, maxTimestamp: 5 })
  )
  expect(state.check(7, 0, 2, 2)).toEqual(APPEND)
  expect(state.check(7, 0, 2147483646, 1)).toEqual({ kind: 'duplicate', baseOffset: 100, timestamp: 5 })
  const atEnd = new ProducerState()
  atEnd.update(batch({ baseSequence: 2147483647, lastSequence: 2147483647, baseOffset: 0, lastOffset: 0 }))
  expect(atEnd.check(7, 0, 0, 0)).toEqual(APPEND)
})

test('batches without a producer id leave no trace', () => {
  const state = new ProducerState()
  state.update(batch({ producerId: -1, producerEpoch: -1 }))
  expect(state.producerCount).toBe(0)
})

test('a decoded state knows the last batch of each producer and goes on from there', () => {
  const decoded = ProducerState.decode(stateAfter([3, 4]).encode(crc32cOf), crc32cOf)
  expect(decoded?.check(7, 0, 3, 6)).toEqual({ kind: 'duplicate', baseOffset: 1003, timestamp: 53 })
  expect(decoded?.check(7, 0, 0, 2)).toEqual(OUT_OF_ORDER)
  expect(decoded?.check(7, 0, 7, 7)).toEqual(APPEND)
})

test('the first offset of an open transaction is kept through a snapshot', () => {
  const state = new ProducerState()
  for (const baseOffset of [40, 41]) {
    const sequence = baseOffset - 40
    const sequences = { baseSequence: sequence, lastSequence: sequence }
    state.update(batch({ ...sequences, baseOffset, lastOffset: baseOffset, isTransactional: true }))
  }
  const bytes = state.encode(crc32cOf)
  expect(new DataView(bytes.buffer).getBigInt64(10 + 38)).toBe(40n)
  expect(hex(ProducerState.decode(bytes, crc32cOf)?.encode(crc32cOf) ?? null)).toBe(hex(bytes))
})

test('snapshots do not depend on the order in which producers came', () => {
  const forward = new ProducerState()
  const backward = new ProducerState()
  const facts = [1, 2, 3000, 5e12].map(producerId => batch({ producerId, baseSequence: 0, lastSequence: 0 }))
  for (const each of facts) forward.update(each)
  for (const each of facts.reverse()) backward.update(each)
  expect(hex(forward.encode(crc32cOf))).toBe(hex(backward.encode(crc32cOf)))
})

interface KnownBatch {
  readonly epoch: number
  readonly first: number
  readonly last: number
  readonly base: number
}

/** The rules once more, over the plain list of all batches that were appended. */
function plainVerdict(known: readonly KnownBatch[], epoch: number, first: number, last: number): object {
  const newest = known.at(-1)
  if (newest === undefined) return APPEND
  if (epoch < newest.epoch) return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' }
  const sameEpoch = known.filter(batch => batch.epoch === epoch)
  const duplicate = sameEpoch.slice(-5).find(batch => batch.first === first && batch.last === last)
  if (duplicate !== undefined) return { kind: 'duplicate', baseOffset: duplicate.base }
  const expected = newest.epoch === epoch ? newest.last + 1 : 0
  return first === expected ? APPEND : OUT_OF_ORDER
}

test('verdicts equal those over a plain list of batches, for any sends, resends and epochs', () => {
  const send = fc.record({ epoch: fc.nat(2), first: fc.nat(12), count: fc.integer({ min: 1, max: 3 }) })
  fc.assert(
    fc.property(fc.array(send, { maxLength: 60 }), sends => {
      const state = new ProducerState()
      const known: KnownBatch[] = []
      let base = 0
      for (const { epoch, first, count } of sends) {
        const last = first + count - 1
        const verdict = state.check(7, epoch, first, last)
        expect(verdict).toMatchObject(plainVerdict(known, epoch, first, last))
        if (verdict.kind !== 'append') continue
        known.push({ epoch, first, last, base })
        const sequences = { producerEpoch: epoch, baseSequence: first, lastSequence: last }
        state.update(batch({ ...sequences, baseOffset: base, lastOffset: base + count - 1 }))
        base += count
      }
    })
  )
})
