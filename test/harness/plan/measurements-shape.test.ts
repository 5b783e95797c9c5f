import { describe, expect, test } from 'vitest'
import { parseMeasurements } from '../../../src/harness/plan/measurements.ts'
import { measurementsFault } from '../../../src/harness/plan/measurements-shape.ts'
import { planFiles } from '../../../src/harness/plan/plan-files.ts'
import { makePlanReport } from '../../../src/harness/plan/plan-report.ts'
import { changed, fullest, type Path, pathsOf, withTexts } from './changed-fields.ts'
import { measurements, producerRun } from './fixture.ts'

const PATHS = pathsOf(fullest())

/** What is wrong with the fullest measurements once something else stands at a path of them. */
function faultAt(path: string, to: unknown): string | null {
  const steps = path.split('.').map(step => (/^\d+$/.test(step) ? Number(step) : step))
  return measurementsFault(changed(fullest(), steps, to))
}

function filesOf(text: string): ReadonlyMap<string, string> {
  const made = parseMeasurements(text, 'm')
  return planFiles(makePlanReport(made), made)
}

describe('the shape of measurements', () => {
  test('fits what was measured', () => {
    expect(measurementsFault(JSON.parse(JSON.stringify(fullest())))).toBeNull()
    expect(measurementsFault(JSON.parse(JSON.stringify(measurements())))).toBeNull()
  })

  test.each([
    ['createdAt', undefined, 'createdAt is missing, not a time such as 2026-01-02T03:04:05.000Z'],
    ['command', 0, 'command is 0, not a text of at most 100000 characters'],
    ['target', 'kafka', 'target is "kafka", not "embedded" or "sim"'],
    ['environment', {}, 'environment.cpuModel is missing, not a text of at most 20000 characters'],
    [
      'environment.nodeVersion',
      null,
      'environment.nodeVersion is null, not a text of at most 20000 characters'
    ],
    ['environment.busyBefore', 1e308, 'environment.busyBefore is 1e+308, not a number from 0 to 1'],
    ['settings.brokers', 2.5, 'settings.brokers is 2.5, not a whole number from 1 to 10000'],
    ['settings.peakFactor', {}, 'settings.peakFactor is an object, not a number from 1 to 1000'],
    [
      'settings.profile.values.detectMs.value',
      -1,
      'settings.profile.values.detectMs.value is -1, not a number'
    ],
    [
      'settings.profile.values.openFilesMax',
      [],
      'settings.profile.values.openFilesMax is a list, not an object'
    ],
    ['settings.profile.values.other', {}, 'settings.profile.values.other is not known'],
    ['findings.heldOut.partitions', -1, 'findings.heldOut.partitions is -1, not a whole number'],
    [
      'findings.produce.0.runs.0.series.windows',
      null,
      'findings.produce[0].runs[0].series.windows is null, not a list'
    ],
    [
      'findings.fetchOnly.0.series.bytesPerSecond',
      0,
      'findings.fetchOnly[0].series.bytesPerSecond is 0, not a number'
    ],
    ['findings.more', 1, 'findings.more is not known'],
    ['settings.constructor', 1, 'settings.constructor is not known']
  ])('names the first field that is wrong: %s = %j', (path, to, fault) => {
    expect(faultAt(path, to)).toContain(fault)
  })

  test.each([
    [
      'settings.offeredThroughput',
      20e6,
      'settings.offeredThroughput is not the target with its peak and growth'
    ],
    ['settings.replicationFactor', 7, 'settings.brokers are fewer than replicationFactor'],
    ['keys.hashes', [1], 'keys.counts has not as many entries as keys.hashes'],
    ['findings.produce.0.partitions', 2, 'findings.produce does not begin with one partition'],
    ['findings.produce.1.partitions', 32, 'findings.produce does not ascend'],
    ['findings.costs.0.partitions', 48, 'findings.costs does not ascend'],
    ['findings.heldOut.runs.0.series.from', 16, 'a run begins to count after its last window'],
    ['findings.withHandler.0.service.varianceMs2', 1e9, 'scatters more than its records can'],
    ['findings.withHandler.0.service.meanMs', 0, 'scatters more than its records can']
  ])('names what contradicts itself: %s = %j', (path, to, fault) => {
    expect(faultAt(path, to)).toContain(fault)
  })

  test('takes no endless lists, of one run or of all together', () => {
    const windows = new Array<number>(300_000).fill(1e6)
    expect(faultAt('findings.produce.0.runs.0.series.windows', windows)).toContain(
      'windows has 300000 entries, not 1 to 10000'
    )
    const run = { ...producerRun(9), series: { ...producerRun(9).series, windows: windows.slice(0, 9000) } }
    expect(faultAt('findings.produce.0.runs', new Array(30).fill(run))).toContain(
      'windows, not at most 200000'
    )
    expect(faultAt('findings.produce.0.runs', new Array(5).fill(run))).toBeNull()
  })

  test('takes no field that JavaScript reads as something else', () => {
    const text = JSON.stringify(fullest()).replace('"settings":{', '"settings":{"__proto__":{"runs":1},')
    expect(measurementsFault(JSON.parse(text))).toBe('settings.__proto__ is not known')
  })
})

