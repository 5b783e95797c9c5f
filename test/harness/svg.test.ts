import { describe, expect, test } from 'vitest'
import { element, escapeMarkup, figure, polyline, textAt } from '../../src/harness/svg.ts'

describe('a piece of SVG', () => {
  test('escapes text and attributes, ampersands first', () => {
    expect(escapeMarkup(`<a b="c" d='e'>&amp;`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;')
    expect(textAt({ x: 1, y: 2 }, '</text>')).toBe(
      '<text x="1" y="2" text-anchor="start" class="hw-text">&lt;/text&gt;</text>'
    )
    expect(element('a', { b: '"><script>' })).toBe('<a b="&quot;&gt;&lt;script&gt;"/>')
  })

  test('has coordinates to a tenth', () => {
    expect(element('line', { x1: 1 / 3 })).toBe('<line x1="0.3"/>')
    expect(polyline([[0, 2 / 3]], 'hw-a')).toBe('<polyline points="0,0.7" class="hw-a"/>')
  })

  test('as a whole figure says what it shows and follows light and dark', () => {
    const svg = figure({ width: 10, height: 20, title: 'a < b' }, '<g/>')
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 10 20"/)
    expect(svg).toContain('<title>a &lt; b</title>')
    expect(svg).toContain('prefers-color-scheme:dark')
    expect(svg.endsWith('<g/></svg>')).toBe(true)
  })
})
