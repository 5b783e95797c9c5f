import { expect, test } from 'vitest'
import { withoutFlag } from '../../src/planner/without-flag.ts'

test.each([
  ['highwater plan --points 1,2 --rate 3MB/s', 'highwater plan --rate 3MB/s'],
  ['highwater plan --points=1,2 --rate 3MB/s', 'highwater plan --rate 3MB/s'],
  [`highwater plan --points '1, 2' --short`, 'highwater plan --short'],
  [`highwater plan '--points=1, 2' --short`, 'highwater plan --short'],
  ['highwater plan --rate 3MB/s --points 1', 'highwater plan --rate 3MB/s'],
  ['highwater plan --rate 3MB/s', 'highwater plan --rate 3MB/s'],
  // Only the flag of that name, and no text of another one's value.
  [`plan --pointsmax 3 --out 'a --points b' --topic 'it'\\''s --points'`, null]
])('a flag and its value leave the rest of a command as it is: %s', (command, rest) => {
  expect(withoutFlag(command, '--points')).toBe(rest ?? command)
})
