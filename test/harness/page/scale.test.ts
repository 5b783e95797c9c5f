import { expect, test } from 'vitest'
import { makeScale, pixelOf } from '../../../src/harness/page/scale.ts'

test('an axis ends at its ticks, or at its data', () => {
  const spec = { kind: 'linear' as const, low: 0, high: 36, ticks: 4 }
  expect(makeScale({ ...spec, isRound: true })).toEqual({
    kind: 'linear',
    low: 0,
    high: 40,
    ticks: [0, 10, 20, 30, 40]
  })
  expect(makeScale({ ...spec, isRound: false })).toEqual({
    kind: 'linear',
    low: 0,
    high: 36,
    ticks: [0, 10, 20, 30]
  })
})

test('an axis of a single value has an extent all the same', () => {
  const { low, high } = makeScale({ kind: 'log', low: 1, high: 1, ticks: 4, isRound: false })
  expect([low, high]).toEqual([1, 2])
})

test('equal factors are equally wide on a logarithmic axis, and nothing lies outside', () => {
  const scale = makeScale({ kind: 'log', low: 1, high: 100, ticks: 3, isRound: true })
  expect([1, 10, 100].map(value => pixelOf(scale, value, 0, 200))).toEqual([0, 100, 200])
  expect([0, -5, 1e6].map(value => pixelOf(scale, value, 200, 0))).toEqual([200, 200, 0])
})
