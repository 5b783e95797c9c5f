import { describe, expect, test } from 'vitest'
import { type Figure, figureFiles, figureHtml, makeFigure } from '../../../src/harness/page/figure.ts'

function sample(result = 'Two is more than one.'): Figure {
  return makeFigure({
    name: 'sample',
    title: 'Sample <title>',
    result,
    note: 'Read it so.',
    draw: ({ width, isNarrow }) => ({ height: isNarrow ? 50 : 99.5, content: `<g id="w${width}"/>` }),
    table: { title: 'Sample table', columns: [{ heading: 'N' }], rows: [[1], [2]] }
  })
}

describe('a figure', () => {
  test('has a name and a description for those who do not see it, in each of its drawings', () => {
    const { svg, inline } = sample('A <b> & 300 MB/s.')
    for (const [markup, name] of [
      [svg, 'sample'],
      [inline.wide, 'sample-wide'],
      [inline.narrow, 'sample-narrow']
    ] as const) {
      expect(markup).toContain(`role="img" aria-labelledby="${name}-title" aria-describedby="${name}-desc">`)
      expect(markup).toContain(`<title id="${name}-title">Sample &lt;title&gt;</title>`)
      expect(markup).toContain(`<desc id="${name}-desc">A &lt;b&gt; &amp; 300\u00a0MB/s.</desc>`)
    }
  })

  test('is drawn for a page and for a telephone, with the style left to the page', () => {
    const { inline } = sample()
    expect(inline.wide).toContain('viewBox="0 0 680 100"')
    expect(inline.narrow).toContain('viewBox="0 0 340 50"')
    expect(inline.wide + inline.narrow).not.toContain('<style')
  })

  test('as a file brings its style, its paper and its caption, in lines that fit', () => {
    const { svg } = sample('Many words that go on '.repeat(12).trim())
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 712 \d+" width="712"/)
    expect(svg).toContain('@media screen and (prefers-color-scheme:dark)')
    expect(svg).toContain('class="paper"/>')
    expect(svg.match(/class="strong">/g)!.length).toBeGreaterThan(2)
    expect(svg.endsWith('</svg>\n')).toBe(true)
  })

  test('in a page stands below its result and above its table', () => {
    const parts = figureHtml(sample()).match(/<(?:figcaption|div class="chart \w+"|details|summary|table)/g)
    expect(parts).toEqual([
      '<figcaption',
      '<div class="chart wide"',
      '<div class="chart narrow"',
      '<details',
      '<summary',
      '<table'
    ])
    expect(figureHtml(sample())).toContain(
      '<summary>Table<span class="unseen">: Sample &lt;title&gt;</span></summary>'
    )
  })

  test('has two files', () => {
    const files = figureFiles([sample()])
    expect([...files.keys()]).toEqual(['sample.svg', 'sample.csv'])
    expect(files.get('sample.csv')).toBe('N\r\n1\r\n2\r\n')
  })
})
