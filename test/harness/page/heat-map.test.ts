import { expect, test } from 'vitest'
import { NARROW, WIDE } from '../../../src/harness/page/drawing.ts'
import { drawHeatMap } from '../../../src/harness/page/heat-map.ts'

function mapOf(values: readonly (number | null)[], best: readonly number[] = []) {
  return {
    columns: values.map((_, index) => `c${index}`),
    columnName: 'columns',
    rowName: 'rows',
    rows: [
      {
        name: 'r',
        cells: values.map((value, index) => ({
          value,
          text: `${value} percent of all`,
          short: `${value}`,
          hint: 'hint',
          isBest: best.includes(index)
        }))
      }
    ]
  }
}

test('shades go from the least to the greatest, and text turns with them', () => {
  const { content } = drawHeatMap(mapOf([1, 2, 3]), WIDE)
  expect([...content.matchAll(/class="(map-\d)"/g)].map(([, step]) => step)).toEqual([
    'map-0',
    'map-3',
    'map-6'
  ])
  expect(content.match(/class="turned">/g)).toHaveLength(1)
})

test('shades of values that lie far apart follow their logarithm', () => {
  const { content } = drawHeatMap(mapOf([1, 10, 100]), WIDE)
  expect([...content.matchAll(/class="(map-\d)"/g)].map(([, step]) => step)).toEqual([
    'map-0',
    'map-3',
    'map-6'
  ])
})

test('a cell without value stays empty, the best ones of a row have one frame', () => {
  const { content } = drawHeatMap(mapOf([null, 2, 3, 4], [1, 2]), WIDE)
  expect(content.match(/class="map-/g)).toHaveLength(3)
  expect(content.match(/class="best"/g)).toHaveLength(1)
})

test('where a text has no room its short form stands', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8]
  expect(drawHeatMap(mapOf(values), NARROW).content).toContain('>8</text>')
  expect(drawHeatMap(mapOf([8]), WIDE).content).toContain('>8 percent of all</text>')
})
