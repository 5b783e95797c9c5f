import { describe, expect, test } from 'vitest'
import { planSettings } from '../../../src/harness/plan/plan-settings.ts'
import { fitToDisk, fitToRoom } from '../../../src/harness/plan/run-plan.ts'
import { startEmbeddedTarget } from '../../../src/harness/targets/embedded-target.ts'

const MIB = 2 ** 20
/** The verification writes as much as four runs, and one lies there for consumers. */
const RUNS = 5
const settings = planSettings({ targetThroughput: 1e6 })

const on = (freeBytes: number) => ({ directory: '/logs', freeBytes })

describe('the runs of a plan', () => {
  test('stay as they are where there is four times the room for all at one time, or nobody knows', () => {
    // 24 GiB for 25 runs would be 983 MiB; 900 MiB of batches of 1 KB records are a run at most.
    expect(settings.bytesPerRunMax).toBe(928_856_692)
    expect(fitToDisk(settings, null)).toEqual(settings)
    expect(fitToDisk(settings, on(4 * RUNS * 1024 * MIB))).toEqual(settings)
  })

  test('shrink so that no more than a quarter of what is free is taken', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 100 * MIB))).toEqual({ ...settings, bytesPerRunMax: 100 * MIB })
  })

  test('are refused below 16 MiB each, with the room they need and how to give it', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 16 * MIB)).bytesPerRunMax).toBe(16 * MIB)
    expect(() => fitToDisk(settings, on(4 * RUNS * 16 * MIB - 1))).toThrow(
      expect.objectContaining({
        code: 'HIGHWATER_RESOURCES',
        message:
          'Measuring needs 336 MB free on the disk of /logs, which has 336 MB; free some, or set TMPDIR ' +
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
