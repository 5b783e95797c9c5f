/**
 * The pass and the recovery of a partition, with deaths at every access to shared words and at every change
 * of a file.
 */
import { describe, expect, test } from 'vitest'
import { SlotTable } from '../../src/threads/slot-table.ts'
import { explore } from './explorer.ts'
import { type PartitionChanges, type PartitionShape, partitionModel } from './partition-model.ts'

/** The second caller comes after the first death; each batch needs a segment of its own. */
const TWO_DEATHS: PartitionShape = {
  lives: [[0], [1, 0], [1, 0]],
  batches: 1,
  callersRun: false,
  segmentBytes: 100
}

/** A caller beside the host sends two batches through one slot. */
const SLOT_REUSE: PartitionShape = {
  lives: [[0], [0]],
  batches: 2,
  callersRun: true,
  segmentBytes: 1_000,
  wholeViews: true
}

/** Judges an assignment anew without taking it back: the next life meets it again. */
class ForgivingSlots extends SlotTable {
  logEndOffset = 0

  override assignedBase(slot: number): number | null {
    const base = super.assignedBase(slot)
    return base !== null && base >= this.logEndOffset ? null : base
  }
}

const forgiving: PartitionChanges = {
  slotTable: words => new ForgivingSlots(words),
  sweep(_recovery, rings, logEndOffset) {
    for (const { slots } of rings) if (slots instanceof ForgivingSlots) slots.logEndOffset = logEndOffset
  }
}

describe('a partition', () => {
  test('acknowledges what is in its log and nothing else, across two deaths', () => {
    const found = explore(partitionModel(TWO_DEATHS))
    expect(found.violation).toBeNull()
    expect(found.outcomes).toBeGreaterThan(15)
    expect(found.states).toBeGreaterThan(35_000)
  })

  test('answers a caller that runs beside it, across two deaths', () => {
    const found = explore(partitionModel({ ...SLOT_REUSE, lives: [[0], [0], [0]], batches: 1 }))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(250_000)
  })

  test('tells two batches in one slot apart, beside a caller and across a death', () => {
    const found = explore(partitionModel(SLOT_REUSE))
    expect(found.violation).toBeNull()
    expect(found.states).toBeGreaterThan(300_000)
  })
})

describe('a partition would acknowledge a batch that is not in its log', () => {
  test.each<[string, PartitionChanges]>([
    ['without the sweep', { sweep: () => {} }],
    ['if its recovery passed over assignments above the log end and left them standing', forgiving]
  ])('%s', (_name, changes) => {
    const { violation } = explore(partitionModel(TWO_DEATHS, changes))
    expect(violation?.text).toContain('an acknowledged batch is in the log where it was told')
    expect(violation?.trace.filter(step => step === 'host dies').length).toBeGreaterThan(0)
  })

  test('if it completed a batch before it published it', () => {
    const passSteps = ['take', 'assign', 'roll', 'write', 'answer', 'complete', 'publish'] as const
    const { violation } = explore(partitionModel(TWO_DEATHS, { passSteps }))
    expect(violation?.text).toContain('an acknowledged batch is in the log where it was told')
    expect(violation?.trace).toContain('host dies')
  })

  test('if a slot kept its submission number', () => {
    const { violation } = explore(partitionModel(SLOT_REUSE, { submission: () => 1 }))
    expect(violation?.text).toContain('an acknowledged batch is in the log where it was told')
  })
})
