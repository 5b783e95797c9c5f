import { describe, expect, test } from 'vitest'
import { planSettings } from '../../src/harness/plan-settings.ts'
import { fitToDisk } from '../../src/harness/run-plan.ts'

const MIB = 2 ** 20
/** Of the 5 runs, and of trials and verification. */
const settings = planSettings({ targetThroughput: 1e6 })
const RUNS = 13

const on = (freeBytes: number) => ({ directory: '/logs', freeBytes })

describe('the runs of a plan', () => {
  test('stay as they are where the disk has room for all of them four times, or nobody knows', () => {
    expect(settings.bytesPerRunMax).toBe(1024 * MIB)
    expect(fitToDisk(settings, null)).toEqual(settings)
    expect(fitToDisk(settings, on(4 * RUNS * 1024 * MIB))).toEqual(settings)
  })

  test('shrink to a quarter of what is free, shared among them', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 100 * MIB))).toEqual({ ...settings, bytesPerRunMax: 100 * MIB })
  })

  test('are shared among their repeats too, where what cannot tell is measured again', () => {
    const short = planSettings({ targetThroughput: 1e6, short: true })
    // 3 runs three times, and 8 runs of trials and verification.
    expect(fitToDisk(short, on(4 * 17 * 100 * MIB)).bytesPerRunMax).toBe(100 * MIB)
  })

  test('are refused below 16 MiB each, with the room they need and how to give it', () => {
    expect(fitToDisk(settings, on(4 * RUNS * 16 * MIB)).bytesPerRunMax).toBe(16 * MIB)
    expect(() => fitToDisk(settings, on(4 * RUNS * 16 * MIB - 1))).toThrow(
      expect.objectContaining({
        code: 'HIGHWATER_RESOURCES',
        message:
          'Measuring needs 872 MB free on the disk of /logs, which has 872 MB; free some, or set TMPDIR ' +
          'to a directory on another disk.'
      })
    )
  })
})
