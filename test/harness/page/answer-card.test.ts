import { describe, expect, test } from 'vitest'
import { answerCard } from '../../../src/harness/page/answer-card.ts'
import { session } from './fixture.ts'

const { answer } = session()

describe('the answer', () => {
  test('is the count with its interval, and a sign beside the colour of its verdict', () => {
    const html = answerCard(answer, null)
    expect(html).toContain(
      '<p class="count">30 partitions</p>\n<p class="range">95\u00a0% interval: 27 to 32</p>'
    )
    expect(html).toContain('<p class="verdict held"><b><span aria-hidden="true">✓</span> Verified</b>')
    const signs = (['failed', 'open'] as const).map(state => {
      const made = answerCard({ ...answer, verdict: { ...answer.verdict, state } }, null)
      return /verdict (\w+)"><b><span aria-hidden="true">(.)</.exec(made)?.slice(1)
    })
    expect(signs).toEqual([
      ['failed', '✗'],
      ['open', '○']
    ])
  })

  test('of one partition is no plural, and of one count no interval', () => {
    const html = answerCard({ ...answer, answer: { kind: 'count', partitions: 1, interval: [1, 1] } }, null)
    expect(html).toContain('<p class="count">1 partition</p>')
    expect(html).toContain('No other count lies in the 95\u00a0% interval.')
  })

  test('may be no count at all', () => {
    const stated = { kind: 'stated' as const, text: '2 <records/s>', range: 'No interval.' }
    expect(answerCard({ ...answer, answer: stated }, null)).toContain(
      '<p class="count">2 &lt;records/s&gt;</p>\n<p class="range">No interval.</p>'
    )
  })

  test('that is refused says why and what would settle it', () => {
    const refused = {
      kind: 'refused' as const,
      reason: 'Tp <never> settled.',
      cure: null,
      command: 'plan --seconds 20'
    }
    const html = answerCard({ ...answer, answer: refused, badges: [], facts: [] }, null)
    expect(html).toContain('<p class="count">No count</p>')
    expect(html).toContain('Tp &lt;never&gt; settled.')
    expect(html).toContain('<span class="option">--seconds 20</span>')
    expect(html).not.toMatch(/<dl|<ul/)
  })

  test('that no measurement changes names no command, but what helps', () => {
    const refused = { kind: 'refused' as const, reason: 'Too hot.', cure: 'Split the <key>.', command: null }
    const html = answerCard({ ...answer, answer: refused, badges: [], facts: [] }, null)
    expect(html).toContain('Split the &lt;key&gt;.')
    expect(html).not.toMatch(/settle|<code/)
  })
})
