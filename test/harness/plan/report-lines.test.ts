import { describe, expect, test } from 'vitest'
import { auditLine, backlogLine, lawLine } from '../../../src/harness/plan/report-lines.ts'
import { producerRuns, report, reportOf, VERIFIED } from './fixture.ts'

const run = VERIFIED.run!

describe('the line of the backlog', () => {
  test('says which way it went and what share of the load that is', () => {
    expect(backlogLine({ ...run, lagSlope: 0 })).toBe('Backlog: as large at the end as at the beginning.')
    expect(backlogLine({ ...run, lagSlope: -6e6 })).toBe(
      'Backlog: it shrank by 6 MB/s, 2 % of what was offered.'
    )
    expect(backlogLine({ ...run, lagSlope: 1.5e6 })).toBe(
      'Backlog: it grew by 1.5 MB/s, 0.5 % of what was offered; up to 1 % counts as none.'
    )
    expect(backlogLine({ ...run, lagSlope: -700 })).toBe(
      'Backlog: it shrank by 700 B/s, less than 0.1 % of what was offered.'
    )
  })
})

describe('the line of the audit', () => {
  test('claims no checksum of a simulation, which has no bytes', () => {
    expect(auditLine(report())).toBe(
      '4 234 567 records read back: each offset once, each sequence once, each checksum right'
    )
    expect(auditLine(report({ target: 'sim' }))).toBe(
      '4 234 567 simulated records counted, none lost; there were no bytes to check'
    )
    const none = reportOf({ audit: { records: 0, bytes: 0 }, verified: null })
    expect(auditLine(none)).toMatch(/^none: the measurement ended/)
  })
})

describe('the line of the law', () => {
  test('has all families, those that were neither chosen nor rejected with their weight', () => {
    const weighed = (line: string | null): string | undefined => line?.replaceAll(/weight \d+ %/g, 'weighed')
    expect(weighed(lawLine(report()))).toMatch(
      /^Amdahl: off by 0 % .*, weighed; USL 0 %, weighed; cap 1\.8 %, weighed; linear .*, rejected$/
    )
    const few = [{ partitions: 1, runs: producerRuns(400, 400, 400) }]
    expect(lawLine(reportOf({ produce: few, heldOut: null }))).toBeNull()
  })
})
