import { describe, expect, test } from 'vitest'
import { tuneText } from '../../src/cli/tune-text.ts'
import { makeTuneReport } from '../../src/harness/benchmark/tune-report.ts'
import { tuneFindings, tunePlan } from '../harness/benchmark/tune-fixture.ts'

describe('the text of a tuned grid', () => {
  test('reads like this', async () => {
    const text = tuneText(makeTuneReport(tuneFindings()), [
      '/r/index.html',
      '/r/tune.json',
      '/r/batching-p99.svg'
    ])
    await expect(text).toMatchFileSnapshot('../golden/cli/tune.txt')
  })

  test('says so where the model could not be fitted', () => {
    const plan = tunePlan({ lingers: [5], batchSizes: [16_384, 65_536] })
    const text = tuneText(makeTuneReport(tuneFindings({ plan })), [])
    expect(text).toContain('Model        not fitted: fewer than six cells carried the rate\n')
    expect(text).toContain('2 cells of batch.size and linger.ms')
  })

  test('is no wider than a terminal', () => {
    const lines = tuneText(makeTuneReport(tuneFindings()), []).split('\n')
    expect(lines.filter(line => line.length > 110)).toEqual([])
  })
})
