import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { collectSetting } from '../../src/cli/config-flags.ts'
import { refuseDoubledFlags } from '../../src/cli/doubled-flags.ts'

/** What a command below another takes of a line. */
function taken(line: string): object {
  const program = new Command('x').exitOverride().configureOutput({ writeErr: () => {} })
  const below = program
    .command('below')
    .option('--rate <rate>', '', text => Number(text))
    .option('--engine <name=value>', '', collectSetting)
    .option('--short', '')
    .action(() => {})
  refuseDoubledFlags(program)
  program.parse(['below', ...line.split(' ')], { from: 'user' })
  return below.opts()
}

describe('a flag that is given twice', () => {
  test.each([
    ['--rate 1 --rate 2', '--rate is given twice, as 1 and as 2: give it once.'],
    ['--rate=1 --short --rate=1', '--rate is given twice, as 1 and as 1: give it once.']
  ])('is refused in one sentence where it has one value: %s', (line, sentence) => {
    expect(() => taken(line)).toThrow(sentence)
  })

  test('is taken where it adds to what was given, or has no value', () => {
    expect(taken('--engine a=1 --engine b=2 --short --short')).toEqual({
      engine: { a: '1', b: '2' },
      short: true
    })
    expect(taken('--rate 3')).toEqual({ rate: 3 })
  })
})
