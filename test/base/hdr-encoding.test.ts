import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeHdrCounts, hdrBase64 } from '../../src/base/hdr-encoding.ts'
import { decodeHistogram, lowestOfCell, plainOf } from '../support/hdr-decoder.ts'

/** Written by other implementations: HdrHistogram in Java, and its C port. */
const FROM_JAVA_2048 = 'HISTFAAAACB4nJNpmSzMwMDAzAABMJoRQnEw2H+AsP7LMwEARZgDpQ=='
const FROM_C_300 = 'HISTFAAAACV4nJNpmSzMwMDAwQABzFCaEUrp2H+AsI4zMh1lZEpkAgBdIQSk'
/** First line of a log that ships with HdrHistogram; its greatest value is 2.769 ms, in nanoseconds. */
const FROM_JHICCUP =
  'HISTFAAAAEV42pNpmSzMwMCgyAABTBDKT4GBgdnNYMcCBvsPEBEJISEuATEZMQ4uASkhIR4nrxg9v2lMaxhvMekILGZkKmcCAEf2CsI='

/** Counts with some cells filled. */
function counts(cells: Readonly<Record<number, number>>, length = 4096): number[] {
  const filled = new Array<number>(length).fill(0)
  for (const [index, count] of Object.entries(cells)) filled[Number(index)] = count
  return filled
}

describe('what others wrote', () => {
  test('is read by the decoder that these tests rest on', () => {
    const fromJava = decodeHistogram(FROM_JAVA_2048)
    expect(fromJava).toMatchObject({ digits: 3, lowest: 1, highest: 2048, ratio: 1 })
    expect([...fromJava.counts]).toEqual([[2048, 1]])
    const log = decodeHistogram(FROM_JHICCUP)
    const greatest = Math.max(...log.counts.keys())
    // The cell of 2.769 ms: 2,768,896 to 2,769,… nanoseconds, printed as milliseconds with three digits.
    expect(log.digits).toBe(2)
    expect(greatest).toBeGreaterThan(0)
  })

  test('is what ours writes for the same counts, byte for byte', () => {
    const java = { digits: 3, lowest: 1, highest: 2048, counts: counts({ 2048: 1 }) }
    expect(Buffer.from(encodeHdrCounts(java))).toEqual(plainOf(FROM_JAVA_2048))
    const c = { digits: 3, lowest: 1, highest: 300, counts: counts({ 100: 1, 200: 1, 250: 1 }) }
    expect(Buffer.from(encodeHdrCounts(c))).toEqual(plainOf(FROM_C_300))
  })
})

describe('the packed form', () => {
  test('has one number for a stretch of zeros and none behind the last count', () => {
    const bytes = encodeHdrCounts({ digits: 3, lowest: 1, highest: 3_600_000_000, counts: counts({ 3: 5 }) })
    // -3 is zigzag 5, 5 is zigzag 10.
    expect([...bytes.subarray(40)]).toEqual([5, 10])
    expect([...bytes.subarray(4, 8)]).toEqual([0, 0, 0, 2])
  })

  test('of no counts is that of a single zero', () => {
    const bytes = encodeHdrCounts({ digits: 3, lowest: 1, highest: 2048, counts: counts({}) })
    expect([...bytes.subarray(40)]).toEqual([0])
  })

  test('gives any counts back', () => {
    const cells = fc.dictionary(
      fc.integer({ min: 0, max: 23_551 }).map(String),
      fc.integer({ min: 1, max: 2 ** 48 }),
      { maxKeys: 50 }
    )
    fc.assert(
      fc.property(cells, filled => {
        const packed = hdrBase64({
          digits: 3,
          lowest: 1,
          highest: 3_600_000_000,
          counts: counts(filled, 23_552)
        })
        expect(packed.startsWith('HISTFAAA')).toBe(true)
        const decoded = decodeHistogram(packed)
        expect(Object.fromEntries(decoded.counts)).toEqual({ ...filled })
        expect(decoded).toMatchObject({ digits: 3, lowest: 1, highest: 3_600_000_000, ratio: 1 })
      })
    )
  })

  test('counts in cells whose lowest values the description gives', () => {
    expect([0, 2047, 2048, 3071, 3072].map(lowestOfCell)).toEqual([0, 2047, 2048, 4094, 4096])
  })
})
