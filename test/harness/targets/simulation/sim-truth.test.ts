import { expect, test } from 'vitest'
import { partitionForKey } from '../../../../src/base/key-partition.ts'
import { partitionShares } from '../../../../src/harness/targets/simulation/sim-truth.ts'

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

test('without keys every partition has the same share', () => {
  expect([...partitionShares({ kind: 'even' }, 4)]).toEqual([0.25, 0.25, 0.25, 0.25])
})

test('keys fall where the hash of their name says, each with its weight', () => {
  const shares = partitionShares({ kind: 'weights', weights: [5, 3, 1, 1] }, 8)
  const expected = new Float64Array(8)
  for (const [key, weight] of [5, 3, 1, 1].entries()) {
    expected[partitionForKey(new TextEncoder().encode(`k${key}`), 8)]! += weight / 10
  }
  for (const [partition, share] of shares.entries()) expect(share).toBeCloseTo(expected[partition] ?? 0, 12)
})

test.each([
  // Greatest share times N, about as the table of key skew has it for real keys of this kind.
  { exponent: 0, low: 1, high: 1.03 },
  { exponent: 0.99, low: 1.5, high: 2.3 },
  { exponent: 1.2, low: 2.7, high: 3.5 }
])(
  '100 000 keys of Zipf $exponent on 12 partitions are as uneven as such keys are',
  ({ exponent, low, high }) => {
    const shares = partitionShares({ kind: 'zipf', exponent, keys: 100_000 }, 12)
    expect(sum(shares)).toBeCloseTo(1, 9)
    const imbalance = 12 * Math.max(...shares)
    expect(imbalance).toBeGreaterThan(low)
    expect(imbalance).toBeLessThan(high)
  }
)

test('uniform keys are a Zipf distribution of exponent 0', () => {
  const uniform = partitionShares({ kind: 'uniform', keys: 1000 }, 12)
  expect([...uniform]).toEqual([...partitionShares({ kind: 'zipf', exponent: 0, keys: 1000 }, 12)])
})
