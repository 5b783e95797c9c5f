import { describe, expect, test } from 'vitest'
import { command, items, pageShell, prose, section } from '../../../src/harness/page/page-shell.ts'
import { session } from './fixture.ts'
import { planPage } from './whole-page.ts'

const page = planPage(session()).html

describe('a whole page', () => {
  test('leads from the answer to the last command by its headings and figures', () => {
    const parts = page.matchAll(
      /<(?:h1|h2 id="([\w-]+)-heading"|figure id="(figure-[\w-]+)"|section class="(answer)")/g
    )
    expect([...parts].map(([, heading, figure, answer]) => heading ?? figure ?? answer ?? 'h1')).toEqual([
      'h1',
      'contents',
      'answer',
      'figure-zones',
      'why',
      'throughput',
      'figure-throughput',
      'costs',
      'figure-costs',
      'keys',
      'figure-skew',
      'figure-effective-partitions',
      'consumers',
      'figure-consumer-wait',
      'figure-catch-up',
      'latency',
      'figure-latency',
      'runs',
      'figure-runs',
      'batching',
      'figure-batching',
      'figure-predictions',
      'growth',
      'figure-growth',
      'assumptions',
      'doubts',
      'provenance'
    ])
  })

  test('asks for nothing from elsewhere, and forbids it', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'"
    ])
    expect(page).not.toMatch(/<script|<img|<iframe|<object|@import|url\(|\ssrc=|\son\w+=/i)
    const links = [...page.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href!)
    expect(links.filter(href => !/^(?:#[\w-]+|data:image\/svg\+xml,.*|\w[\w.-]*)$/.test(href))).toEqual([])
    const hosts = page.match(/\bhttps?:\/\/[^'"\s<]*/g) ?? []
    expect(new Set(hosts)).toEqual(new Set(['http://www.w3.org/2000/svg']))
  })

  test('has a name on every chart, landmark, region and table', () => {
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!))
    const named = [...page.matchAll(/aria-(?:labelledby|describedby)="([^"]+)"/g)].map(([, id]) => id!)
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(id => !ids.has(id))).toEqual([])
    const svgs = page.match(/<svg [^>]*>/g) ?? []
    expect(
      svgs.filter(svg => !/role="img" aria-labelledby="[\w-]+" aria-describedby="[\w-]+"/.test(svg))
    ).toEqual([])
    expect(page.match(/<nav aria-labelledby=/g)).toHaveLength(1)
    expect(page.match(/<main id="main"/g)).toHaveLength(1)
    expect(page).toContain('<a class="skip" href="#main">')
    const tables = [...page.matchAll(/<table[^>]*>(.*?)<\/table>/gs)].map(([, inside]) => inside!)
    expect(tables.length).toBe(13)
    expect(tables.filter(inside => !/^<caption[ >]/.test(inside))).toEqual([])
    expect(page.match(/<th(?! scope="(?:col|row)")[ >]/g)).toBeNull()
  })

  test('names each id once', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('is well nested', () => {
    const open: string[] = []
    const empty = new Set(['meta', 'link', '!doctype'])
    for (const [, slash, name = '', rest = ''] of page.matchAll(/<(\/?)([!\w]+)((?:"[^"]*"|[^">])*)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (!rest.endsWith('/') && !empty.has(name)) open.push(name)
    }
    expect(open).toEqual([])
  })

  test('is the same for the same session', () => {
    const again = planPage(session())
    expect(again.html).toBe(page)
    expect([...again.files]).toEqual([...planPage(session()).files])
  })

  test('leaves out what is not known', () => {
    const short = planPage(session({ skew: null, effectivePartitions: null, growth: null, doubts: [] })).html
    expect(short).not.toMatch(/id="(?:keys|growth|doubts)"|href="#(?:keys|growth|doubts)"/)
  })

  test('follows light and dark on a screen, and is light on paper', () => {
    expect(page).toContain('@media screen and (prefers-color-scheme:dark){:root{')
    expect(page).toContain('@media print{')
    expect(page.match(/prefers-color-scheme/g)).toHaveLength(1)
  })
})

test('what comes from outside is text wherever it stands', () => {
  const hostile = '</script><script>alert(1)</script>&"\''
  const { answer, costs, course, batching, predictions, provenance, throughput } = session()
  const made = planPage(
    session({
      title: hostile,
      heading: hostile,
      subtitle: hostile,
      footer: hostile,
      reasons: [hostile],
      doubts: [hostile],
      answer: {
        ...answer,
        verdict: { ...answer.verdict, words: hostile, sentence: hostile },
        badges: [hostile],
        facts: [[hostile, hostile]]
      },
      throughput: {
        ...throughput!,
        fit: { ...throughput!.fit!, families: [{ family: hostile, weight: 1, leaveOneOut: 0 }] }
      },
      costs: {
        ...costs!,
        binding: hostile,
        panels: [{ ...costs!.panels[0]!, name: hostile, limit: { name: hostile, value: 512e6 } }]
      },
      course: { strips: [{ ...course!.strips[0]!, name: hostile }] },
      batching: { ...batching!, measure: hostile },
      predictions: {
        ...predictions!,
        measure: hostile,
        predictions: [{ name: hostile, predicted: 1, measured: 1 }]
      },
      assumptions: [{ quantity: hostile, value: hostile, origin: 'asked', source: hostile }],
      provenance: {
        environment: [[hostile, hostile]],
        seeds: [[hostile, hostile]],
        files: [{ name: hostile, what: hostile }],
        command: hostile,
        replay: hostile
      }
    })
  )
  const texts = [
    made.html,
    ...[...made.files].filter(([name]) => name.endsWith('.svg')).map(([, text]) => text)
  ]
  for (const text of texts) expect(text).not.toMatch(/<\/?script/)
  const escaped = '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;'
  expect(made.html.split(escaped).length).toBeGreaterThan(40)
  expect(provenance.replay).not.toBeNull()
})

describe('parts of a page', () => {
  test('numbers stay with their units in prose, and a command is as it is typed', () => {
    expect(prose('1 000 records, 5 MB/s')).toBe('1\u202f000 records, 5\u00a0MB/s')
    expect(command("npx plan --rate 1 000 --out 'a b' -q")).toBe(
      '<pre><code>npx plan <span class="option">--rate 1 000</span> ' +
        '<span class="option">--out &#39;a b&#39;</span> <span class="option">-q</span></code></pre>'
    )
  })

  test('a part without content has no markup and no place in the contents', () => {
    const empty = section('empty', 'Empty', '', items([]))
    expect(empty.html).toBe('')
    const html = pageShell({
      title: 't',
      heading: 'h',
      subtitle: 's',
      answer: '',
      sections: [empty, section('full', 'Full', items(['one']))],
      footer: 'f'
    })
    expect(html).not.toContain('empty')
    expect(html).toContain('<li><a href="#full">Full</a></li>')
  })
})
