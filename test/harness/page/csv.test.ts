import { expect, test } from 'vitest'
import { csvOf } from '../../../src/harness/page/csv.ts'

test('a table is a file after RFC 4180, with raw numbers and their units in its head', () => {
  const text = csvOf({
    title: 'Runs',
    columns: [
      { heading: 'Name' },
      { heading: 'Rate', quantity: 'bytes-per-second' },
      { heading: 'Low, high' }
    ],
    rows: [
      ['plain', 331_000_000.5, null],
      ['a "quoted", one', 0, '=1+1'],
      ['two\r\nlines', -0.1]
    ]
  })
  expect(text).toBe(
    'Name,Rate (B/s),"Low, high"\r\n' +
      'plain,331000000.5,\r\n' +
      '"a ""quoted"", one",0,=1+1\r\n' +
      '"two\r\nlines",-0.1,\r\n'
  )
})