/** A field that is changed is refused by name, or the report has something to say with it. */
test('no change of one field becomes another error, or words that mean nothing', () => {
  const whole = fullest()
  const taken: unknown[] = []
  let refused = 0
  for (const path of PATHS) {
    for (const to of [undefined, null, 'text', -1, 1e308, [], {}]) {
      const value = changed(whole, path, to)
      const fault = measurementsFault(value)
      if (fault === null) taken.push(value)
      else {
        expect(fault).not.toMatch(/undefined|\[object/)
        refused += 1
      }
    }
  }
  expect(refused).toBeGreaterThan(1000)
  // Each takes a while to be drawn.
  for (const value of taken.filter((_, index) => index % 10 === 0)) {
    let files: ReadonlyMap<string, string>
    try {
      files = filesOf(JSON.stringify(value))
    } catch {
      // A replay says that no plan follows; see there.
      continue
    }
    files.forEach((content, name) => {
      expect(content, name).not.toMatch(/\bNaN\b|\bInfinity\b|\bundefined\b|\[object /)
    })
  }
}, 120_000)

const HOSTILE =
  '</title></script><script>alert(1)</script><img src=x onerror=alert(1)>' + `"zq'zq,\r\n&lt;zq]]>-->`

/** Texts that are read by this program, and so cannot be anything. */
function isFree(path: Path): boolean {
  return measurementsFault(changed(fullest(), path, HOSTILE)) === null
}

/** Cells of a file after RFC 4180, row by row. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('a report with markup in every text of its measurements', () => {
  const text = withTexts(fullest(), HOSTILE, isFree)
  const files = filesOf(text)

  test('holds all of them', () => {
    const replaced = text.split('onerror').length - 1
    expect(replaced).toBeGreaterThan(30)
    expect(files.get('index.html')).toContain('&lt;script&gt;alert(1)')
    // A plan, with all that follows from one: a refusal says nothing of clusters.
    expect(files.get('index.html')).toContain('by the profile &lt;/title&gt;')
    expect([...files.keys()]).toEqual(expect.arrayContaining(['costs.svg', 'skew.svg', 'growth.svg']))
    for (const of of [
      'command',
      'label',
      'notices',
      'environment',
      'settings.profile.name',
      'settings.topic'
    ]) {
      const part = of
        .split('.')
        .reduce<unknown>((at, name) => Reflect.get(Object(at), name), JSON.parse(text))
      expect(JSON.stringify(part), of).toContain('onerror')
    }
  })

  test('has no markup of theirs in the page and the figures', () => {
    const drawn = [...files].filter(([name]) => /\.(html|svg)$/.test(name))
    expect(drawn.length).toBeGreaterThan(5)
    for (const [name, content] of drawn) {
      expect(content, name).not.toMatch(/<\/?(script|img)|"zq|'zq|&lt;zq/)
      expect(content.split('<title').length, name).toBe(content.split('</title>').length)
    }
  })

  test('has tables whose cells are where they were', () => {
    const tables = [...files].filter(([name]) => name.endsWith('.csv'))
    expect(tables.length).toBeGreaterThan(5)
    for (const [name, content] of tables) {
      const [heads = [], ...rows] = cellsOf(content)
      expect(rows.length, name).toBeGreaterThan(1)
      for (const row of rows) expect(row.length, `${name}: ${row.join()}`).toBe(heads.length)
    }
  })
})
