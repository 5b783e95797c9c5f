/**
 * Flags of `plan`: the load, its future, its consumers, the cluster, and how long measuring may take.
 */
import type { Command } from 'commander'
import { HighwaterError } from '../base/local-errors.ts'
import {
  checkContradictions,
  type LoadOptions,
  type PlanRun,
  type ProcessCost,
  type ProfileChoice,
  parseByteRate,
  parseByteSize,
  parseGrowth,
  parseKeys,
  parseLength,
  parseOutage,
  parsePeakFactor,
  parseProcess,
  parseProfileChoice,
  parseTargetChoice,
  parseUtilisation,
  type TargetChoice
} from '../index.ts'
import { collectSetting } from './config-flags.ts'
import { parseNumber, type ReportFlags } from './load-flags.ts'

export interface PlanFlags extends ReportFlags {
  readonly rate?: number
  readonly recordSize?: number
  readonly recordFile?: string
  readonly keys?: LoadOptions['keys']
  readonly keyFile?: string
  readonly key?: string
  readonly process?: ProcessCost
  readonly handler?: string
  readonly lagSlo?: number
  readonly outage?: ReturnType<typeof parseOutage>
  readonly peakFactor?: number
  readonly growth?: ReturnType<typeof parseGrowth>
  readonly utilisation?: number
  readonly retention?: number
  readonly rf?: number
  readonly brokers?: number
  readonly groups?: number
  readonly profile?: ProfileChoice
  readonly target?: TargetChoice
  readonly budget?: number
  readonly seed?: number
  readonly dryRun?: true
  readonly topic?: string
  readonly points?: readonly number[]
  readonly engine?: Record<string, string>
  readonly runs?: number
  readonly seconds?: number
  readonly short?: true
}

/** What the flags of `plan` ask for, beside where the report goes. */
interface AskedPlan extends Omit<PlanRun, 'command' | 'out' | 'signal' | 'onProgress'> {
  readonly dryRun: boolean
}

/** `1,2,4,16`; what is no number is refused where the counts are checked. */
function parseCounts(text: string): readonly number[] {
  return text.split(',').map(Number)
}

/** Adds all flags of `plan` but those that every report has. */
export function addPlanFlags(command: Command): void {
  command
    .option('--rate <rate>', 'target, bytes of records per second: 120MB/s', parseByteRate)
    .option(
      '--peak-factor <factor>',
      'peak over that rate: 1.8; without it the rate is the peak',
      parsePeakFactor
    )
    .option('--growth <growth>', 'more a year, and for how long: 30%/2y', parseGrowth)
    .option(
      '--utilisation <share>',
      'of what a partition was measured to carry, the share that may be used: 0.7; 1, the default, is all',
      parseUtilisation
    )
    .option('--record-size <size>', 'bytes of a record: 1KB, the default', parseByteSize)
    .option('--record-file <path>', 'records of your own, one a line, instead')
    .option('--keys <keys>', 'how keys are spread: uniform:KEYS or zipf:EXPONENT:KEYS', parseKeys)
    .option('--key-file <path>', 'keys of real records, one a line, as often as they occur')
    .option('--key <field>', 'field of the JSON records of --record-file that is their key')
    .option('--process <cost>', 'what a record costs its consumer: wait:2ms or cpu:50us', parseProcess)
    .option(
      '--handler <path>',
      'your own consumer, measured: a module that exports handler(records, context)'
    )
    .option('--lag-slo <duration>', 'mean time a record may wait for its handler: 500ms', parseLength)
    .option('--outage <out/back>', 'consumers stand still, then catch up within: 10m/30m', parseOutage)
    .option('--retention <duration>', 'how long records are kept: 6h', parseLength)
    .option('--rf <count>', 'copies of each partition', parseNumber)
    .option('--brokers <count>', 'brokers of the cluster', parseNumber)
    .option('--groups <count>', 'consumer groups that read all of it, 1 by default', parseNumber)
    .option(
      '--profile <name>',
      "a cluster's limits: a name, or a file such as limits.json",
      parseProfileChoice
    )
    .option(
      '--target <target>',
      'embedded, the default, or sim: a simulation with known truth',
      parseTargetChoice
    )
    .option('--points <counts>', 'partition counts to measure, 1 among them: 1,2,4,16', parseCounts)
    .option(
      '--engine <name=value>',
      'a setting of the embedded engine; again for another (see highwater config)',
      collectSetting
    )
    .option('--topic <name>', 'topic that is made for the measurement: highwater-plan, the default')
    .option(
      '--runs <count>',
      'runs of each measurement, 3 or more; 5 by default, 3 with --short',
      parseNumber
    )
    .option('--seconds <seconds>', 'length of a run, 0.2 to 3600; 5 by default, 1 with --short', parseNumber)
    .option('--budget <duration>', 'time that all of it may take: 12m', parseLength)
    .option('--short', 'a first look: about a minute, 90 s where the machine is restless')
    .option('--seed <number>', 'of the order of runs and all that is drawn, 1 by default', parseNumber)
    .option('--dry-run', 'say what would be measured and how long it would take, and end')
}

/**
 * What the flags ask for.
 * @throws HighwaterError HIGHWATER_CONFIG for flags that contradict each other, or without a rate
 */
export function planOptionsOf(flags: PlanFlags): AskedPlan {
  const [contradiction] = checkContradictions({
    ...flags,
    budgetMs: flags.budget,
    target: flags.target?.kind
  })
  if (contradiction !== undefined) throw new HighwaterError('HIGHWATER_CONFIG', contradiction)
  const { rate, recordSize, key, handler, lagSlo, retention, rf, budget, dryRun, ...rest } = flags
  const { json: _json, out: _out, bootstrapServer: _server, ...same } = rest
  if (rate === undefined) {
    throw new HighwaterError('HIGHWATER_CONFIG', 'plan needs a target: give --rate, such as --rate 120MB/s.')
  }
  return {
    ...same,
    target: flags.target ?? { kind: 'embedded' },
    targetThroughput: rate,
    recordBytes: recordSize,
    keyField: key,
    handlerModule: handler,
    lagSloMs: lagSlo,
    retentionMs: retention,
    replicationFactor: rf,
    budgetSeconds: budget === undefined ? undefined : budget / 1000,
    dryRun: dryRun ?? false
  }
}
