import { describe, expect, test } from 'vitest'
import { runsFigure } from '../../src/harness/runs-figure.ts'
import { report } from './fixture.ts'

/** Lines of a class, each as its points. */
function linesOf(svg: string, className: string): [x: number, y: number][][] {
  const found = svg.matchAll(new RegExp(`<polyline points="([^"]+)" class="${className}"/>`, 'g'))
  return [...found].map(([, points = '']) =>
    points.split(' ').map(point => {
      const [x = Number.NaN, y = Number.NaN] = point.split(',').map(Number)
      return [x, y]
    })
  )
}

describe('the figure of the runs', () => {
  test('draws each run of each point, the warm-up dashed up to where it is cut', () => {
    const svg = runsFigure(report())
    expect(linesOf(svg, 'hw-a')).toHaveLength(3)
    expect(linesOf(svg, 'hw-b')).toHaveLength(3)
    expect(linesOf(svg, 'hw-c')).toHaveLength(3)
    const dropped = linesOf(svg, 'hw-dropped')
    expect(dropped).toHaveLength(9)
    // Two windows of warm-up of sixteen; the dashed line ends where the other begins.
    expect(dropped[0]).toHaveLength(3)
    expect(linesOf(svg, 'hw-a')[0]).toHaveLength(14)
    expect(dropped[0]!.at(-1)).toEqual(linesOf(svg, 'hw-a')[0]![0])
  })

  test('stays inside its frame', () => {
    const svg = runsFigure(report())
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number)
    for (const name of ['hw-a', 'hw-b', 'hw-c', 'hw-dropped']) {
      for (const [x, y] of linesOf(svg, name).flat()) {
        expect(x).toBeGreaterThan(0)
        expect(x).toBeLessThan(width!)
        expect(y).toBeGreaterThan(0)
        expect(y).toBeLessThan(height!)
      }
    }
  })

  test('has no panel for a handler that was not measured, and dashes a run that never settled', () => {
    const { producer } = report()
    const unsettled = { ...producer, runs: producer.runs.map(run => ({ ...run, from: 0, steady: false })) }
    const svg = runsFigure({ ...report(), producer: unsettled, consumerWithHandler: null })
    expect(linesOf(svg, 'hw-c')).toHaveLength(0)
    expect(linesOf(svg, 'hw-a')).toHaveLength(0)
    expect(svg).toContain('viewBox="0 0 560 330"')
  })
})
