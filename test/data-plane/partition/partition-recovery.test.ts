import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RUN_STATE_ONLINE, RUN_STATE_RECOVERING } from '../../../src/threads/control-block.ts'
import { baseOffsetAt, baseSequenceAt, producerIdAt } from '../../../src/wire/record/record-batch.ts'
import { PASS_STEPS } from '../../support/pass-steps.ts'
import { DIRECTORY, factsOf, splitBatches, syntheticBatch } from '../log/batches.ts'
import { NOW, Rig, type RigSender } from './rig.ts'

const batch = (more: Partial<Parameters<typeof syntheticBatch>[0]> = {}): Uint8Array =>
  syntheticBatch({ baseOffset: 0, leaderEpoch: -1, ...more })

/** A pass that ends before its step `stepsLived`. */
function passUntil(rig: Rig, stepsLived: number): void {
  for (const step of PASS_STEPS.slice(0, stepsLived)) rig.host[step]()
}

test('a cold start serves an empty log', () => {
  const rig = new Rig()
  rig.start()
  expect(rig.view()).toMatchObject({ logStartOffset: 0, logEndOffset: 0, leoSegment: 0, segmentCount: 1 })
  expect(rig.control.runState).toBe(RUN_STATE_ONLINE)
})

test('a cold start publishes the end and all segments of the log it finds', () => {
  const rig = new Rig({ log: { segmentBytes: 150 } })
  rig.start()
  const sender = rig.addSender()
  for (let i = 0; i < 3; i++) sender.submit(batch({ maxTimestamp: NOW + i }))
  rig.settle()
  rig.log.close()
  const again = new Rig({ log: { segmentBytes: 150 } })
  again.storage = rig.storage
  again.start()
  expect(again.view()).toMatchObject({ logEndOffset: 3, leoSegment: 2, leoPosition: 100, segmentFirst: 0 })
  const segments = [0, 1, 2].map(ordinal => [
    again.segments.baseOffset(ordinal),
    again.segments.sealedBytes(ordinal)
  ])
  expect(segments).toEqual([
    [0, 100],
    [1, 100],
    [2, -1]
  ])
  expect([0, 1].map(ordinal => again.segments.maxTimestamp(ordinal))).toEqual([NOW, NOW + 1])
})

test('a batch assigned but not written loses its offset to whoever is first after the recovery', () => {
  const rig = new Rig()
  rig.start()
  const first = rig.addSender()
  const slot = first.submit(batch({ sizeBytes: 120 }))
  passUntil(rig, PASS_STEPS.indexOf('write'))
  expect(first.slots.assignedBase(slot)).toBe(0)
  rig.die()
  rig.start()
  expect(first.slots.assignedBase(slot)).toBe(null)
  rig.settle()
  expect(first.reap()).toMatchObject([{ errorCode: 0, baseOffset: 0 }])
})

test('a death in the sweep is met by sweeping again: two deaths acknowledge nothing that is lost', () => {
  const rig = new Rig()
  rig.start()
  const [first, second] = [rig.addSender(), rig.addSender()]
  second.submit(batch({ sizeBytes: 70 }))
  first.submit(batch({ sizeBytes: 120 }), { publish: true })
  passUntil(rig, PASS_STEPS.indexOf('write'))
  rig.die()
  rig.start(3)
  rig.die()
  rig.start()
  rig.settle()
  const [a] = first.reap()
  const [b] = second.reap()
  const sizes = splitBatches(rig.logBytes()).map(bytes => [factsOf(bytes).baseOffset, bytes.byteLength])
  expect(sizes).toContainEqual([a?.baseOffset, 120])
  expect(sizes).toContainEqual([b?.baseOffset, 70])
  expect(sizes).toHaveLength(2)
})

test('a batch that was published but not answered is answered with its old offset and time', () => {
  const rig = new Rig({ appendTime: true })
  rig.start()
  const sender = rig.addSender()
  sender.submit(batch())
  passUntil(rig, PASS_STEPS.indexOf('answer'))
  rig.die()
  rig.start()
  rig.settle()
  expect(sender.reap()).toMatchObject([{ errorCode: 0, baseOffset: 0, logAppendTime: NOW }])
  expect(splitBatches(rig.logBytes())).toHaveLength(1)
})

test('written but not published bytes are cut', () => {
  const rig = new Rig()
  rig.start()
  const sender = rig.addSender()
  sender.submit(batch())
  rig.settle()
  sender.submit(batch({ sizeBytes: 300 }))
  passUntil(rig, PASS_STEPS.indexOf('publish'))
  expect(rig.logBytes()).toHaveLength(400)
  rig.die()
  rig.start()
  expect(rig.logBytes()).toHaveLength(100)
  expect(rig.view()).toMatchObject({ logEndOffset: 1, leoBytes: 100 })
})

test('a roll that was not published is taken back: its file is gone, the old segment is active', () => {
  const rig = new Rig({ log: { segmentBytes: 150 } })
  rig.start()
  const sender = rig.addSender()
  sender.submit(batch())
  rig.settle()
  sender.submit(batch({ sizeBytes: 140 }))
  passUntil(rig, PASS_STEPS.indexOf('write'))
  expect(rig.segments.sealedBytes(0)).toBe(100)
  rig.die()
  rig.start()
  expect(rig.segments.sealedBytes(0)).toBe(-1)
  expect(rig.storage.exists(`${DIRECTORY}/00000000000000000001.log`)).toBe(false)
  rig.settle()
  expect(rig.view()).toMatchObject({ logEndOffset: 2, leoSegment: 1, leoPosition: 140, leoBytes: 240 })
})

