import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headersSize, NO_HEADERS, readHeaders, writeHeaders } from '../../../src/wire/record/record-header.ts'
import { utf8 } from './golden-records.ts'

/** Headers of r2 of the golden vectors: h1 = v1, h2 = null. */
const HEADERS = [
  { key: 'h1', value: utf8('v1') },
  { key: 'h2', value: null }
]
const HEADERS_HEX = '04046831047631' + '04683201'

function written(headers: typeof HEADERS | typeof NO_HEADERS): Buffer {
  const bytes = Buffer.alloc(headersSize(headers))
  expect(writeHeaders(bytes, 0, headers)).toBe(bytes.length)
  return bytes
}

test("headers have Kafka's bytes", () => {
  expect(written(HEADERS).toString('hex')).toBe(HEADERS_HEX)
  expect(written(NO_HEADERS).toString('hex')).toBe('00')
})

test('nobody can add a header to the headers of a record that has none', () => {
  expect(Object.isFrozen(NO_HEADERS)).toBe(true)
})

describe('reading headers', () => {
  const body = Buffer.from(HEADERS_HEX.slice(2), 'hex')

  test('gives names, and values as views of the bytes', () => {
    const headers = readHeaders(body, 0, body.length, 2)
    expect(headers).toEqual(HEADERS)
    expect(headers?.[0]?.value?.buffer).toBe(body.buffer)
  })

  test('gives null if they end before or after the end of the record', () => {
    expect(readHeaders(body, 0, body.length, 1)).toBeNull()
    expect(readHeaders(body, 0, body.length, 3)).toBeNull()
    for (let end = 0; end < body.length; end++) expect(readHeaders(body, 0, end, 2), `end ${end}`).toBeNull()
  })

  test('gives null for a name that is null', () => {
    expect(readHeaders(Buffer.from('0100', 'hex'), 0, 2, 1)).toBeNull()
  })

  test('gives back what was written, whatever the names and values are', () => {
    const header = fc.record({
      key: fc
        .array(fc.constantFrom('a', 'é', '数', '🌊'), { maxLength: 70 })
        .map(letters => letters.join('')),
      value: fc.option(fc.uint8Array({ maxLength: 100 }))
    })
    fc.assert(
      fc.property(fc.array(header, { maxLength: 80 }), fc.nat(20), (headers, at) => {
        const bytes = Buffer.alloc(at + headersSize(headers))
        expect(writeHeaders(bytes, at, headers)).toBe(bytes.length)
        const countBytes = headers.length < 64 ? 1 : 2
        expect(readHeaders(bytes, at + countBytes, bytes.length, headers.length)).toEqual(headers)
      })
    )
  })
})
