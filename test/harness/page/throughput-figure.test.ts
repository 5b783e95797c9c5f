import { describe, expect, test } from 'vitest'
import { throughputFigure } from '../../../src/harness/page/throughput-figure.ts'
import { session } from './fixture.ts'

const input = session().throughput!

/** Centre of each mark that a pointer names, by its words. */
function marksOf(svg: string, words: RegExp): [x: number, y: number][] {
  const found = svg.matchAll(
    /<title>([^<]*)<\/title><(?:circle cx="([\d.]+)" cy="([\d.]+)"|rect x="([\d.]+)")/g
  )
  return [...found]
    .filter(([, title]) => words.test(title!))
    .map(([, , x, y, left]) => [Number(x ?? left), Number(y)])
}

describe('the figure of throughput', () => {
  test('says whether the count carries the load, and how far off the held-out prediction was', () => {
    expect(throughputFigure(input).caption).toBe(
      '30 partitions carry the planned 216\u00a0MB/s: the fit gives 331\u00a0MB/s (298 to 352\u00a0MB/s). ' +
        'At 8 partitions, held out, 218\u00a0MB/s were predicted and 212\u00a0MB/s measured ' +
        '(off by +2.8\u00a0%).'
    )
    const tight = { ...input.recommended!, rateInterval: [200e6, 352e6] as const }
    expect(throughputFigure({ ...input, recommended: tight }).caption).toContain(
      '30 partitions may not carry'
    )
  })

  test('says without a count whether it is throughput that is missing', () => {
    const without = { ...input, recommended: null, heldOut: [] }
    expect(throughputFigure(without).caption).toBe(
      'Total throughput would carry the planned 216\u00a0MB/s with 9 partitions, but no count is recommended.'
    )
    for (const missing of [
      { ...without, plannedLoad: 900e6 },
      { ...without, fit: null }
    ]) {
      expect(throughputFigure(missing).caption).toMatch(/^No count is shown to carry the planned/)
    }
  })

  test('draws a rejected curve as far as it lies in the plot, and not along its edge', () => {
    const curve = [1, 2, 10, 20, 30].map(partitions => ({ partitions, rate: partitions * 38.6e6 }))
    const rejected = [{ family: 'linear', curve, leaveOneOut: 0.2 }]
    const svg = throughputFigure({ ...input, rejected }).inline.wide
    // The legend's sample is a curve too, and comes first.
    const drawn = [...svg.matchAll(/<polyline points="([^"]*)" class="line-soft"/g)].at(-1)?.[1] ?? ''
    const heights = drawn.split(' ').map(place => place.split(',')[1])
    expect(heights).toHaveLength(3)
  })

  test('says of which families its curve is the mean, those that were not chosen too', () => {
    const { note, inline, table } = throughputFigure(input)
    expect(note.replaceAll('\u00a0', ' ')).toContain(
      'The curve is the mean of all families, each by its weight: USL 97 % (error 4.1 %), cap 3 % (error ' +
        '9.8 %); its shade is the 95 % interval.'
    )
    // No legend calls the mean by the name of one of them.
    expect(inline.wide).toContain('>weighted fit<')
    expect(inline.wide).not.toContain('>USL')
    expect(table.rows.filter(([, what]) => what === 'curve, weighted fit')).toHaveLength(36)
    expect(throughputFigure({ ...input, fit: null }).note).not.toContain('curve')
  })

  test('draws each run where its rate lies, the runs of a count beside one another', () => {
    const svg = throughputFigure(input).inline.wide
    const runs = [1, 2, 4, 16].map(count => marksOf(svg, new RegExp(`^${count} partitions?, run`)))
    expect(runs.map(marks => marks.length)).toEqual([5, 5, 5, 5])
    expect(new Set(runs[3]!.map(([x]) => x)).size).toBe(5)
    // Upwards by rate: the first run of each count is its median, and lies as high as the scale says.
    const [one, , , sixteen] = runs.map(marks => marks[0]![1])
    const [zero, top] = [...svg.matchAll(/y1="([\d.]+)" x2="666"/g)].map(([, y]) => Number(y))
    const step = (zero! - top!) / 100
    expect(zero! - one!).toBeCloseTo(38.6 * step, 0)
    expect(zero! - sixteen!).toBeCloseTo(303 * step, 0)
  })

  test('keeps the name of a load that lies near zero above the axis', () => {
    const svg = throughputFigure({ ...input, plannedLoad: 3e6 }).inline.wide
    const [zero] = [...svg.matchAll(/y1="([\d.]+)" x2="666"/g)].map(([, y]) => Number(y))
    const [, y] = svg.match(/<text x="[\d.]+" y="([\d.]+)"[^>]*>planned 3/)!
    expect(Number(y)).toBeLessThan(zero!)
  })

  test('goes over to logarithms where counts lie far apart', () => {
    const far = { partitions: 512, runs: [900e6, 950e6], median: 925e6 }
    const svg = throughputFigure({ ...input, points: [...input.points, far] }).inline.wide
    expect(svg).toContain('partitions, logarithmic')
    expect(throughputFigure(input).inline.wide).not.toContain('logarithmic')
  })

  test('has every run, the prediction and the curves in its table', () => {
    const { rows } = throughputFigure(input).table
    expect(rows.filter(([, what]) => /^run \d/.test(String(what)))).toHaveLength(20)
    expect(rows).toContainEqual([8, 'held out, predicted', 218e6, 207e6, 228e6])
    expect(rows.filter(([, what]) => what === 'curve cap, rejected')).toHaveLength(36)
  })
})
