import { describe, expect, test } from 'vitest'
import { element, escapeMarkup, polyline, textAt, textWidth } from '../../src/harness/svg.ts'

describe('a piece of SVG', () => {
  test('escapes text and attributes, ampersands first', () => {
    expect(escapeMarkup(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;')
    expect(textAt({ x: 1, y: 2, className: 'soft' }, '</text>')).toBe(
      '<text x="1" y="2" text-anchor="start" class="soft">&lt;/text&gt;</text>'
    )
    expect(textAt({ x: 1, y: 2, anchor: 'end' }, 'a')).toBe('<text x="1" y="2" text-anchor="end">a</text>')
    expect(element('a', { b: '"><script>' })).toBe('<a b="&quot;&gt;&lt;script&gt;"/>')
  })

  test('has coordinates to a tenth', () => {
    expect(element('line', { x1: 1 / 3 })).toBe('<line x1="0.3"/>')
    expect(polyline([[0, 2 / 3]], 'hw-a')).toBe('<polyline points="0,0.7" class="hw-a"/>')
  })

  test('is measured rather too wide than too narrow, strong text wider', () => {
    expect(textWidth('planned')).toBeGreaterThan(45)
    expect(textWidth('ill')).toBeLessThan(textWidth('mmm') / 2)
    expect(textWidth('planned', true)).toBeCloseTo(textWidth('planned') * 1.16, 5)
  })
})
