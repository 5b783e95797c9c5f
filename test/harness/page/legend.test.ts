import { describe, expect, test } from 'vitest'
import { NARROW, WIDE } from '../../../src/harness/page/drawing.ts'
import { drawLegend, rowsFor } from '../../../src/harness/page/legend.ts'

describe('rows of a legend', () => {
  test('are as few as fit, and filled alike', () => {
    expect(rowsFor([100, 100, 100, 100], 10, 500)).toEqual([4])
    expect(rowsFor([100, 100, 100, 100], 10, 350)).toEqual([2, 2])
    expect(rowsFor([], 10, 100)).toEqual([])
  })

  test('are as full as they get where alike does not fit', () => {
    expect(rowsFor([50, 50, 50, 190], 10, 200)).toEqual([3, 1])
    expect(rowsFor([300, 20], 10, 200)).toEqual([1, 1])
  })
})

test('a legend samples lines with their dash and marks with their shape', () => {
  const { content, height } = drawLegend(
    [
      { name: 'fit', sample: { kind: 'line', series: 'a' } },
      { name: 'other', sample: { kind: 'line', series: 'b' } },
      { name: 'run', sample: { kind: 'mark', shape: 'diamond', className: 'mark-a' } }
    ],
    WIDE
  )
  expect(height).toBe(20)
  expect(content).toContain('<polyline points="0,9 26,9" class="line-a"/>')
  expect(content).toMatch(/class="line-b" stroke-dasharray="5 4"/)
  expect(content).toMatch(/<polygon points="[^"]+" class="mark-a"/)
  expect(drawLegend([], NARROW)).toEqual({ height: 0, content: '' })
})
