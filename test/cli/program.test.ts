import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { exitCodeOf, runProgram } from '../../src/cli/program.ts'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(...args: string[]): Promise<Outcome> {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    columns: null,
    signal: new AbortController().signal
  }
  const code = await runProgram(args, terminal)
  return { code, out, err }
}

/** What a call that cannot be right is told: one sentence, exit code 1, nothing measured. */
async function refused(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^highwater: [^\n]+[^.][.?]\n$/)
  return err.slice('highwater: '.length, -1)
}

describe('the command line', () => {
  test('prints help and version, and takes both for done', async () => {
    const help = await run('plan', '--help')
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('--process <cost>')
    // Wrapped as wide as the terminal is.
    const text = help.out.replace(/\s+/g, ' ')
    expect(text).toContain('--runs <count> runs of each measurement, 3 or more; 5 by default, 3 with --short')
    expect(text).toContain('--seconds <seconds> length of a run, 0.2 to 3600; 5 by default, 1 with --short')
    expect(text).toContain('Exit codes: 0 done, also if this machine cannot verify the count; 2 ')
    expect(help.out).not.toContain('--bootstrap-server')
    const version = await run('--version')
    expect(version).toMatchObject({ code: 0, err: '' })
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('shows its help to somebody who typed nothing', async () => {
    const nothing = await run()
    expect(nothing).toMatchObject({ code: 1, out: '' })
    expect(nothing.err).toContain('Usage: highwater')
  })

  test('names the nearest known flag or command for one it does not know', async () => {
    expect(await refused('plan', '--rat', '1MB/s')).toBe('there is no flag --rat; did you mean --rate?')
    expect(await refused('plan', '--recordsize=1KB')).toContain('did you mean --record-size?')
    expect(await refused('plan', '--qqqqqqqqqqqqqqqq')).toContain('known are --rate, ')
    expect(await refused('pln')).toBe('there is no command "pln"; did you mean plan?')
  })

  test('refuses a rate that is none, in one sentence with the cure', async () => {
    expect(await refused('plan', '--rate', 'banana')).toBe(
      '--rate: The rate "banana" is not a rate: give bytes per second with a unit, ' +
        'such as 120MB/s, 500KB/s or 1GB/s.'
    )
    expect(await refused('plan', '--rate', '0MB/s')).toContain('is not above zero')
    expect(await refused('plan', '--rate', '0')).toContain('is not above zero')
    expect(await refused('plan')).toBe('plan needs a target: give --rate, such as --rate 120MB/s.')
    expect(await refused('plan', '--rate')).toContain('argument missing')
  })

  test.each([
    [
      'plan',
      ['--rate', '1MB/s', '--growth', '5%', '--growth=6%'],
      '--growth is given twice, as 5% and as 6%'
    ],
    ['bench produce', ['--seconds', '1', '--seconds', '2'], '--seconds is given twice, as 1 and as 2'],
    ['tune', ['--seed', '1', '--seed', '1'], '--seed is given twice, as 1 and as 1'],
    ['report replay', ['there', '--out', 'a', '--out', 'b'], '--out is given twice, as a and as b']
  ])('refuses a flag of %s that is given twice', async (command, flags, sentence) => {
    expect(await refused(...command.split(' '), ...flags)).toBe(`${sentence}: give it once.`)
  })

  test('refuses in a dry run what the run itself would refuse', async () => {
    const dry = ['plan', '--rate', '1MB/s', '--dry-run']
    expect(await refused(...dry, '--handler', 'no-such.mjs')).toContain('no-such.mjs cannot be found')
    expect(await refused(...dry, '--engine', 'nope=1')).toContain('"nope" is not a broker setting')
    expect(await refused(...dry, '--engine', 'log.dirs=there')).toContain('leave log.dirs out')
    expect(await refused(...dry, '--target', 'sim:nope')).toContain('The law "nope" has no known family')
    const taken = ['--engine', 'engine.partition.pace=2000000', '--engine', 'engine.partition.threads.max=4']
    expect(await run(...dry, ...taken)).toMatchObject({ code: 0, err: '' })
  })

  test('refuses other flags that make no sense', async () => {
    const rate = ['plan', '--rate', '1MB/s']
    expect(await refused(...rate, '--process', 'sleep:2ms')).toContain('has no known kind')
    expect(await refused(...rate, '--record-size', '1')).toContain('1 B is below 16 B')
    expect(await refused(...rate, '--runs', 'many')).toMatch(/'many' is invalid\. It is not a number\.$/)
    expect(await refused(...rate, '--runs', '1')).toContain('from 3 to 100, not 1')
    expect(await refused(...rate, '--topic', '../x')).toContain('The topic cannot be made')
    expect(await refused(...rate, '--topic', '..')).toContain('the topic name cannot be ".."')
    expect(await refused(...rate, 'surplus')).toMatch(/Expected 0 arguments but got 1\.$/)
    expect(await refused(...rate, '--bootstrap-server', 'host:9092')).toContain('embedded engine only')
  })

  test('names the flag whose value is wrong, once', async () => {
    const rate = ['plan', '--rate', '1MB/s']
    expect(await refused(...rate, '--lag-slo', '5')).toMatch(/^--lag-slo: The duration "5" has no unit: /)
    expect(await refused(...rate, '--retention', '5 w')).toMatch(/^--retention: The duration "5 w" has the /)
    expect(await refused('plan', '--rate', '120')).toMatch(/^--rate: The rate "120" has no unit: /)
    expect((await refused(...rate, '--runs', 'many')).match(/--runs/g)).toHaveLength(1)
  })

  test('names the nearest flag and command of bench, tune and config', async () => {
    expect(await refused('bench', 'prodce')).toBe(
      'there is no command "prodce" of bench; did you mean produce?'
    )
    expect(await refused('bench', 'produce', '--rat', '5/s')).toBe(
      'there is no flag --rat; did you mean --rate?'
    )
    expect(await refused('tune', '--batch-size', '5')).toContain('did you mean --batch-sizes?')
    expect(await refused('config', 'lingr')).toBe('No setting has "lingr" in it; did you mean linger.ms?')
    expect(await refused('config', 'a-word-that-is-nowhere')).toContain('leave the word out to see all.')
  })

  test('shows the workloads to somebody who typed bench alone', async () => {
    const nothing = await run('bench')
    expect(nothing).toMatchObject({ code: 1, out: '' })
    for (const workload of ['produce', 'consume', 'e2e']) expect(nothing.err).toContain(workload)
  })

  test.each<[string[], string]>([
    [
      ['bench', 'produce', '--rate', 'banana'],
      '--rate: The rate "banana" is not a rate: give records or bytes a second'
    ],
    [['bench', 'produce', '--rate', '5'], 'is not a rate'],
    [['bench', 'produce', '--rate', '1e99/s'], 'is not a rate'],
    [['bench', 'produce', '--rate', '9999999999/s'], 'must lie between'],
    [['bench', 'produce', '--record-size', '1'], 'is below 20 B'],
    [['bench', 'produce', '--record-size', '100:0.5'], 'add up to 0.5'],
    [['bench', 'produce', '--keys', 'zipf'], 'have another form'],
    [['bench', 'produce', '--config', 'linger.ms'], 'Give NAME=VALUE'],
    [['bench', 'produce', '--config', 'lingr.ms=1'], 'did you mean linger.ms?'],
    [['bench', 'produce', '--partitions', '0'], 'from 1 to 1000, not 0'],
    [['bench', 'produce', '--loaders', 'many'], 'It is not a number'],
    [['bench', 'produce', '--seconds', '-1'], 'must lie between 0.2 and 3600'],
    [
      ['bench', 'produce', '--record-file', 'no-such-file'],
      'cannot be read: no such file or directory (ENOENT)'
    ],
    [['bench', 'produce', '--stall', '1s'], 'another form than SILENCE/PERIOD'],
    [['bench', 'produce', '--consumers', '2'], 'there is no flag --consumers'],
    [['bench', 'consume', '--api', 'stream'], 'Allowed choices are forEach, poll'],
    [['bench', 'produce', '--legacy'], 'there is no flag --legacy'],
    [['bench', 'produce', '--partitioner', 'sticki'], 'Allowed choices are default, uniform-sticky, sticky,'],
    [
      ['tune', '--partitioner', 'sticky', '--config', 'partitioner.class=default'],
      '--partitioner and --config partitioner.class both say who chooses partitions'
    ],
    [['bench', 'consume', '--consumers', '2'], '2 consumers have only 1 of the partitions'],
    [['bench', 'e2e', '--bootstrap-server', 'host:9092'], 'embedded engine only'],
    [['tune', '--lingers', '1,x'], 'Give whole numbers, separated by commas'],
    [['tune', '--config', 'linger.ms=1'], 'tune tries values of linger.ms itself'],
    [['tune', 'surplus'], 'too many arguments'],
    [['report', 'replay', '/no/such/report'], 'There is no measurements.json in /no/such/report'],
    [['report', 'replay', '/tmp', '--ot', 'x'], 'there is no flag --ot; did you mean --out?']
  ])('refuses %j in one sentence', async (args, sentence) => {
    expect(await refused(...args)).toContain(sentence)
  })

  test('lists every setting, or those with a word, as text or as JSON', async () => {
    const all = await run('config')
    expect(all).toMatchObject({ code: 0, err: '' })
    for (const scope of ['producer', 'consumer', 'topic', 'broker']) expect(all.out).toContain(`# ${scope}\n`)
    const some = await run('config', 'linger.ms', '--json')
    expect(JSON.parse(some.out)).toEqual([
      {
        scope: 'producer',
        name: 'linger.ms',
        type: 'int',
        default: 5,
        range: '0 to 2147483647',
        doc: 'Time a batch that is not full waits for more records.'
      }
    ])
  })

  test('finds out that it cannot write the report before it measures anything', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'highwater-cli-'))
    try {
      const file = join(directory, 'file')
      writeFileSync(file, '')
      const text = await refused('plan', '--rate', '1MB/s', '--out', join(file, 'report'))
      expect(text).toContain('not a directory (ENOTDIR); name another directory with --out.')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  test('leaves no report directory behind for a call that was wrong', async () => {
    const path = join(tmpdir(), 'highwater-cli-none')
    await refused('plan', '--rate', '1MB/s', '--out', path, '--topic', '..')
    expect(existsSync(path)).toBe(false)
  })
})

test('an error ends a command with the exit code that scripts can tell it by', () => {
  const codes = [
    new HighwaterError('HIGHWATER_CONFIG', 'x'),
    new HighwaterError('HIGHWATER_AUDIT', 'No result: x.'),
    new HighwaterError('HIGHWATER_INTERRUPTED', 'x'),
    new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'x'),
    new Error('x')
  ].map(exitCodeOf)
  expect(codes).toEqual([1, 2, 130, 1, 1])
})
