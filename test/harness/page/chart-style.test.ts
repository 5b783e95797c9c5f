import { describe, expect, test } from 'vitest'
import { CHART_COLOURS, MAP_STEPS, MAP_TURN } from '../../../src/harness/page/chart-style.ts'

/** Relative luminance after WCAG 2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map(at => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

describe.each(['light', 'dark'] as const)('on %s paper', theme => {
  const colours = CHART_COLOURS[theme]

  test('text keeps a contrast of 4.5 (WCAG AA) on all that it is written on', () => {
    const texts = [colours.ink, colours.soft, colours.good, colours.bad, colours.a]
    expect(texts.map(text => contrast(text, colours.paper)).filter(ratio => ratio < 4.5)).toEqual([])
    const grounds = ['good-fill', 'half-fill', 'bad-fill', 'load-fill', 'band', 'ribbon', 'cut'] as const
    expect(grounds.filter(name => contrast(colours.ink, colours[name]) < 4.5)).toEqual([])
    expect(contrast(colours.soft, colours.cut)).toBeGreaterThanOrEqual(4.5)
  })

  test('marks keep a contrast of 3, also on the shades behind them', () => {
    const marks = ['a', 'b', 'c', 'd', 'bad', 'soft', 'axis'] as const
    expect(marks.filter(name => contrast(colours[name], colours.paper) < 3)).toEqual([])
    const shades = ['ribbon', 'cut', 'band'] as const
    const weak = shades.flatMap(shade =>
      (['a', 'b', 'soft', 'bad'] as const).filter(name => contrast(colours[name], colours[shade]) < 3)
    )
    expect(weak).toEqual([])
  })

  test('each step of a map carries its text', () => {
    const weak = MAP_STEPS[theme].filter(
      (step, index) => contrast(step, index < MAP_TURN ? colours.ink : colours.paper) < 4.5
    )
    expect(weak).toEqual([])
  })
})

test('the steps of a map are each darker than the one before, or lighter on dark paper', () => {
  for (const [theme, sign] of [['light', -1] as const, ['dark', 1] as const]) {
    const steps = MAP_STEPS[theme].map(luminance)
    for (let i = 1; i < steps.length; i++) expect(sign * (steps[i]! - steps[i - 1]!)).toBeGreaterThan(0)
  }
})
