import { expect, test } from 'vitest'
import { PASS_STEPS } from '../support/pass-steps.ts'
import { RECOVERY_POINTS } from './crash-points.ts'
import { runCrashes } from './crash-run.ts'

test('threads die behind every step, and no acknowledged record is lost, moved or doubled', async () => {
  const report = await runCrashes({
    kills: 30,
    seed: 1,
    partitions: 16,
    killsPerPassPoint: 1,
    killsPerRecoveryPoint: 1
  })
  expect(report.faults).toEqual([])
  expect(report.acknowledged).toBeGreaterThan(1000)
  expect(Object.keys(report.killsByPoint).sort()).toEqual([...PASS_STEPS, ...RECOVERY_POINTS].sort())
}, 120_000)
