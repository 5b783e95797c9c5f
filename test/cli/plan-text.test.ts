import { describe, expect, test } from 'vitest'
import { planText } from '../../src/cli/plan-text.ts'
import { notVerified } from '../../src/planner/verification.ts'
import { findings, report } from '../harness/fixture.ts'

const FILES = ['/tmp/r/index.html', '/tmp/r/plan.json', '/tmp/r/runs.svg']

describe('the text of a plan', () => {
  test('reads like this', async () => {
    await expect(planText(report(), FILES)).toMatchFileSnapshot('../golden/cli/plan.txt')
  })

  test('is short where there is less to say', () => {
    const { settings } = findings()
    const text = planText(
      report({
        settings: { ...settings, process: null },
        consumerWithHandler: null,
        loaders: 1,
        verified: {
          verification: notVerified('Needs 6 cores; this machine has 2.'),
          run: null,
          seconds: null,
          audit: null
        }
      }),
      []
    )
    expect(text).toContain('Tt 300 MB/s of records of 1 KB; consumers only fetch')
    expect(text).toContain('1 producing thread\n')
    expect(text).toContain('Not verified Needs 6 cores; this machine has 2.')
    expect(text).not.toContain('Tc handler')
    expect(text).not.toContain('Report')
  })

  test('names the one command that would settle it where there is no count', () => {
    const outcome = {
      kind: 'refused' as const,
      reason: 'Tp never settled.',
      doubtful: [],
      command: 'highwater plan --seconds 20'
    }
    const text = planText(report({ outcome, verified: null }), FILES)
    expect(text).toContain('Refused      Tp never settled.\nInstead      highwater plan --seconds 20\n')
    expect(text).not.toContain('Recommended')
    expect(text).not.toContain('Verified')
  })

  test('is no wider than a terminal, but for a command, which is one line to be copied', () => {
    const lines = planText(report(), FILES).split('\n')
    expect(lines.filter(line => line.length > 110)).toEqual([])
    const command = `npx highwater plan --rate 300MB/s --out ${'deep/'.repeat(20)}r --seconds 20`
    const outcome = { kind: 'refused' as const, reason: 'Tp never settled.', doubtful: [], command }
    expect(planText(report({ outcome, verified: null }), FILES)).toContain(`\nInstead      ${command}\n`)
  })

  test('ends no line inside a number, or between it and its unit', () => {
    for (let length = 40; length < 90; length++) {
      const sentence = `${'x'.repeat(length)} 5 000 006 partitions, 10 % of 18 TB/h.`
      const verification = { verified: true, held: true, sentence }
      const text = planText(report({ verified: { ...findings().verified!, verification } }), FILES)
      expect(text).toContain('5 000 006')
      expect(text).toContain('10 %')
      expect(text).toContain('18 TB/h')
    }
  })

  test('says in words, not with true and false, whether the count held', () => {
    const { verified } = findings()
    const failed = { verified: true, held: false, sentence: '30 partitions did not hold: too slow.' }
    const text = planText(report({ verified: { ...verified!, verification: failed } }), FILES)
    expect(text).toContain('Did not hold 30 partitions did not hold: too slow.')
    expect(planText(report(), FILES)).toContain('Verified     30 partitions held: ')
  })
})
