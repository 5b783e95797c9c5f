import { expect, test } from 'vitest'
import { InvariantError } from '../../../src/base/invariant.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { AliasTable } from '../../../src/harness/benchmark/alias-table.ts'

function shares(weights: readonly number[], draws = 200_000): number[] {
  const table = new AliasTable(weights)
  const random = seededRandom(3)
  const counts = weights.map(() => 0)
  for (let draw = 0; draw < draws; draw++) counts[table.draw(random)]! += 1
  return counts.map(count => count / draws)
}

test('draws each index as often as its weight says', () => {
  const weights = [1, 0, 5, 2, 0.5, 1.5]
  for (const [index, share] of shares(weights).entries()) {
    expect(Math.abs(share - weights[index]! / 10)).toBeLessThan(0.005)
  }
})

test('never draws an index without weight, and always the only one', () => {
  expect(shares([0, 3, 0], 1000)).toEqual([0, 1, 0])
  expect(shares([7], 100)).toEqual([1])
})

test('needs a weight above 0', () => {
  expect(() => new AliasTable([])).toThrow(InvariantError)
  expect(() => new AliasTable([0, 0])).toThrow(InvariantError)
})
