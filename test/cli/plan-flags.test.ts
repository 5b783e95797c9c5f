import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addReportFlags } from '../../src/cli/load-flags.ts'
import { addPlanFlags, type PlanFlags, planOptionsOf } from '../../src/cli/plan-flags.ts'

function asked(line: string): ReturnType<typeof planOptionsOf> {
  const command = new Command('plan').exitOverride().configureOutput({ writeErr: () => {} })
  addPlanFlags(command)
  addReportFlags(command)
  command.parse(
    line.split(' ').filter(word => word !== ''),
    { from: 'user' }
  )
  return planOptionsOf(command.opts<PlanFlags>())
}

describe('flags of plan', () => {
  test('ask for what they say', () => {
    const line =
      '--rate 120MB/s --peak-factor 1.8 --growth 30%/2y --utilisation 70% --groups 2 ' +
      '--record-file r.ndjson --key userId --handler ./h.mjs --lag-slo 500ms --outage 10m/30m ' +
      '--retention 6h --rf 3 --brokers 6 --profile msk-m7g.2xlarge --budget 12m ' +
      '--target embedded --seed 7 --topic t --runs 5 --seconds 2 ' +
      '--dry-run'
    expect(asked(line)).toEqual({
      targetThroughput: 120e6,
      peakFactor: 1.8,
      growth: { share: 0.3, years: 2 },
      utilisation: 0.7,
      groups: 2,
      recordBytes: undefined,
      recordFile: 'r.ndjson',
      keys: undefined,
      keyFile: undefined,
      keyField: 'userId',
      process: undefined,
      handlerModule: './h.mjs',
      lagSloMs: 500,
      outage: { lengthMs: 600_000, recoverMs: 1_800_000 },
      retentionMs: 21_600_000,
      replicationFactor: 3,
      brokers: 6,
      profile: { kind: 'name', name: 'msk-m7g.2xlarge' },
      budgetSeconds: 720,
      target: { kind: 'embedded' },
      seed: 7,
      topic: 't',
      runs: 5,
      seconds: 2,
      short: undefined,
      dryRun: true
    })
  })

  test('ask for this engine and nothing else if only a rate is given', () => {
    const given = Object.entries(asked('--rate 3MB/s')).filter(([, value]) => value !== undefined)
    expect(Object.fromEntries(given)).toEqual({
      targetThroughput: 3e6,
      target: { kind: 'embedded' },
      dryRun: false
    })
  })

  test('ask for keys of a distribution, and for a simulation', () => {
    expect(
      asked('--rate 3MB/s --keys zipf:0.99:1000 --process wait:2ms --target sim:usl:40MB/s:0:0')
    ).toMatchObject({
      keys: { kind: 'zipf', exponent: 0.99, keys: 1000 },
      process: { kind: 'wait', micros: 2000 },
      target: { kind: 'sim', truth: 'usl:40MB/s:0:0' }
    })
  })

  test.each([
    ['', /^plan needs a target: give --rate/],
    ['--rate 3MB/s --handler h.mjs --process wait:2ms', /^--handler and --process both/],
    ['--rate 3MB/s --keys uniform:3 --key-file k', /^--keys and --key-file both/],
    ['--rate 3MB/s --short --budget 5m', /^--short and --budget both/],
    ['--rate 3MB/s --rf 3 --brokers 2', /^--rf 3 needs as many brokers/],
    ['--rate 3MB/s --budget 5s', /^--budget 5 s is shorter/],
    ['--rate 3MB/s --target sim --handler h.mjs', /^--target sim simulates consumers/],
    ['--rate 3MB/s --target sim --engine engine.partition.pace=1000', /^--target sim runs no engine/],
    ['--rate 3MB/s --utilisation 1.2', /^The utilisation "1.2" must lie above 0/],
    ['--rate 3MB/s --outage 10m', /^The outage "10m" has another form/]
  ])('that contradict each other, or make no sense, are refused in one sentence: %s', (line, message) => {
    expect(() => asked(line)).toThrow(message)
  })
})
