import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VarintCursor, varintSize, varlongSize, writeVarint, writeVarlong } from '../../native-free/varint.ts'

const MAX = Number.MAX_SAFE_INTEGER

function hexOf(write: typeof writeVarint, value: number): string {
  const bytes = new Uint8Array(12)
  return Buffer.from(bytes.subarray(0, write(bytes, 0, value))).toString('hex')
}

function cursorOver(hex: string, limit = hex.length / 2): VarintCursor {
  return new VarintCursor(Uint8Array.from(Buffer.from(hex, 'hex')), 0, limit)
}

/** Kafka's formula over a BigInt. */
function hexByDefinition(value: number): string {
  const wide = BigInt(value)
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)]).toString('hex')
}

const VARINTS: [value: number, hex: string][] = [
  [0, '00'],
  [-1, '01'],
  [1, '02'],
  [-2, '03'],
  [63, '7e'],
  [-64, '7f'],
  [64, '8001'],
  [-65, '8101'],
  [300, 'd804'],
  [8191, 'fe7f'],
  [-8192, 'ff7f'],
  [8192, '808001'],
  [1048575, 'feff7f'],
  [134217727, 'feffff7f'],
  [134217728, '8080808001'],
  [2147483647, 'feffffff0f'],
  [-2147483648, 'ffffffff0f']
]

test.each(VARINTS)('%i has the bytes %s, read and written in both widths', (value, hex) => {
  expect([hexOf(writeVarint, value), hexOf(writeVarlong, value)]).toEqual([hex, hex])
  expect([varintSize(value), varlongSize(value)]).toEqual([hex.length / 2, hex.length / 2])
  expect([cursorOver(hex).readVarint(), cursorOver(hex).readVarlong()]).toEqual([value, value])
})

test.each([
  [2147483648, '8080808010'],
  [-2147483649, '8180808010'],
  [17179869183, 'feffffff7f'],
  [17179869184, '808080808001'],
  [1700000000000, '80a0abfef962'],
  [MAX, 'feffffffffffff1f'],
  [-MAX, 'fdffffffffffff1f']
])('%i has the varlong bytes %s', (value, hex) => {
  expect(hexByDefinition(value)).toBe(hex)
  expect(hexOf(writeVarlong, value)).toBe(hex)
  expect(varlongSize(value)).toBe(hex.length / 2)
  expect(cursorOver(hex).readVarlong()).toBe(value)
})

test('every int32 has the bytes of the definition and comes back', () => {
  fc.assert(
    fc.property(fc.integer(), value => {
      const hex = hexOf(writeVarint, value)
      expect(hex).toBe(hexByDefinition(value))
      expect(varintSize(value)).toBe(hex.length / 2)
      expect(cursorOver(hex).readVarint()).toBe(value)
    })
  )
})

test('every safe integer has the bytes of the definition and comes back', () => {
  const magnitude = fc.integer({ min: 0, max: 53 }).map(bits => 2 ** bits - 1)
  const value = fc.oneof(
    fc.maxSafeInteger(),
    fc.tuple(magnitude, fc.integer({ min: -3, max: 3 })).map(([a, b]) => a + b)
  )
  const safe = fc.tuple(value, fc.boolean()).map(([any, isNegative]) => (isNegative ? -any : any) + 0)
  fc.assert(
    fc.property(safe.filter(Number.isSafeInteger), any => {
      const hex = hexOf(writeVarlong, any)
      expect(hex).toBe(hexByDefinition(any))
      expect(varlongSize(any)).toBe(hex.length / 2)
      expect(cursorOver(hex).readVarlong()).toBe(any)
    }),
    { numRuns: 1000 }
  )
})

test('a cursor reads one varint after another and stops exactly behind each', () => {
  const bytes = new Uint8Array(64)
  let end = 5
  for (const [value] of VARINTS.slice(0, 12)) end = writeVarint(bytes, end, value)
  const cursor = new VarintCursor(bytes, 5, end)
  expect(VARINTS.slice(0, 12).map(() => cursor.readVarint())).toEqual(
    VARINTS.slice(0, 12).map(([value]) => value)
  )
  expect(cursor.at).toBe(end)
  expect(() => cursor.readVarint()).toThrow(`The varint at ${end} crosses the limit ${end}.`)
})

test('varlongs of every size follow one another', () => {
  const values = Array.from({ length: 54 }, (_, bits) => (bits % 2 === 0 ? 2 ** bits - 1 : 1 - 2 ** bits))
  const bytes = new Uint8Array(500)
  const end = values.reduce((at, value) => writeVarlong(bytes, at, value), 0)
  const cursor = new VarintCursor(bytes, 0, end)
  expect(values.map(() => cursor.readVarlong())).toEqual(values)
  expect(cursor.at).toBe(end)
})

test.each(['', '80', '8080', '80808080', 'ffffffff'])('a varint cut after %s crosses the limit', hex => {
  const cursor = cursorOver(`${hex}00`, hex.length / 2)
  expect(() => cursor.readVarint()).toThrow(RangeError)
  expect(() => cursor.readVarlong()).toThrow(`The varint at 0 crosses the limit ${hex.length / 2}.`)
  expect(cursor.at).toBe(0)
})

test('a varlong of more than four bytes may not cross the limit either', () => {
  expect(() => cursorOver('80808080808001', 6).readVarlong()).toThrow('The varint at 0 crosses the limit 6.')
})

test('a sixth byte of a varint and an eleventh of a varlong are refused', () => {
  expect(() => cursorOver('808080808000').readVarint()).toThrow('The varint at 0 has more than 5 bytes.')
  const eleven = `${'80'.repeat(10)}00`
  expect(() => cursorOver(eleven).readVarlong()).toThrow('The varlong at 0 has more than 10 bytes.')
})

test('bytes longer than needed are read as Kafka reads them, bits beyond the width dropped', () => {
  expect(cursorOver('8000').readVarint()).toBe(0)
  expect(cursorOver('818080807f').readVarint()).toBe(cursorOver('818080800f').readVarint())
  expect(cursorOver('81808080808080808002').readVarlong()).toBe(-1)
})

test.each([
  ['2^53', '8080808080808020'],
  ['-2^53', 'ffffffffffffff1f'],
  ['the largest int64', 'feffffffffffffffff01'],
  ['the smallest int64', 'ffffffffffffffffff01']
])('%s is refused, because a number would round it', (_, hex) => {
  expect(() => cursorOver(hex).readVarlong()).toThrow('The varlong at 0 needs more than 53 bits.')
})
