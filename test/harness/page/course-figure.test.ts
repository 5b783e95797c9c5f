import { expect, test } from 'vitest'
import { courseFigure } from '../../../src/harness/page/course-figure.ts'

/** Points of each line of a class. */
function linesOf(svg: string, className: string): string[][] {
  const found = svg.matchAll(new RegExp(`<polyline points="([^"]+)" class="${className}"`, 'g'))
  return [...found].map(([, points]) => points!.split(' '))
}

function drawn(from: number, steady: boolean): string {
  const run = { windows: [1e6, 4e6, 9e6, 10e6, 11e6, 10e6], windowSeconds: 1, from, steady }
  return courseFigure({
    strips: [{ name: 'Tp', quantity: 'bytes-per-second', median: 10e6, runs: [run, run] }]
  }).inline.wide.replace(/^.*warm-up<\/text>/s, '')
}

test('warm-up lies on grey and is dashed, up to where the windows that count begin', () => {
  const svg = drawn(2, true)
  const [dropped, kept] = [linesOf(svg, 'line-soft'), linesOf(svg, 'line-a')]
  expect(dropped.map(line => line.length)).toEqual([3, 3])
  expect(kept.map(line => line.length)).toEqual([4, 4])
  expect(dropped[0]!.at(-1)).toBe(kept[0]![0])
  expect(svg.match(/class="cut"/g)).toHaveLength(2)
})

test('runs that were warmed up before they began count whole, whatever they came to', () => {
  const run = { windows: [1e6, 4e6, 9e6], windowSeconds: 1, from: 2, steady: false }
  const strips = [{ name: 'Tp', quantity: 'bytes-per-second', median: 4e6, runs: [run] }] as const
  const figure = courseFigure({ strips, whole: 'One run.' })
  expect(figure.caption).toBe('One run.')
  expect(figure.inline.wide).not.toMatch(/class="(?:cut|line-soft)"|warm-up</)
  expect(figure.table.rows.map(row => row.at(-1))).toEqual(['yes', 'yes', 'yes'])
})

test('as many runs as there may be lie beside one another', () => {
  const run = { windows: [1e6, 4e6], windowSeconds: 1, from: 0, steady: true }
  const runs = Array.from({ length: 100 }, () => run)
  const strips = [{ name: 'Tp', quantity: 'bytes-per-second', median: 4e6, runs }] as const
  const places = linesOf(
    courseFigure({ strips }).inline.narrow.replace(/^.*warm-up<\/text>/s, ''),
    'line-a'
  ).map(line => line.map(point => Number(point.split(',')[0])))
  expect(places.flat()).toEqual(places.flat().toSorted((one, other) => one - other))
})

test('a run that never settled is dashed as a whole, one without warm-up not at all', () => {
  expect(linesOf(drawn(2, false), 'line-a')).toEqual([])
  expect(linesOf(drawn(2, false), 'line-soft').map(line => line.length)).toEqual([6, 6])
  expect(drawn(0, true)).not.toMatch(/class="(?:cut|line-soft)"/)
})
