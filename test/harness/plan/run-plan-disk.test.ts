import { describe, expect, test } from 'vitest'
import { planSettings } from '../../../src/harness/plan/plan-settings.ts'
import { fitToDisk, fitToRoom } from '../../../src/harness/plan/run-plan.ts'
import { startEmbeddedTarget } from '../../../src/harness/targets/embedded-target.ts'

const MIB = 2 ** 20
/** 5 runs at each of 1, 2, 4, 8 and 16 partitions, and trials and verification, worth 8. */
const settings = planSettings({ targetThroughput: 1e6 })
const RUNS = 33

const on = (freeBytes: number) => ({ directory: '/logs', freeBytes })

describe('the runs of a plan', () => {
  test('stay as they are where the disk has room for all of them four times, or nobody knows', () => {
    // 6 GiB for 25 runs.
    expect(settings.bytesPerRunMax).toBe(257_698_037)
    expect(fitToDisk(settings, null)).toEqual(settings)
    expect(fitToDisk(settings, on(4 * RUNS * 1024 * MIB))).toEqual(settings)
  })

  test('shrink to a quarter of what is free, shared among them', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 100 * MIB))).toEqual({ ...settings, bytesPerRunMax: 100 * MIB })
  })

  test('are shared among their repeats too, where what cannot tell is measured again', () => {
    const short = planSettings({ targetThroughput: 1e6, short: true })
    // 15 runs three times, and 8 runs of trials and verification.
    expect(fitToDisk(short, on(4 * 53 * 100 * MIB)).bytesPerRunMax).toBe(100 * MIB)
  })

  test('are refused below 16 MiB each, with the room they need and how to give it', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 16 * MIB)).bytesPerRunMax).toBe(16 * MIB)
    expect(() => fitToDisk(settings, on(4 * RUNS * 16 * MIB - 1))).toThrow(
      expect.objectContaining({
        code: 'HIGHWATER_RESOURCES',
        message:
          'Measuring needs 2.21 GB free on the disk of /logs, which has 2.21 GB; free some, or set TMPDIR ' +
          'to a directory on another disk.'
      })
    )
  })
})

describe('the counts of a plan', () => {
  const room = (partitions: number) => ({ partitions, reason: 'a limit of open files' })

  test('stay as they are where there is room for all of them at once', () => {
    // 1 + 2 + 4 + 8 + 16
    expect(settings).toMatchObject({ counts: [1, 2, 4, 16], heldOutCount: 8, costCounts: [4, 16, 48] })
    expect(fitToRoom(settings, room(48))).toEqual(settings)
    expect(fitToRoom(settings, room(31))).toMatchObject({ counts: [1, 2, 4, 16], heldOutCount: 8 })
  })

  test('are halved at their end where there is not, and nothing beyond it is held out', () => {
    expect(fitToRoom(settings, room(30))).toMatchObject({ counts: [1, 2, 4, 8], heldOutCount: null })
    expect(fitToRoom(settings, room(15))).toMatchObject({ counts: [1, 2, 4, 8], heldOutCount: null })
    expect(fitToRoom(settings, room(14))).toMatchObject({ counts: [1, 2, 4], heldOutCount: null })
    expect(fitToRoom(settings, room(6))).toMatchObject({ counts: [1, 2] })
  })

  test('are never fewer than the one partition that everything rests on', () => {
    expect(fitToRoom(settings, room(2))).toMatchObject({ counts: [1], heldOutCount: null })
    expect(fitToRoom(settings, room(0))).toMatchObject({ counts: [1] })
  })

  test('leave those out whose cost could not be looked at', () => {
    expect(fitToRoom(settings, room(47)).costCounts).toEqual([4, 16])
    expect(fitToRoom(settings, room(3)).costCounts).toEqual([])
  })
})

test('a log directory of the user is not written to', async () => {
  await expect(startEmbeddedTarget({ 'log.dirs': '/nowhere' })).rejects.toThrow(/leave log\.dirs out/)
})
