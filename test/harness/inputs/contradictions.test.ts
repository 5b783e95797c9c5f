import { describe, expect, test } from 'vitest'
import { checkContradictions, type GivenInputs } from '../../../src/harness/inputs/contradictions.ts'

describe('contradictions', () => {
  test('are none in what goes together', () => {
    const cost = { kind: 'wait', micros: 2000 }
    const fine: readonly GivenInputs[] = [
      {},
      { handler: './h.mjs', lagSlo: 500, outage: { lengthMs: 1, recoverMs: 1 }, recordFile: 'r', key: 'id' },
      { process: cost, lagSlo: 500, keyFile: 'k', recordSize: 1000, rf: 3, brokers: 3, budgetMs: 30_000 },
      { keys: { kind: 'uniform', keys: 5 }, short: true, target: 'sim', process: cost, runs: 3, seconds: 5 },
      { target: 'sim', lagSlo: 500 },
      { target: 'embedded', engine: { 'engine.partition.pace': '1' } },
      { dryRun: true, rf: 3, budgetMs: 720_000, runs: 3, seconds: 5 }
    ]
    for (const given of fine) expect(checkContradictions(given)).toEqual([])
  })

  const cases: readonly (readonly [GivenInputs, RegExp])[] = [
    [{ handler: 'h', process: {} }, /^--handler and --process both say what a record costs its consumer/],
    [{ keys: {}, keyFile: 'k' }, /^--keys and --key-file both say which keys there are/],
    [{ keyFile: 'k', key: 'id', recordFile: 'r' }, /^--key-file and --key both say/],
    [{ keys: {}, key: 'id', recordFile: 'r' }, /^--keys and --key both say/],
    [{ keys: {}, keyFile: 'k', key: 'id', recordFile: 'r' }, /^--keys, --key-file and --key all say/],
    [{ key: 'id' }, /^--key names a field of the records of a file: give --record-file/],
    [{ recordSize: 100, recordFile: 'r' }, /^--record-size and --record-file both say how large/],
    [{ lagSlo: 500 }, /^--lag-slo is about waiting for a handler, and there is none: give --handler/],
    [{ outage: { lengthMs: 1 } }, /^--outage is about consumers that catch up/],
    [{ rf: 3, brokers: 2 }, /^--rf 3 needs as many brokers, and --brokers says 2/],
    [{ short: true, budgetMs: 60_000 }, /^--short and --budget both say how long/],
    [{ budgetMs: 20_000 }, /^--budget 20 s is shorter than the shortest measurement, 30 s: give more\.$/],
    [
      { budgetMs: 60_000, runs: 5, seconds: 10 },
      /^--budget 1 min is shorter than the .* measurement, 3\.33 min with --runs 5 --seconds 10: give more\.$/
    ],
    [{ target: 'sim', handler: 'h' }, /^--target sim simulates consumers and calls no --handler/],
    [{ target: 'sim', recordFile: 'r' }, /^--target sim sends no records of a --record-file/],
    [
      { target: 'sim', engine: { 'engine.partition.pace': '1' } },
      /^--target sim runs no engine, so .* --engine/
    ],
    [{ dryRun: true, out: 'there' }, /^--dry-run measures nothing and writes no report/]
  ]
  test.each(cases)('of %o are one sentence', (given, sentence) => {
    const found = checkContradictions(given)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(sentence)
    expect(found[0]).toMatch(/^--[^\n]*\.$/)
  })

  test('are all told, each once', () => {
    const given = {
      handler: 'h',
      process: {},
      keys: {},
      keyFile: 'k',
      recordSize: 1,
      recordFile: 'r',
      rf: 2,
      brokers: 1
    }
    expect(checkContradictions(given)).toHaveLength(4)
  })
})
