import { describe, expect, test } from 'vitest'
import { benchText } from '../../src/cli/bench-text.ts'
import { makeBenchReport } from '../../src/harness/benchmark/bench-report.ts'
import { benchFindings, consumeFindings, planOf, runOf } from '../harness/benchmark/bench-fixture.ts'

const FILES = ['/r/index.html', '/r/bench.json', '/r/latency-scheduled.hlog', '/r/runs.svg']

describe('the text of a benchmark', () => {
  test('of an open loop reads like this', async () => {
    const text = benchText(makeBenchReport(benchFindings()), FILES)
    await expect(text).toMatchFileSnapshot('../golden/cli/bench-produce.txt')
  })

  test('of saturation reads like this', async () => {
    const command = 'highwater bench e2e --runs 1 --partitions 2 --partition 1'
    const plan = planOf({ workload: 'e2e', rate: undefined, partitions: 2, partition: 1 })
    const text = benchText(makeBenchReport(benchFindings({ command, plan, runs: [runOf()] })), [])
    await expect(text).toMatchFileSnapshot('../golden/cli/bench-e2e.txt')
  })

  test('of consumers reads like this', async () => {
    const text = benchText(makeBenchReport(consumeFindings()), ['/r/index.html', '/r/bench.json'])
    await expect(text).toMatchFileSnapshot('../golden/cli/bench-consume.txt')
  })

  test('has records and bytes a second beside each other, in every line with a rate', () => {
    const text = benchText(makeBenchReport(benchFindings()), FILES)
    expect(text).toMatch(/Rate +50 000 records\/s +5\.2 MB\/s/)
    expect(text).toMatch(/Runs +50 000 records\/s 5\.2 MB\/s/)
    expect(text).toMatch(/Interval +run +records\/s +MB\/s/)
  })

  test('has no two empty lines in a row, whatever there is nothing of', () => {
    expect(benchText(makeBenchReport(consumeFindings()), [])).not.toContain('\n\n\n')
  })

  test('is no wider than a terminal, but for a command', () => {
    const lines = benchText(makeBenchReport(benchFindings()), FILES).split('\n')
    expect(lines.filter(line => line.length > 110)).toEqual([])
  })
})
