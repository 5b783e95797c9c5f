import { describe, expect, test } from 'vitest'
import { type PlanOptions, planSettings } from '../../../../src/harness/plan/plan-settings.ts'
import { checkTruth } from '../../../../src/harness/targets/simulation/sim-truth-check.ts'
import { parseTruth } from '../../../../src/harness/targets/simulation/sim-truth-text.ts'

const check = (truth: string, options: Partial<PlanOptions> = {}): void =>
  checkTruth(parseTruth(truth), planSettings({ targetThroughput: 1e6, points: [1, 4], ...options }))

describe('a truth that a plan cannot be measured on is refused in one sentence', () => {
  test.each([
    [
      'loader=1B/s',
      /^The loader of the truth carries 1 B\/s, not one record of 1 KB a second: give a higher/
    ],
    ['fetch=999B/s', /^The fetch of the truth carries 999 B\/s, not one record of 1 KB a second/],
    ['linear:500B/s', /^The law of the truth leaves 500 B\/s to each of 1 partition, not one record of 1 KB/],
    ['cap:40MB/s:2KB/s', /^The law of the truth leaves 500 B\/s to each of 4 partitions, not one record/],
    ['cs2=1', /^The truth says how a handler varies \(cs2\) but has none: add one, such as handler=2ms\.$/]
  ])('%s', (truth, message) => {
    expect(() => check(truth)).toThrow(message)
  })

  test('a module is nothing that a simulation runs', () => {
    expect(() => check('', { handlerModule: './h.mjs' })).toThrow(/^A simulation runs no module: /)
  })
})

test('one record a second is enough, and a variation of what the plan costs', () => {
  expect(() => check('linear:1KB/s,loader=1KB/s,fetch=1KB/s')).not.toThrow()
  expect(() => check('linear:500B/s', { recordBytes: 500 })).not.toThrow()
  expect(() => check('cs2=1', { process: { kind: 'wait', micros: 1000 } })).not.toThrow()
  expect(() => check('cs2=1,handler=2ms', { handlerModule: './h.mjs' })).not.toThrow()
})
