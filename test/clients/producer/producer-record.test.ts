import { expect, test } from 'vitest'
import { checkedHeaders } from '../../../src/clients/producer/producer-record.ts'

const parsed = (json: string): never => JSON.parse(json) as never

test('sound headers are taken as they are', () => {
  const headers = [
    { key: 'trace', value: new Uint8Array([1]) },
    { key: '', value: null }
  ]
  expect(checkedHeaders(headers)).toBe(headers)
  expect(checkedHeaders(undefined)).toEqual([])
})

test.each([
  '[{"key":"a","value":"text"}]',
  '[{"key":"a","value":5}]',
  '[{"key":5,"value":null}]',
  '[null]',
  '{"a":"b"}'
])('headers that would be sent as other bytes are refused: %s', json => {
  expect(() => checkedHeaders(parsed(json))).toThrow(/key a string, the value a Uint8Array or null/)
})
