import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedOutput, OutputTooLargeError } from '../../native-free/bounded-output.ts'

type Step =
  | readonly ['append', Uint8Array]
  | readonly ['repeat', number, number]
  | readonly ['fill', number, number]

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('append' as const), fc.uint8Array({ maxLength: 200 })),
  fc.tuple(fc.constant('repeat' as const), fc.integer({ min: 1, max: 300 }), fc.nat(300)),
  fc.tuple(fc.constant('fill' as const), fc.nat(255), fc.nat(300))
)

test('steps of every kind make what they would make one byte at a time', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), steps => {
      const output = new BoundedOutput('test', 0, 100_000)
      const expected: number[] = []
      for (const [kind, first, count] of steps) {
        if (kind === 'append') {
          output.append(first, 0, first.length)
          expected.push(...first)
        } else if (kind === 'fill') {
          output.fill(first, count)
          for (let index = 0; index < count; index++) expected.push(first)
        } else if (first <= expected.length) {
          output.repeat(first, count)
          for (let index = 0; index < count; index++) expected.push(expected[expected.length - first] ?? -1)
        }
      }
      expect([...output.made]).toEqual(expected)
    })
  )
})

test('it takes its cap exactly, and one byte more is refused with a text that names both', () => {
  const output = new BoundedOutput('test', 10, 1000)
  output.fill(1, 1000)
  expect(output.made).toHaveLength(1000)
  const refusal = 'The test data grows beyond the permitted 1000 bytes.'
  expect(() => output.fill(1, 1)).toThrow(new OutputTooLargeError(refusal))
  expect(() => output.repeat(1, 1)).toThrow(OutputTooLargeError)
  expect(output.made).toHaveLength(1000)
})

test('a large cap or a large guess costs nothing before bytes are made', () => {
  expect(new BoundedOutput('test', 100, 2 ** 31 - 1).bytes.length).toBeLessThan(1000)
  expect(new BoundedOutput('test', 1e9, 2000).bytes.length).toBeLessThan(3000)
})

test('memory grows with what is made, to no more than about twice of it', () => {
  const output = new BoundedOutput('test', 0, 1e9)
  for (let index = 0; index < 1000; index++) output.fill(index & 0xff, 100)
  expect(output.bytes.length).toBeLessThan(2.1 * 100_000)
})
