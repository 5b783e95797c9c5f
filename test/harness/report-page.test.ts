import { describe, expect, test } from 'vitest'
import { reportPage } from '../../src/harness/report-page.ts'
import { findings, pointAt, report } from './fixture.ts'

describe('the page', () => {
  test('answers first: the count, its interval and whether it held', () => {
    const page = reportPage(report())
    expect(page).toContain('<p class="answer">30 partitions, between 30 and 31 as the runs scatter</p>')
    expect(page).toContain('30 partitions held: 300 MB/s of 300 MB/s offered, and the backlog did not grow.')
    expect(page).toContain('this engine on this machine')
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
        environment: { ...environment, cpuModel: hostile, platform: hostile, commit: hostile },
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
    const outcome = { kind: 'refused' as const, reason: 'Tp <never> settled.', command: 'plan --seconds 20' }
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
