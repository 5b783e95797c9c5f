import { expect, test } from 'vitest'
import { dataTableHtml } from '../../../src/harness/page/data-table.ts'

test('a table says what its heads are for, and what its values count', () => {
  const html = dataTableHtml({
    title: 'Runs <by count>',
    columns: [
      { heading: 'Partitions' },
      { heading: 'What' },
      { heading: 'Rate', quantity: 'bytes-per-second' }
    ],
    rows: [
      [4, 'run <1>', 133e6],
      [1000, 'median', null]
    ]
  })
  expect(html).toBe(
    '<div class="scroll" role="region" aria-label="Runs &lt;by count&gt;" tabindex="0"><table class="data">' +
      '<caption>Runs &lt;by count&gt;</caption>' +
      '<thead><tr><th scope="col" class="figure">Partitions</th><th scope="col">What</th>' +
      '<th scope="col" class="figure">Rate</th></tr></thead>' +
      '<tbody>\n<tr><th scope="row" class="figure">4</th><td>run &lt;1&gt;</td>' +
      '<td class="figure">133\u00a0MB/s</td></tr>\n' +
      '<tr><th scope="row" class="figure">1\u202f000</th><td>median</td><td class="figure">–</td></tr>\n' +
      '</tbody></table></div>'
  )
})

test('a long table is cut in the page, and says so', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => [index, 0.1])
  const html = dataTableHtml({ title: 'Shares', columns: [{ heading: 'Rank' }, { heading: 'Share' }], rows })
  expect(html.match(/<tr>/g)).toHaveLength(251)
  expect(html).toContain('Shares: the first 250 of 10\u202f000 rows; all are in the file beside the page')
})
