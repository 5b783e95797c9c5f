import { describe, expect, test } from 'vitest'
import { planText } from '../../src/cli/plan-text.ts'
import { storedKeys } from '../../src/harness/plan/measurements.ts'
import { notVerified } from '../../src/planner/verification.ts'
import { findings, report, reportOf, settingsOf, UNTOLD, VERIFIED } from '../harness/plan/fixture.ts'

const FILES = ['/tmp/r/index.html', '/tmp/r/plan.json', '/tmp/r/runs.svg']

describe('the text of a plan', () => {
  test('reads like this', async () => {
    await expect(planText(report(), FILES)).toMatchFileSnapshot('../golden/cli/plan.txt')
  })

  test('is short where there is less to say', () => {
    const verification = notVerified('Needs 6 cores and has 2.')
    const less = findings({
      loaders: 1,
      produce: findings().produce.slice(0, 1),
      heldOut: null,
      withHandler: [],
      costs: [],
      verified: { verification, run: null, seconds: null, audit: null }
    })
    const settings = settingsOf({ process: null, targetThroughput: 20e6 })
    const text = planText(report({ settings, findings: less }), [])
    expect(text).toContain('Tt 20 MB/s of records of 1 KB; consumers only fetch')
    expect(text).toContain('1 producing thread\n')
    expect(text).toContain('Not verified Needs 6 cores and has 2.')
    expect(text).toContain('\nRecommended  1 partition\n')
    for (const word of ['Tc handler', 'Report', 'Law', 'Held out', 'Keys', 'Advice', 'held out'])
      expect(text).not.toContain(word)
  })

  test('names the one command that would settle it where there is no count', () => {
    const text = planText(reportOf(UNTOLD), FILES)
    expect(text).toContain(
      'Refused      The runs of Tc lie 70 % apart, 50 % is permitted.\nInstead      highwater plan '
    )
    expect(text).toContain(' --seconds 20\n')
    for (const word of ['Recommended', 'Verified', 'Cost']) expect(text).not.toContain(word)
  })

  test('tells of the peak, of keys and of a part where there are any', () => {
    const counts = new Float64Array(64).fill(10)
    const hashes = Int32Array.from({ length: 64 }, (_, index) => index)
    const keys = storedKeys({ records: 640, keys: 64, hashes, counts, tailKeys: 0, tailCount: 0 })
    const settings = settingsOf({ targetThroughput: 150e6, peakFactor: 2 })
    const made = report({ keys, settings, findings: findings({ interrupted: true }) })
    const text = planText(made, FILES)
    expect(text).toContain('Tt 150 MB/s, 300 MB/s with peak and growth, of records of 1 KB')
    expect(text).toContain(
      'Keys         64 keys, the hottest 1.6 % of all records; of 64 partitions the fullest gets 1.6 %'
    )
    expect(text).toContain('Doubts       The measurement was interrupted')
  })

  test('tells of a law only what it is worth: the chosen one, and how far each was off', () => {
    const text = planText(report(), FILES)
    expect(text).toMatch(
      /Law {10}Amdahl: off by 0 % at points left out of the fit, .*; USL 0 %, .*; linear 8\.7 %, rejected\n/s
    )
  })

  test('is no wider than a terminal, but for a command, which is one line to be copied', () => {
    const lines = planText(report(), FILES).split('\n')
    expect(lines.filter(line => line.length > 110)).toEqual([])
    const command = `npx highwater plan --rate 300MB/s --out ${'deep/'.repeat(20)}r`
    const made = report({ bareCommand: command, findings: findings(UNTOLD) })
    expect(planText(made, FILES)).toContain(`\nInstead      ${command} --seconds 20\n`)
  })

  test('ends no line inside a number, or between it and its unit', () => {
    for (let length = 40; length < 90; length++) {
      const sentence = `${'x'.repeat(length)} 5 000 006 partitions, 10 % of 18 TB/h.`
      const verification = { verified: true, held: true, sentence }
      const text = planText(reportOf({ verified: { ...VERIFIED, verification } }), FILES)
      expect(text).toContain('5 000 006')
      expect(text).toContain('10 %')
      expect(text).toContain('18 TB/h')
    }
  })

  test('says in words, not with true and false, whether the count held', () => {
    const failed = { verified: true, held: false, sentence: '39 partitions did not hold: too slow.' }
    const text = planText(reportOf({ verified: { ...VERIFIED, verification: failed } }), FILES)
    expect(text).toContain('Did not hold 39 partitions did not hold: too slow.')
    expect(planText(report(), FILES)).toContain('Verified     39 partitions held: ')
  })
})
