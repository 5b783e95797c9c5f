import { expect, test } from 'vitest'
import { typedCommand } from '../../src/cli/typed-command.ts'

test('a command is given back as a shell takes it', () => {
  expect(typedCommand(['bench', 'produce', '--rate', '5MB/s', '--record-size', '100:0.7,1KB:0.3'])).toBe(
    'npx highwater bench produce --rate 5MB/s --record-size 100:0.7,1KB:0.3'
  )
  expect(typedCommand(['plan', '--topic', "it's $x"])).toBe(`npx highwater plan --topic 'it'\\''s $x'`)
})

test('flags that a better command changes are left out with their values', () => {
  const args = ['plan', '--runs', '5', '--rate', '1MB/s', '--seconds=3']
  expect(typedCommand(args, ['--runs', '--seconds'])).toBe('npx highwater plan --rate 1MB/s')
})
