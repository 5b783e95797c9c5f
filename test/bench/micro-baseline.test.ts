import { expect, test } from 'vitest'
import type { MachineLine } from '../../bench/machine.ts'
import {
  baselineFile,
  compareWithBaseline,
  goneSince,
  type MicroBaseline,
  machineWarning
} from '../../bench/micro-baseline.ts'
import { type MicroResult, resultOf } from '../../bench/micro-rounds.ts'
import { seededRandom } from '../../src/base/random.ts'

const MACHINE: MachineLine = {
  node: '20.20.2',
  cpu: 'some processor',
  cores: 2,
  memoryBytes: 2 ** 34,
  system: 'linux x64 6.1'
}

/** Twelve rounds around a time, 2 % apart at most. */
function roundsAround(name: string, ns: number): MicroResult {
  const samples = Array.from({ length: 12 }, (_, round) => ns * (0.99 + (round % 5) * 0.005))
  return resultOf({ name, bytes: 0, operations: 1 }, samples)
}

const BASELINE: MicroBaseline = {
  savedAt: '2026-01-01T00:00:00.000Z',
  machine: MACHINE,
  benchmarks: [roundsAround('ring', 100), roundsAround('crc32c', 50)]
}

const verdictOf = (now: MicroResult): string =>
  compareWithBaseline(BASELINE, [now], seededRandom(1)).map(({ verdict }) => verdict)[0] ?? ''

test('a benchmark is slower or faster when its whole interval is, and by more than processes differ', () => {
  expect(verdictOf(roundsAround('ring', 112))).toBe('slower')
  expect(verdictOf(roundsAround('ring', 88))).toBe('faster')
  expect(verdictOf(roundsAround('ring', 103))).toBe('same')
  expect(verdictOf(roundsAround('ring', 97))).toBe('same')
})

test('a benchmark whose rounds scatter over both is the same, however far its median has moved', () => {
  const scattered = [80, 85, 90, 95, 100, 120, 125, 130, 140, 150, 160, 170]
  expect(verdictOf(resultOf({ name: 'ring', bytes: 0, operations: 1 }, scattered))).toBe('same')
})

test('the ratio is of time: twice as long is 2', () => {
  const [difference] = compareWithBaseline(BASELINE, [roundsAround('crc32c', 100)], seededRandom(1))
  expect(difference?.ratio).toBeCloseTo(2, 10)
})

test('what is new and what is gone is said by name', () => {
  expect(verdictOf(roundsAround('lease', 10))).toBe('not in the baseline')
  expect(goneSince(BASELINE, ['ring', 'lease'])).toEqual(['crc32c'])
})

test('a baseline belongs to a major version of Node, and another machine is warned of', () => {
  expect(baselineFile('20.20.2')).toBe('micro-20.json')
  expect(machineWarning(BASELINE, { ...MACHINE })).toBeNull()
  expect(machineWarning(BASELINE, { ...MACHINE, cores: 8 })).toContain('another machine or Node')
})
