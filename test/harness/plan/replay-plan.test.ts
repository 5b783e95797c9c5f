import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../src/base/local-errors.ts'
import { PLAN_FILES, planFiles } from '../../../src/harness/plan/plan-files.ts'
import { makePlanReport } from '../../../src/harness/plan/plan-report.ts'
import { replayPlan } from '../../../src/harness/plan/replay-plan.ts'
import { openReport } from '../../../src/harness/report-writer.ts'
import { findings, measurements, producerRuns, settingsOf, UNTOLD } from './fixture.ts'

let root = ''
let directory = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'replay-'))
  directory = join(root, 'report')
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Writes the report of these measurements, as `plan` does; all its files by name. */
function written(made = measurements()): ReadonlyMap<string, string> {
  const files = planFiles(makePlanReport(made), made)
  openReport(directory, 'plan', PLAN_FILES)?.write(files)
  return files
}

function textsIn(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map(name => [name, readFileSync(join(path, name), 'utf8')]))
}

/** Names of the files in this state. */
function inState(result: ReturnType<typeof replayPlan>, state: string): string[] {
  return result.files.filter(file => file.state === state).map(({ name }) => name)
}

/** The sentence with which a replay is refused. */
function refusal(out: string | null = null): string {
  try {
    replayPlan(directory, out)
  } catch (error) {
    if (error instanceof HighwaterError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('it was replayed')
}

describe('a report that is replayed', () => {
  test('is the same, byte for byte, and nothing is written', () => {
    const files = written()
    const before = textsIn(directory)
    const result = replayPlan(directory, null)
    expect(inState(result, 'identical')).toEqual(
      [...files.keys()].filter(name => name !== 'measurements.json')
    )
    expect(inState(result, 'identical').length).toBeGreaterThan(8)
    expect(result.written).toEqual([])
    expect(result.report).toEqual(makePlanReport(measurements()))
    expect(textsIn(directory)).toEqual(before)
  })

  test('is the same after a refusal, and after an end by its user', () => {
    written(measurements({ findings: findings({ ...UNTOLD, interrupted: true }) }))
    const result = replayPlan(directory, null)
    expect(result.files.every(({ state }) => state === 'identical')).toBe(true)
    expect(result.report).toMatchObject({ exitCode: 130, outcome: { kind: 'refused' } })
  })

  test('differs where a byte of it was changed, and what is there stays', () => {
    written()
    const path = join(directory, 'plan.json')
    const changed = readFileSync(path, 'utf8').replace('"partitions": 39', '"partitions": 38')
    writeFileSync(path, changed)
    const result = replayPlan(directory, null)
    expect(inState(result, 'differs')).toEqual(['plan.json'])
    expect(result.written).toEqual([])
    expect(readFileSync(path, 'utf8')).toBe(changed)
  })

  test('differs where a measured figure was changed', () => {
    written()
    const path = join(directory, 'measurements.json')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"coresBusy":0.97', '"coresBusy":0.5'))
    const result = replayPlan(directory, null)
    expect(inState(result, 'differs')).toContain('plan.json')
    expect(inState(result, 'differs')).toContain('index.html')
    // It is what all others are made from, so it has nothing to be compared with.
    expect(result.files.map(({ name }) => name)).not.toContain('measurements.json')
  })

  test('is written again where it is missing, as it was', () => {
    const files = written()
    rmSync(join(directory, 'plan.json'))
    rmSync(join(directory, 'runs.svg'))
    const result = replayPlan(directory, null)
    expect(inState(result, 'missing')).toEqual(['plan.json', 'runs.svg'])
    expect(result.written).toEqual(['plan.json', 'runs.svg'].map(name => join(directory, name)))
    for (const [name, text] of files) expect(readFileSync(join(directory, name), 'utf8')).toBe(text)
    expect(inState(replayPlan(directory, null), 'missing')).toEqual([])
  })

  test('is not written where something is missing and something else would change', () => {
    written()
    rmSync(join(directory, 'plan.json'))
    appendFileSync(join(directory, 'index.html'), ' ')
    const before = textsIn(directory)
    expect(refusal()).toBe(
      `HIGHWATER_STORAGE: Files are missing from ${directory}, and index.html would change; name another ` +
        'directory with --out.'
    )
    expect(textsIn(directory)).toEqual(before)
  })

  test('is written whole to another directory, and compared with what is there', () => {
    const files = written()
    appendFileSync(join(directory, 'plan.json'), ' ')
    const out = join(root, 'again')
    const result = replayPlan(directory, out)
    expect(inState(result, 'differs')).toEqual(['plan.json'])
    expect(result.written).toEqual([...files.keys()].map(name => join(out, name)))
    for (const [name, text] of files) expect(readFileSync(join(out, name), 'utf8')).toBe(text)
    // What was written is a report that can be replayed itself.
    expect(replayPlan(out, null).files.every(({ state }) => state === 'identical')).toBe(true)
  })

  test('replaces no report of another measurement, which would be lost', () => {
    const files = written()
    const out = join(root, 'other')
    replayPlan(directory, out)
    // The same measurement may be written again, whatever became of its files.
    appendFileSync(join(out, 'index.html'), ' ')
    replayPlan(directory, out)
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe(files.get('index.html'))
    written(measurements({ durationSeconds: 9 }))
    const before = textsIn(out)
    expect(refusal(out)).toBe(
      `HIGHWATER_STORAGE: The report in ${out} is of another measurement, which would be lost; name ` +
        'another directory with --out.'
    )
    expect(textsIn(out)).toEqual(before)
  })

  test('leaves its measurements as they are, also those of before', () => {
    const { utilisation: _share, ...before } = settingsOf()
    written()
    const text = JSON.stringify({ ...measurements(), settings: before })
    writeFileSync(join(directory, 'measurements.json'), text)
    replayPlan(directory, join(root, 'again'))
    expect(readFileSync(join(root, 'again', 'measurements.json'), 'utf8')).toBe(text)
  })

  test('replaces no file that no report wrote', () => {
    written()
    const out = join(root, 'mine')
    cpSync(directory, out, { recursive: true, filter: path => !path.includes('.highwater') })
    expect(refusal(out)).toContain('which no report has written; name another directory with --out.')
  })
})

describe('what cannot be replayed', () => {
  test('is a directory without measurements', () => {
    written()
    rmSync(join(directory, 'measurements.json'))
    expect(refusal()).toBe(
      `HIGHWATER_CONFIG: There is no measurements.json in ${directory}; name the directory of a report ` +
        `of plan.`
    )
    rmSync(directory, { recursive: true })
    expect(refusal()).toContain('There is no measurements.json')
  })

  test('is a text that was cut off', () => {
    written()
    const path = join(directory, 'measurements.json')
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 5000))
    expect(refusal()).toBe(`HIGHWATER_CONFIG: ${path} is not JSON; it was cut off or changed.`)
  })

  test.each([
    ['does not begin with one partition', { produce: [{ partitions: 2, runs: producerRuns(1, 1) }] }],
    ['has 0 entries, not 1 to 1000', { produce: [] }],
    ['does not ascend', { produce: [1, 1].map(partitions => ({ partitions, runs: producerRuns(9, 9) })) }]
  ])('is a measurement that contradicts itself: findings.produce %s', (fault, wrong) => {
    written()
    const path = join(directory, 'measurements.json')
    writeFileSync(path, JSON.stringify(measurements({ findings: findings(wrong) })))
    expect(refusal()).toBe(
      `HIGHWATER_CONFIG: No plan follows from ${path}: it was changed, or is of another version of ` +
        `highwater; findings.produce ${fault}.`
    )
  })

  test('is a measurement whose fields are right, and no plan can be made of', () => {
    written()
    const path = join(directory, 'measurements.json')
    const settings = settingsOf({ process: null, handlerModule: './h.mjs' })
    // Nobody timed the handler.
    writeFileSync(path, JSON.stringify(measurements({ settings })))
    expect(refusal()).toBe(
      `HIGHWATER_CONFIG: No plan follows from ${path}: it was changed, or is of another version of highwater.`
    )
  })

  test.each(['measurements.json', 'plan.json'])('is a pipe or a directory in the place of %s', name => {
    written()
    const path = join(directory, name)
    rmSync(path)
    execFileSync('mkfifo', [path])
    expect(refusal()).toContain(`${path} cannot be read: it is no regular file.`)
    rmSync(path)
    mkdirSync(path)
    expect(refusal()).toContain(`${path} cannot be read: it is no regular file.`)
  })
})
