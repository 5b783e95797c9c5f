import { describe, expect, test } from 'vitest'
import { reportPage } from '../../src/harness/report-page.ts'
import { notVerified } from '../../src/planner/verification.ts'
import { findings, pointAt, report } from './fixture.ts'

describe('the page', () => {
  test('answers first: the count, its interval and whether it held', () => {
    const page = reportPage(report())
    expect(page).toContain(
      '<p class="answer held">30 partitions, between 30 and 31 as the runs scatter</p>\n' +
        '<p><strong>Verified on this machine.</strong> 30 partitions held: 300\u00a0MB/s of 300\u00a0MB/s '
    )
    expect(page).toContain('this engine on this machine')
  })

  test('colours the answer as the exit code judges: held, did not hold, or not tried', () => {
    const { verified } = findings()
    const failed = { ...verified!, verification: { verified: true, held: false, sentence: 'Too slow.' } }
    const untried = { ...verified!, verification: notVerified('Needs 6 cores.') }
    const shown = [failed, untried].map(checked => {
      const made = report({ verified: checked })
      const [, className, words] =
        /<p class="answer (\w+)">.*\n<p><strong>(.*?)</.exec(reportPage(made)) ?? []
      return [made.exitCode, className, words]
    })
    expect(shown).toEqual([
      [2, 'failed', 'Did not hold on this machine.'],
      [0, 'open', 'Not verified on this machine.']
    ])
  })

  test('breaks no number and parts none from its unit, but leaves a command as it is typed', () => {
    const page = reportPage(report({ command: "npx highwater plan --out 'a 1 000 b'" }))
    expect(page).toContain('4\u202f234\u202f567 records')
    expect(page).toContain('<code>npx highwater plan --out &#39;a 1 000 b&#39;</code>')
    const shown = page.replace(/<(code|title|style)>.*?<\/\1>/gs, '').match(/>[^<]+</g) ?? []
    expect(shown.length).toBeGreaterThan(50)
    expect(shown.filter(text => /\d (?:\d{3}\b|MB\/s|GB|%)/.test(text))).toEqual([])
  })

  test('names each figure beside it, for screens too narrow for a table', () => {
    const page = reportPage(report())
    expect(page.match(/<td class="figure" data-label="median">/g)).toHaveLength(3)
    expect(page).toContain('data-label="95\u00a0% interval">47.6 to 52.5\u00a0MB/s</td>')
  })

  test('stands for itself: no script, no address to load from, two figures', () => {
    const page = reportPage(report())
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\ssrc=|\shref=/i)
    expect(page.match(/<svg /g)).toHaveLength(2)
    expect(page).toContain('prefers-color-scheme:dark')
    expect(page.match(/https?:\/\/[^"]*/g)).toEqual([
      'http://www.w3.org/2000/svg',
      'http://www.w3.org/2000/svg'
    ])
  })

  test('escapes what comes from outside, in text and in figures', () => {
    const hostile = '</script><script>alert(1)</script>&"\''
    const verdict = { bottleneck: 'none' as const, evidence: hostile }
    const { environment, verified } = findings()
    const verification = { verified: true, held: true, sentence: hostile }
    const page = reportPage(
      report({
        command: hostile,
        label: hostile,
        environment: { ...environment, cpuModel: hostile, platform: hostile, nodeVersion: hostile },
        producer: pointAt([50, 50, 50], verdict),
        verified: { ...verified!, verification }
      })
    )
    expect(page).not.toContain('<script')
    expect(page).not.toContain('</script>')
    const escaped = '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;'
    expect(page.split(escaped).length - 1).toBeGreaterThanOrEqual(7)
  })

  test('names the command that would settle it where there is no count', () => {
    const outcome = {
      kind: 'refused' as const,
      reason: 'Tp <never> settled.',
      doubtful: [],
      command: 'plan --seconds 20'
    }
    const page = reportPage(report({ outcome, verified: null }))
    expect(page).toContain('No count: the measurements cannot tell.')
    expect(page).toContain('Tp &lt;never&gt; settled.')
    expect(page).toContain('<code>plan --seconds 20</code>')
    expect(page.match(/<svg /g)).toHaveLength(1)
  })

  test('is well nested', () => {
    const open: string[] = []
    const empty = new Set(['meta', '!doctype'])
    for (const [, slash, name = '', rest = ''] of reportPage(report()).matchAll(
      /<(\/?)([!\w]+)((?:"[^"]*"|[^">])*)>/g
    )) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (!rest.endsWith('/') && !empty.has(name)) open.push(name)
    }
    expect(open).toEqual([])
  })
})
