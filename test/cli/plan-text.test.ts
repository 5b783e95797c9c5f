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
    expect(text).toContain('300 MB/s of records of 1 KB; consumers only fetch')
    expect(text).toContain('1 producing thread\n')
    expect(text).toContain('Verified     false. Needs 6 cores; this machine has 2.')
    expect(text).not.toContain('Tc handler')
    expect(text).not.toContain('Report')
  })

  test('names the one command that would settle it where there is no count', () => {
    const outcome = {
      kind: 'refused' as const,
      reason: 'Tp never settled.',
      command: 'highwater plan --seconds 20'
    }
    const text = planText(report({ outcome, verified: null }), FILES)
    expect(text).toContain('Refused      Tp never settled.\nInstead      highwater plan --seconds 20\n')
    expect(text).not.toContain('Recommended')
    expect(text).not.toContain('Verified')
  })

  test('is no wider than a terminal, but for a command', () => {
    const lines = planText(report(), FILES).split('\n')
    expect(lines.filter(line => line.length > 110 && !line.startsWith('For your cluster: '))).toEqual([])
  })
})
