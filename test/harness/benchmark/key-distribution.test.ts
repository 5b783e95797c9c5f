import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import {
  keySource,
  keysText,
  parseKeys,
  zipfWeights
} from '../../../src/harness/benchmark/key-distribution.ts'

const text = (key: Uint8Array | null): string | null => (key === null ? null : Buffer.from(key).toString())

function draw(distribution: string, count: number): (string | null)[] {
  const source = keySource(parseKeys(distribution), seededRandom(1), null)
  return Array.from({ length: count }, () => text(source.next()))
}

describe('keys', () => {
  test('are written as a kind with its numbers, and read back the same', () => {
    const forms = ['none', 'uniform:1000', 'zipf:0.99:100000', 'file:keys.txt', 'file:C:/keys']
    expect(forms.map(form => keysText(parseKeys(form)))).toEqual(forms)
  })

  test.each([
    ['', 'have another form'],
    ['zipf', 'have another form'],
    ['zipf:100', 'have another form'],
    ['file:', 'have another form'],
    ['uniform:0', 'from 1 to 10000000'],
    ['uniform:1.5', 'from 1 to 10000000'],
    ['uniform:1e9', 'from 1 to 10000000'],
    ['zipf::10', 'need an exponent'],
    ['zipf:-1:10', 'need an exponent'],
    ['zipf:x:10', 'need an exponent']
  ])('of the form %j are refused', (form, reason) => {
    expect(() => parseKeys(form)).toThrow(reason)
  })

  test('of no kind are null', () => {
    expect(draw('none', 3)).toEqual([null, null, null])
  })

  test('are equally long, so that records are', () => {
    expect(new Set(draw('uniform:1000', 500).map(key => key?.length))).toEqual(new Set([4]))
    expect(draw('uniform:1', 2)).toEqual(['k0', 'k0'])
  })

  test('drawn evenly come equally often', () => {
    const keys = draw('uniform:10', 20_000)
    for (let key = 0; key < 10; key++) {
      const count = keys.filter(drawn => drawn === `k${key}`).length
      expect(Math.abs(count / 2000 - 1)).toBeLessThan(0.1)
    }
  })

  test('drawn by Zipf have weight rank^-s', () => {
    expect([...zipfWeights(1, 4)]).toEqual([1, 1 / 2, 1 / 3, 1 / 4])
    const keys = draw('zipf:1:100', 50_000)
    const weights = [...zipfWeights(1, 100)]
    const sum = weights.reduce((total, weight) => total + weight, 0)
    for (const rank of [0, 1, 9]) {
      const count = keys.filter(key => key === `k${String(rank).padStart(2, '0')}`).length
      expect(Math.abs(count / 50_000 / (weights[rank]! / sum) - 1)).toBeLessThan(0.1)
    }
  })

  test('of a file come in its order, again and again', () => {
    const lines = ['a', 'bb', 'c'].map(line => new Uint8Array(Buffer.from(line)))
    const source = keySource({ kind: 'file', path: 'x' }, seededRandom(1), lines)
    expect(Array.from({ length: 5 }, () => text(source.next()))).toEqual(['a', 'bb', 'c', 'a', 'bb'])
    expect(() => keySource({ kind: 'file', path: 'x' }, seededRandom(1), null)).toThrow('need its lines')
  })

  test('are the same for the same seed', () => {
    expect(draw('zipf:0.99:1000', 50)).toEqual(draw('zipf:0.99:1000', 50))
  })
})
