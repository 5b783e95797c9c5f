/**
 * What a plan reads before it measures: records of the user's own, and the keys of the load.
 *
 * Thread: the harness's.
 */
import { formatCount } from '../../planner/units.ts'
import type { KeyDistribution } from '../benchmark/key-distribution.ts'
import { expectedKeys, type KeyCounts, keysNotice } from './key-counts.ts'
import { readKeyFile } from './key-file.ts'
import { RecordFile, type RecordSample } from './record-sample.ts'

/** Where records and keys come from; `checkContradictions` says what does not go together. */
export interface InputOptions {
  /** File with a record in each line, instead of generated ones. */
  readonly recordFile?: string | undefined
  /** Keys drawn from a distribution. */
  readonly keys?: KeyDistribution | undefined
  /** File with the key of a record in each line. */
  readonly keyFile?: string | undefined
  /** Field of the records of `recordFile` that is their key. */
  readonly keyField?: string | undefined
}

export interface PlanInputs {
  /** Null: generated records of one size. */
  readonly sample: RecordSample | null
  /** Null: nobody said which keys there are. */
  readonly keys: KeyCounts | null
  /** Sentences a reader of the plan should know of what was read. */
  readonly notices: readonly string[]
}

/**
 * Reads the files.
 * @throws HighwaterError HIGHWATER_CONFIG for a file, a record or a key that cannot be used,
 *   HIGHWATER_INTERRUPTED
 */
export async function readPlanInputs(options: InputOptions, signal: AbortSignal): Promise<PlanInputs> {
  const records = options.recordFile === undefined ? null : RecordFile.read(options.recordFile)
  const keys = await readKeys(options, records, signal)
  const sample = records?.sample() ?? null
  const notices = [keys === null ? null : keysNotice(keys), sample === null ? null : sampleNotice(sample)]
  return { sample, keys, notices: notices.filter(notice => notice !== null) }
}

async function readKeys(
  { keys, keyFile, keyField }: InputOptions,
  records: RecordFile | null,
  signal: AbortSignal
): Promise<KeyCounts | null> {
  if (keyFile !== undefined) return await readKeyFile(keyFile, signal)
  if (keyField !== undefined && records !== null) return await records.countField(keyField)
  if (keys === undefined || keys.kind === 'none') return null
  return keys.kind === 'file' ? await readKeyFile(keys.path, signal) : expectedKeys(keys)
}

/** Null where every record is sent. */
function sampleNotice({ records, sentRecords }: RecordSample): string | null {
  if (sentRecords === records) return null
  return (
    `Of the ${formatCount(records)} records of the sample ${formatCount(sentRecords)} are sent, ` +
    'evenly over their sizes.'
  )
}