test('until it serves, a recovering host says so', () => {
  const rig = new Rig()
  rig.start(5)
  expect(rig.control.runState).toBe(RUN_STATE_RECOVERING)
})

test('producers are remembered over a death', () => {
  const rig = new Rig()
  rig.start()
  const sender = rig.addSender()
  const idempotent = (baseSequence: number): Uint8Array =>
    batch({ producerId: 9, producerEpoch: 0, baseSequence })
  sender.submit(idempotent(0))
  sender.submit(idempotent(1))
  rig.settle()
  rig.die()
  rig.start()
  for (const sequence of [0, 3, 2]) sender.submit(idempotent(sequence))
  rig.settle()
  expect(sender.reap().map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    [0, 0],
    [0, 1],
    [0, 0],
    [45, -1],
    [0, 2]
  ])
})

/** A sender that keeps every answer beside what was sent. */
class Recorder {
  readonly sender: RigSender
  readonly producerId: number
  readonly acknowledged = new Map<number, number>()
  #sequence = 0
  readonly #sequenceOf = new Map<number, number>()

  constructor(sender: RigSender) {
    this.sender = sender
    this.producerId = 100 + sender.id
  }

  submit(sizeBytes: number): void {
    const baseSequence = this.#sequence++
    const bytes = batch({ producerId: this.producerId, producerEpoch: 0, baseSequence, sizeBytes })
    this.#sequenceOf.set(this.sender.submit(bytes), baseSequence)
  }

  reap(): void {
    for (const { slot, errorCode, baseOffset } of this.sender.reap()) {
      const sequence = this.#sequenceOf.get(slot)
      expect(errorCode, `sequence ${sequence}`).toBe(0)
      if (sequence !== undefined) this.acknowledged.set(sequence, baseOffset)
    }
  }

  get submitted(): number {
    return this.#sequence
  }
}

interface Life {
  /** Batches each sender submits before the pass. */
  readonly sizes: readonly (readonly number[])[]
  /** Passes that live to their end before the one that does not. */
  readonly wholePasses: number
  readonly stepsLived: number
  /** Bytes of the pass that reach the file although it died before its write returned. */
  readonly tornBytes: number
  readonly recoveryDeaths: readonly number[]
}

const life: fc.Arbitrary<Life> = fc.record({
  sizes: fc.tuple(
    fc.array(fc.integer({ min: 61, max: 400 }), { maxLength: 8 }),
    fc.array(fc.integer({ min: 61, max: 400 }), { maxLength: 8 })
  ),
  wholePasses: fc.nat(2),
  stepsLived: fc.nat(PASS_STEPS.length),
  tornBytes: fc.nat(300),
  recoveryDeaths: fc.array(fc.nat(5), { maxLength: 2 })
})

/** What a write that was under way leaves: a part of it behind the published end. */
function tearWrite(rig: Rig, bytes: number): void {
  const { leoSegment, leoPosition } = rig.view()
  const base = String(rig.segments.baseOffset(leoSegment)).padStart(20, '0')
  const file = rig.storage.open(`${DIRECTORY}/${base}.log`, 'write')
  file.write([new Uint8Array(bytes).fill(0xee)], leoPosition)
  file.close()
}

function live(rig: Rig, recorders: readonly Recorder[], { sizes, ...death }: Life): void {
  recorders.forEach((recorder, i) => {
    for (const size of sizes[i] ?? []) recorder.submit(size)
  })
  for (let i = 0; i < death.wholePasses; i++) rig.host.pass()
  if (rig.host.hasWork()) passUntil(rig, death.stepsLived)
  const writeStep = PASS_STEPS.indexOf('write')
  rig.die()
  if (death.tornBytes > 0 && death.stepsLived <= writeStep) tearWrite(rig, death.tornBytes)
  for (const steps of death.recoveryDeaths) rig.start(steps)
  rig.start()
  for (const recorder of recorders) recorder.reap()
}

test('whatever two steps a death falls between, each batch is in the log once and told its place', () => {
  const run = (lives: readonly Life[]): void => {
    const rig = new Rig({ log: { segmentBytes: 1000, indexIntervalBytes: 100 } })
    rig.start()
    const recorders = [new Recorder(rig.addSender()), new Recorder(rig.addSender())]
    for (const each of lives) live(rig, recorders, each)
    rig.settle()
    const batches = splitBatches(rig.logBytes())
    let end = 0
    for (const bytes of batches) {
      expect(baseOffsetAt(new DataView(bytes.buffer), 0)).toBe(end)
      end = factsOf(bytes).lastOffset + 1
    }
    expect(rig.view().logEndOffset).toBe(end)
    for (const recorder of recorders) {
      recorder.reap()
      expect(recorder.acknowledged.size).toBe(recorder.submitted)
      const inLog = batches
        .map(bytes => new DataView(bytes.buffer))
        .filter(view => producerIdAt(view, 0) === recorder.producerId)
        .map(view => [baseSequenceAt(view, 0), baseOffsetAt(view, 0)])
      expect(inLog).toEqual([...recorder.acknowledged].sort(([a], [b]) => a - b))
    }
  }
  fc.assert(fc.property(fc.array(life, { minLength: 1, maxLength: 6 }), run), { numRuns: 150 })
})
