import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NARROW, WIDE } from '../../../src/harness/page/drawing.ts'
import type { Figure } from '../../../src/harness/page/figure.ts'
import { textWidth } from '../../../src/harness/svg.ts'
import { session } from './fixture.ts'
import { figuresOf, type PlanPageInput } from './whole-page.ts'

/** Left and right edge of each text of a drawing, its groups' shifts counted. */
function textsOf(svg: string): { text: string; from: number; to: number }[] {
  const shifts: number[] = [0]
  const texts: { text: string; from: number; to: number }[] = []
  const group = '<g(?: transform="translate\\(([\\d.]+) [\\d.]+\\)")?>|</g>'
  const text = '<text x="([-\\d.]+)" y="[-\\d.]+" text-anchor="(\\w+)"(?: class="([^"]*)")?>([^<]*)<'
  const tokens = svg.matchAll(new RegExp(`${group}|${text}`, 'g'))
  for (const [token, shift, x, anchor, className = '', written = ''] of tokens) {
    if (token === '</g>') shifts.pop()
    else if (x === undefined) shifts.push((shifts.at(-1) ?? 0) + Number(shift ?? 0))
    else {
      const width = textWidth(written, className.includes('strong'))
      const from =
        Number(x) + shifts.at(-1)! - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
      texts.push({ text: written, from, to: from + width })
    }
  }
  return texts
}

function drawingsOf({ inline }: Figure): [svg: string, width: number][] {
  return [
    [inline.wide, WIDE.width],
    [inline.narrow, NARROW.width]
  ]
}

describe('every chart of the session', () => {
  test.each(figuresOf(session()).map(figure => [figure.name, figure] as const))(
    '%s keeps its texts inside its frame, wide and narrow',
    (_, figure) => {
      for (const [svg, width] of drawingsOf(figure)) {
        const texts = textsOf(svg)
        expect(texts.length).toBeGreaterThan(3)
        // Widths are estimated rather too wide, so a letter's part may seem to stand out.
        expect(texts.filter(({ from, to }) => from < -8 || to > width + 12)).toEqual([])
      }
    }
  )
})

const positive = fc.double({ min: 1e-3, max: 1e11, noNaN: true })
const count = fc.integer({ min: 1, max: 20_000 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

/** A session of any numbers: one measured count, no fit, limits and intervals anywhere. */
const anySession: fc.Arbitrary<Partial<PlanPageInput>> = fc
  .record({
    low: count,
    high: count,
    partitions: count,
    rates: fc.array(positive, { minLength: 1, maxLength: 4 })
  })
  .chain(({ low, high, partitions, rates }) =>
    fc.record({
      zones: fc.record({
        quoted: positive,
        needed: positive,
        planned: fc.option(positive),
        slowSide: fc.constantFrom('consumers' as const, 'producers' as const),
        recommended: fc.constant(partitions),
        interval: fc.constant([low, high] as const)
      }),
      throughput: fc.record({
        points: fc.constant([{ partitions: low, runs: rates, median: rates[0]! }]),
        fit: fc.constant(null),
        rejected: fc.constant([]),
        heldOut: fc.constant([]),
        plannedLoad: positive,
        recommended: fc.constant({
          partitions,
          interval: [low, high] as const,
          rate: rates[0]!,
          rateInterval: [rates[0]!, rates.at(-1)!] as const
        })
      }),
      costs: fc.record({
        panels: fc.constant([
          {
            name: 'Any',
            quantity: 'bytes' as const,
            measured: rates.map((value, index) => ({ partitions: index + low, value })),
            model: [{ partitions: low, value: 0 }],
            limit: { value: rates[0]! * partitions, name: 'limit' }
          }
        ]),
        recommended: fc.constant(partitions),
        admissible: fc.constant([low, high] as const),
        binding: fc.constant('something')
      }),
      skew: fc.record({
        shares: fc.array(share, { minLength: 1, maxLength: 80 }),
        hottestKey: share,
        limit: positive
      }),
      consumerWait: fc.record({
        curve: fc.array(fc.record({ utilisation: share, waitMs: positive }), { maxLength: 3 }),
        objectiveMs: fc.option(positive),
        utilisationMax: share,
        operating: fc.record({
          utilisation: positive,
          waitMs: fc.constantFrom(0, 1, Number.POSITIVE_INFINITY)
        }),
        measured: fc.constant(null)
      }),
      catchUp: fc.record({
        outageMs: fc.constant(low),
        recoveryMs: positive,
        course: fc.tuple(positive, positive, positive).map(([peak, later, last]) => [
          { ms: 0, bytes: 0 },
          { ms: low, bytes: peak },
          { ms: low + later, bytes: last }
        ]),
        clearedAfterMs: fc.option(positive)
      }),
      latency: fc.record({
        records: count,
        scheduled: fc.constant(null),
        sent: fc.constant([{ quantile: 1, milliseconds: rates[0]! }]),
        objectiveMs: fc.option(positive)
      }),
      course: fc.record({
        strips: fc.constant([
          {
            name: 'Any',
            quantity: 'count' as const,
            median: 0,
            runs: [{ windows: rates, windowSeconds: 1, from: 0, steady: low > high }]
          }
        ])
      })
    })
  )

/** What is not varied is not drawn again. */
const REST = { effectivePartitions: null, batching: null, predictions: null, growth: null }

test('any numbers are drawn: no coordinate is lost, and no text says so', () => {
  fc.assert(
    fc.property(anySession, changes => {
      for (const figure of figuresOf(session({ ...REST, ...changes }))) {
        const drawn = figure.inline.wide + figure.inline.narrow + figure.caption
        expect(drawn).not.toMatch(/NaN|Infinity|undefined|null/)
      }
    }),
    { numRuns: 60 }
  )
})
