import { describe, expect, test } from 'vitest'
import { TUNE_FILES, tuneFiles } from '../../../src/harness/benchmark/tune-page.ts'
import { makeTuneReport, type TuneReport } from '../../../src/harness/benchmark/tune-report.ts'
import { formatDuration } from '../../../src/planner/units.ts'
import { figuresIn, foreign, lostValues, shown, unclosed } from './page-checks.ts'
import { gridRuns, tuneFindings, tunePlan } from './tune-fixture.ts'

const report = (changes: Partial<TuneReport> = {}): TuneReport => ({
  ...makeTuneReport(tuneFindings()),
  ...changes
})

/** Of the first cell. */
const leastP99 = ({ cells }: TuneReport): string => formatDuration((cells[0]?.latency.p99 ?? 0) / 1000)

const pageOf = (made: TuneReport): string => tuneFiles(made).get('index.html') ?? ''

/** Two cells of one run: no model, no comparison. */
function smallReport(): TuneReport {
  const plan = tunePlan({ lingers: [5], batchSizes: [16_384, 65_536], runs: 1 })
  const runs = gridRuns(plan).map(({ saturation, paced }) => ({
    saturation: saturation.slice(0, 1),
    paced: paced.slice(0, 1)
  }))
  return makeTuneReport(tuneFindings({ plan, runs }))
}

describe('the page of a tuned grid', () => {
  test('answers first: both bests with lines to paste, and whether the defaults are worse', () => {
    const made = report()
    const page = pageOf(made)
    expect(page).toContain('<pre><code>batch.size=262144\nlinger.ms=20</code></pre>')
    expect(page).toContain('<pre><code>batch.size=16384\nlinger.ms=0</code></pre>')
    const text = shown(page)
    expect(text).toContain('401 000 records/s, 403 MB/s Best by throughput')
    expect(text).toContain(`p99 ${leastP99(made)} Best by p99`)
    expect(made.comparison).not.toBeNull()
    expect(text).toContain('Best by throughput (B) against batch.size=16384 linger.ms=5 (A)')
    expect(page.indexOf('(B) against')).toBeLessThan(page.indexOf('<section id="throughput"'))
  })

  test('has both maps and both predictions, each with what its map calls best', () => {
    const made = report()
    const page = pageOf(made)
    expect(figuresIn(page)).toEqual([
      'batching-throughput',
      'batching-p99',
      'prediction-batches',
      'prediction-mean'
    ])
    const text = shown(page)
    expect(text).toContain('401 000 records/s, comes with batch.size 262144 and linger.ms 20')
    expect(text).toContain(`${leastP99(made)}, comes with batch.size 16384 and linger.ms 0`)
    expect(text).toContain('9 of 9 predictions of the records per batch were within 15 %')
  })

  test('judges predictions in figures as the model is judged, and none that is too busy', () => {
    const plan = tunePlan()
    const off = [0.85, 1.1, 1.16, 1.2, 1, 1, 1, 1, 1]
    const made = makeTuneReport(tuneFindings({ plan, runs: gridRuns(plan, off) }))
    const busy = made.cells.map((cell, index) =>
      index > 4 && cell.predicted !== null
        ? { ...cell, predicted: { ...cell.predicted, utilisation: 0.95, meanError: 6 } }
        : cell
    )
    for (const cells of [made.cells, busy]) {
      const judged = cells.flatMap(({ predicted }) =>
        predicted !== null && predicted.utilisation < 0.9 ? [predicted.recordsPerBatchError] : []
      )
      const within = judged.filter(error => Math.abs(error) <= 0.15).length
      expect(within).toBeLessThan(judged.length)
      expect(shown(pageOf({ ...made, cells }))).toContain(
        `${within} of ${judged.length} predictions of the records per batch`
      )
    }
  })

  test('leaves latencies of a growing queue out of the map, and says so', () => {
    const made = report()
    const cells = made.cells.map((cell, index) =>
      index === 0 ? { ...cell, carried: false, latency: { ...cell.latency, p99: 1 } } : cell
    )
    const files = tuneFiles({ ...made, cells })
    expect(files.get('batching-p99.csv')).not.toMatch(/^16384,0,/m)
    expect(files.get('batching-throughput.csv')).toMatch(/^16384,0,/m)
    const text = shown(files.get('index.html') ?? '')
    expect(text).toContain('Empty settings did not carry the rate.')
    expect(text).toContain('none, rate not carried')
    const none = { ...made, cells: made.cells.map(cell => ({ ...cell, carried: false })) }
    expect(tuneFiles(none).get('batching-p99.csv')).toMatch(/^16384,0,/m)
    expect(shown(pageOf(none))).not.toContain('Empty settings')
  })

  test('escapes what comes from outside', () => {
    const hostile = '</script><script>alert(1)</script>&"\''
    const { load, environment, best } = report()
    const page = pageOf(
      report({
        command: hostile,
        label: hostile,
        comparison: hostile,
        warnings: [hostile],
        load: { ...load, topic: hostile, keys: hostile, config: { 'client.id': hostile } },
        environment: { ...environment, platform: hostile },
        best: { ...best, p99: { ...best.p99, properties: hostile } }
      })
    )
    expect(page.match(/<\/?script/g)).toBeNull()
    expect(page.split('&lt;/script&gt;&lt;script&gt;alert(1)').length - 1).toBe(10)
  })

  test('stands for itself and is well nested', () => {
    for (const made of [report(), smallReport()]) {
      expect(foreign(pageOf(made))).toEqual([])
      expect(unclosed(pageOf(made))).toEqual([])
    }
  })
})

describe('the files of a tuned grid', () => {
  test('begin with the page and the report, and are the same for the same report', () => {
    const files = tuneFiles(report())
    expect([...files.keys()].slice(0, 2)).toEqual(['index.html', 'tune.json'])
    expect(JSON.parse(files.get('tune.json') ?? '')).toEqual(report())
    expect([...tuneFiles(report())]).toEqual([...files])
  })

  test('are all known to the report that replaces them, and all named by its page', () => {
    const files = tuneFiles(report())
    expect([...files.keys()].sort()).toEqual(TUNE_FILES.toSorted())
    for (const name of TUNE_FILES.slice(1)) {
      expect(files.get('index.html')).toContain(`<a href="${name}">`)
    }
  })

  test('are written without a model and of nothing at all', () => {
    const small = tuneFiles(smallReport())
    expect(figuresIn(small.get('index.html') ?? '')).toEqual(['batching-throughput', 'batching-p99'])
    expect([...small.keys()]).not.toContain('prediction-mean.svg')
    expect(lostValues(small)).toEqual([])
    expect(shown(small.get('index.html') ?? '')).not.toContain('Predicted and measured')
    const nothing = tuneFiles({ ...smallReport(), cells: [] })
    expect(shown(nothing.get('index.html') ?? '')).toContain('No cell was measured')
    expect(lostValues(nothing)).toEqual([])
  })
})
