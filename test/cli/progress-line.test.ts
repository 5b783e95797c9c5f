import { describe, expect, test } from 'vitest'
import { ProgressLine } from '../../src/cli/progress-line.ts'

const EVENT = { step: 'measure', text: '4 partitions, run 2 of 3', done: 0.5, leftSeconds: 21.4 } as const

/** What a terminal of so many columns is sent; null: no terminal. */
function shown(columns: number | null, act: (line: ProgressLine) => void): string[] {
  const texts: string[] = []
  const signal = new AbortController().signal
  act(new ProgressLine({ out: () => {}, err: text => texts.push(text), columns, signal }))
  return texts
}

describe('progress', () => {
  test('is a line for each step where nobody watches', () => {
    expect(
      shown(null, line => {
        line.show(EVENT)
        line.end()
      })
    ).toEqual(['  4 partitions, run 2 of 3\n'])
  })

  test('is a bar with the time left on a terminal, written over and cleared at the end', () => {
    const [first, last] = shown(80, line => {
      line.show(EVENT)
      line.end()
    })
    expect(first).toBe('\r\u001b[2K██████████░░░░░░░░░░ about 21 s left · 4 partitions, run 2 of 3')
    expect(last).toBe('\r\u001b[2K')
  })

  test('never wraps on a narrow terminal', () => {
    const [first = ''] = shown(30, line => line.show(EVENT))
    expect(first.replace('\r\u001b[2K', '')).toHaveLength(29)
  })

  test('says a second where less is left', () => {
    const [first] = shown(80, line => line.show({ ...EVENT, leftSeconds: 0 }))
    expect(first).toContain('about 1 s left')
  })
})
