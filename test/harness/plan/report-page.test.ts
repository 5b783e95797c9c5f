import { describe, expect, test } from 'vitest'
import { planFigures } from '../../../src/harness/plan/plan-figures.ts'
import type { PlanReport } from '../../../src/harness/plan/plan-report.ts'
import { reportPage } from '../../../src/harness/plan/report-page.ts'
import { notVerified } from '../../../src/planner/verification.ts'
import { measurements, report, reportOf, settingsOf, UNTOLD, VERIFIED } from './fixture.ts'

const pageOf = (made: PlanReport): string => reportPage(made, planFigures(made))

/** What a reader sees of a page, without commands, names and style. */
function shown(page: string): string {
  return page.replace(/<(code|title|style|svg)[\s>].*?<\/\1>/gs, ' ').replace(/<[^>]*>/g, '\n')
}

describe('the page', () => {
  test('answers first: the count, its interval and whether it held', () => {
    const text = shown(pageOf(report())).replace(/\s+/g, ' ')
    expect(text).toContain('this engine on this machine')
    expect(text.indexOf('39')).toBeLessThan(text.indexOf('Consuming binds'))
    expect(text).toContain('39 partitions held: 300 MB/s of 300 MB/s offered')
  })

  test('says as the exit code judges: held, did not hold, or not tried', () => {
    const failed = { ...VERIFIED, verification: { verified: true, held: false, sentence: 'Too slow.' } }
    const untried = { ...VERIFIED, verification: notVerified('Needs 6 cores.') }
    const words = [VERIFIED, failed, untried].map(verified => {
      const made = reportOf({ verified })
      const text = shown(pageOf(made))
      const said = ['Verified here', 'Did not hold', 'Not verified'].filter(word => text.includes(word))
      return [made.exitCode, said]
    })
    expect(words).toEqual([
      [0, ['Verified here']],
      [2, ['Did not hold']],
      [0, ['Not verified']]
    ])
  })

  test('says of one requirement that it binds, and of the others how many they ask for', () => {
    const page = pageOf(report({ settings: settingsOf({ outage: { lengthMs: 1000, recoverMs: 5000 } }) }))
    const [, demand = ''] = /<section id="demand".*?>(.*?)<\/section>/s.exec(page) ?? []
    const rows = shown(demand)
      .split('\n')
      .filter(line => /^\d+:/.test(line))
    expect(rows.map(row => / binds/.test(row))).toEqual([false, false, true, false])
    expect(rows[2]).toMatch(/^47: .* = 46\.1\d, so 47\. Catching up binds/)
  })

  test('tells the backlog of the run that was tried, and the numbers of the law', () => {
    const text = shown(pageOf(report())).replace(/[\s\u00a0]+/g, ' ')
    expect(text).toContain('When tried Backlog: as large at the end as at the beginning.')
    expect(text).toMatch(/λ 50 MB\/s \[[\d.]+ MB\/s, [\d.]+ MB\/s\], σ 0\.01 \[/)
  })

  test('names the command that would settle it where there is no count', () => {
    const made = reportOf(UNTOLD)
    const page = pageOf(made)
    if (made.outcome.kind === 'plan') throw new Error('a plan')
    const commands = [...page.matchAll(/<code>(.*?)<\/code>/gs)].map(([, code = '']) =>
      code.replace(/<[^>]*>/g, '')
    )
    expect(commands).toContain(made.outcome.command)
    expect(shown(page).replace(/\s+/g, ' ')).toContain('The runs of Tc lie 70 % apart')
  })

  test('says of a part, of a first look and of a simulation what they are', () => {
    expect(shown(pageOf(reportOf({ interrupted: true })))).toContain('interrupted')
    expect(shown(pageOf(report({ settings: settingsOf({ short: true }) })))).toContain('first look')
    expect(shown(pageOf(report({ target: 'sim' })))).toContain('simulation, no machine')
    expect(shown(pageOf(report()))).not.toMatch(/interrupted|first look|simulation/)
  })

  test('stands for itself: no script, no address to load from', () => {
    const page = pageOf(report())
    expect(
      page.match(/<script|<img|@import|url\(|\ssrc=|\shref="(?!#|data:|[\w-]+\.(?:svg|csv|json)")/gi)
    ).toBeNull()
    expect(new Set(page.match(/https?:\/\/[^"'\s<]*/g))).toEqual(new Set(['http://www.w3.org/2000/svg']))
    expect(page.includes('prefers-color-scheme')).toBe(true)
  })

  test('escapes what comes from outside', () => {
    const hostile = '</script><script>alert(1)</script>&"\''
    const { environment } = measurements()
    const made = report({
      command: hostile,
      bareCommand: hostile,
      label: hostile,
      notices: [hostile],
      environment: { ...environment, cpuModel: hostile, platform: hostile, nodeVersion: hostile }
    })
    const sentence = { ...made.verification!, sentence: hostile }
    const page = pageOf({ ...made, verification: sentence })
    expect(page.match(/<\/?script/g)).toBeNull()
    expect(page.split('&lt;script&gt;alert(1)').length - 1).toBeGreaterThanOrEqual(6)
  })

  test('is well nested', () => {
    const open: string[] = []
    const empty = new Set(['meta', '!doctype', 'br', 'hr', 'col', 'link'])
    for (const [, slash, name = '', rest = ''] of pageOf(report()).matchAll(
      /<(\/?)([!\w]+)((?:"[^"]*"|[^">])*)>/g
    )) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (!rest.endsWith('/') && !empty.has(name)) open.push(name)
    }
    expect(open).toEqual([])
  })
})
