import { describe, expect, test } from 'vitest'
import {
  busiestShares,
  partitionShares,
  readThreadCpuMs,
  UsageMeter
} from '../../src/harness/machine-usage.ts'
import type { PartitionUsage } from '../../src/harness/target.ts'
import { ManualClock } from '../support/manual-clock.ts'

const BEFORE: PartitionUsage = { cpuMs: 1000, diskMs: 300, blockedMs: 80, pacedMs: 0 }

/** Two seconds later, with so much more of each. */
function later(cpuMs: number, diskMs: number, blockedMs: number | null): PartitionUsage {
  const blocked = blockedMs === null ? null : (BEFORE.blockedMs ?? 0) + blockedMs
  return {
    cpuMs: (BEFORE.cpuMs ?? 0) + cpuMs,
    diskMs: BEFORE.diskMs + diskMs,
    blockedMs: blocked,
    pacedMs: BEFORE.pacedMs
  }
}

describe('the time of a partition thread', () => {
  test('is computing and waiting for the disk, as shares of what has passed', () => {
    const shares = partitionShares(BEFORE, later(500, 1300, 1200), 2)
    expect(shares).toEqual({ cpuMs: 500, busy: 0.25, diskWait: 0.6 })
  })

  test('inside a call to the disk is no wait as far as it computes there', () => {
    expect(partitionShares(BEFORE, later(1900, 1600, 20), 2)).toMatchObject({ busy: 0.95, diskWait: 0.01 })
  })

  test('in which it stood elsewhere is no wait for the disk', () => {
    expect(partitionShares(BEFORE, later(200, 100, 1500), 2)).toMatchObject({ busy: 0.1, diskWait: 0.05 })
  })

  test('is never less than nothing nor more than there was', () => {
    expect(partitionShares(BEFORE, later(2100, 10, -3), 2)).toMatchObject({ busy: 1, diskWait: 0 })
    expect(partitionShares(BEFORE, later(0, 9000, 9000), 2)).toMatchObject({ busy: 0, diskWait: 1 })
  })

  test('is not known where the system does not tell, or another thread has taken over', () => {
    const unknown = { cpuMs: null, busy: null, diskWait: null }
    expect(partitionShares(BEFORE, { ...BEFORE, cpuMs: null }, 2)).toEqual(unknown)
    expect(partitionShares(BEFORE, later(500, 100, null), 2)).toEqual({
      cpuMs: 500,
      busy: 0.25,
      diskWait: null
    })
    expect(partitionShares(BEFORE, { cpuMs: 10, diskMs: 2, blockedMs: 1, pacedMs: 0 }, 2)).toEqual(unknown)
  })

  test('of the thread that has the least left stands for all', () => {
    const computing = { cpuMs: 500, busy: 0.5, diskWait: 0.1 }
    const waiting = { cpuMs: 200, busy: 0.2, diskWait: 0.7 }
    expect(busiestShares([computing, waiting, computing])).toBe(waiting)
    expect(busiestShares([waiting, { cpuMs: 950, busy: 0.95, diskWait: null }]).busy).toBe(0.95)
    expect(busiestShares([computing, { cpuMs: null, busy: null, diskWait: null }]).busy).toBeNull()
    expect(busiestShares([]).busy).toBeNull()
  })
})

describe('usage', () => {
  test('is of the time since the meter was made', () => {
    const clock = new ManualClock()
    const meter = new UsageMeter(clock)
    clock.block(2500)
    expect(meter.read().elapsedSeconds).toBe(2.5)
    expect(meter.read().processCpuSeconds).toBeGreaterThan(0)
  })

  test('of a thread grows while it computes', () => {
    const before = readThreadCpuMs()
    let sum = 0
    for (let i = 0; i < 30_000_000; i++) sum += i % 7
    expect(sum).toBeGreaterThan(0)
    const after = readThreadCpuMs()
    if (before !== null && after !== null) expect(after).toBeGreaterThan(before)
  })
})
