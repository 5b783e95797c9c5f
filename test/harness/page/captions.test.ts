import { describe, expect, test } from 'vitest'
import { batchingFigure } from '../../../src/harness/page/batching-figure.ts'
import { catchUpFigure } from '../../../src/harness/page/catch-up-figure.ts'
import { consumerWaitFigure } from '../../../src/harness/page/consumer-wait-figure.ts'
import { costFigure } from '../../../src/harness/page/cost-figure.ts'
import { courseFigure } from '../../../src/harness/page/course-figure.ts'
import { effectivePartitionsFigure } from '../../../src/harness/page/effective-partitions-figure.ts'
import { growthFigure } from '../../../src/harness/page/growth-figure.ts'
import { latencyFigure } from '../../../src/harness/page/latency-figure.ts'
import { predictionFigure } from '../../../src/harness/page/prediction-figure.ts'
import { skewFigure } from '../../../src/harness/page/skew-figure.ts'
import { zoneBar } from '../../../src/harness/page/zone-bar.ts'
import { session } from './fixture.ts'

const whole = session()

/** The caption with ordinary spaces. */
function captionOf({ caption }: { readonly caption: string }): string {
  return caption.replaceAll(/[\u00a0\u202f]/g, ' ')
}

describe('a caption says the result', () => {
  test('of the zones: who falls behind, and from where both keep up', () => {
    expect(captionOf(zoneBar(whole.zones!))).toBe(
      'The formula often quoted says 4, where consumers fall behind; both sides keep up from 8; with peak, ' +
        'headroom and catch-up the plan begins at 27.'
    )
    expect(captionOf(zoneBar({ ...whole.zones!, quoted: 7.5, planned: null }))).toBe('Both formulas give 8.')
  })

  test('of the costs: the admissible counts, or the limit that leaves none', () => {
    const costs = whole.costs!
    expect(captionOf(costFigure(costs))).toContain(
      'Between 27 and 2 000 partitions lie within the limits of cluster and machine'
    )
    expect(captionOf(costFigure({ ...costs, admissible: [3000, 2000] }))).toBe(
      'No count fits: the load needs 3 000 partitions, and the 2 000 replicas a broker of the profile ' +
        'permits 2 000.'
    )
  })

  test('of the keys: the hottest partition against what one carries, and the ceiling', () => {
    const shares = [0.1, 0.5, 0.2, 0.2]
    expect(captionOf(skewFigure({ shares, hottestKey: 0.4, limit: 0.3 }))).toBe(
      'The hottest of 4 partitions takes 50 % of the load, 2 times an even share, above the 30 % that one ' +
        'partition may get.'
    )
    const effective = whole.effectivePartitions!
    expect(captionOf(effectivePartitionsFigure(effective))).toBe(
      '30 partitions work as 25.6 even ones; no count works as more than 200, the ceiling of the hottest key.'
    )
    // After a refusal the ceiling is what there is to say, and no count is marked.
    const none = effectivePartitionsFigure({ ...effective, recommended: null })
    expect(captionOf(none)).toBe('No count works as more than 200, the ceiling of the hottest key.')
    expect(none.inline.wide).not.toContain('N = ')
  })

  test('of the consumers: wait and catching up, within what was asked for or not', () => {
    const wait = whole.consumerWait!
    expect(captionOf(consumerWaitFigure(wait))).toContain(
      'records wait 139 µs, within the objective of 500 ms.'
    )
    const endless = { utilisation: 1.2, waitMs: Number.POSITIVE_INFINITY }
    expect(captionOf(consumerWaitFigure({ ...wait, operating: endless }))).toContain('never catches up')
    const outage = whole.catchUp!
    expect(captionOf(catchUpFigure(outage))).toBe(
      'An outage of 10 min leaves the fullest partition a backlog of 5.2 GB, which is gone 12 min later, ' +
        'within the 30 min asked for.'
    )
    const ends = (last: { ms: number; bytes: number }, clearedAfterMs: number | null): string =>
      captionOf(catchUpFigure({ ...outage, course: [...outage.course.slice(0, 2), last], clearedAfterMs }))
    expect(ends({ ms: 70 * 60e3, bytes: 0 }, 60 * 60e3)).toContain('beyond the 30 min')
    expect(ends({ ms: 20 * 60e3, bytes: 6e9 }, null)).toContain('never goes')
  })

  test('of latency: what a clock that starts at the sending would miss', () => {
    expect(captionOf(latencyFigure(whole.latency!))).toBe(
      '99 % of 13 302 000 records were through within 38 ms of the time they were due; counted from the ' +
        'sending it would be 12.4 ms.'
    )
    expect(captionOf(latencyFigure({ ...whole.latency!, scheduled: null }))).toContain(
      'within 12.4 ms of being sent'
    )
  })

  test('of the runs: how many settled, and when', () => {
    expect(captionOf(courseFigure(whole.course!))).toBe(
      'All 20 runs reached a steady state, the slowest after 4 s.'
    )
    const strips = whole.course!.strips.map(strip => ({
      ...strip,
      runs: strip.runs.map((run, index) => ({ ...run, steady: index > 0 }))
    }))
    expect(captionOf(courseFigure({ strips }))).toContain('16 of 20 runs reached')
  })

  test('of batching, predictions and growth', () => {
    expect(captionOf(batchingFigure(whole.batching!))).toBe(
      'The lowest p99 latency, 9 ms, comes with batch.size 16384 and linger.ms 5; the highest is 107 ms.'
    )
    const predictions = [
      { name: 'a', predicted: 100, measured: 105 },
      { name: 'b', predicted: 100, measured: 90 },
      { name: 'c', predicted: 100, measured: 150 },
      { name: 'none', predicted: 0, measured: 150 }
    ]
    expect(captionOf(predictionFigure({ ...whole.predictions!, predictions }))).toBe(
      '2 of 3 predictions of the p99 latency were within 20 % of what was measured; the median error is 11 %.'
    )
    expect(captionOf(growthFigure(whole.growth!))).toBe(
      'Growing from 30 to 60 partitions moves 50 % of the keys, to 48 it moves 88 %: grow by whole multiples.'
    )
  })
})
