import { describe, expect, test } from 'vitest'
import { makeMeasurement } from '../../src/planner/measurement.ts'
import type { Side } from '../../src/planner/partition-count.ts'
import { countInterval, judgeData, sideThroughput } from '../../src/planner/refusal.ts'

const RERUN = { command: 'highwater plan --rate 300MB/s', runs: 3, secondsPerRun: 5 }
const TARGET = 300e6

/** A side measured at `runsMB` MB/s, of which `unsteady` runs did not settle. */
function side(name: Side, runsMB: number[], unsteady = 0) {
  const runs = runsMB.map((rate, index) => ({ bytesPerSecond: rate * 1e6, steady: index >= unsteady }))
  const measurement = makeMeasurement({
    label: 'saturation',
    runs,
    recordBytes: 1000,
    bytesPerCpuSecond: null
  })
  return sideThroughput(name, measurement, TARGET)
}

const consume = side('consume', [10, 10, 10])

describe('the interval of the count', () => {
  test('takes both sides at their fast ends, then at their slow ends', () => {
    const produce = side('produce', [50, 50, 50])
    expect([produce.partitionsLow, produce.partitionsHigh]).toEqual([6, 6])
    expect(countInterval([produce, consume])).toEqual([30, 30])
  })

  test('is wider the more the runs scatter', () => {
    const [low, high] = countInterval([side('produce', [50, 50, 50]), side('consume', [9, 10, 11])])
    expect(low).toBeLessThan(30)
    expect(high).toBeGreaterThan(30)
  })
})

describe('data that can tell', () => {
  test('is not refused', () => {
    expect(judgeData([side('produce', [49, 50, 51]), consume], TARGET, RERUN)).toBeNull()
  })

  test('is not refused for a side that is too fast to matter, whatever its noise', () => {
    expect(judgeData([side('produce', [30, 50, 90]), consume], TARGET, RERUN)).toBeNull()
    expect(judgeData([side('produce', [50, 50, 50], 3), consume], TARGET, RERUN)).toBeNull()
  })

  test('is not refused where one partition carries all', () => {
    expect(
      judgeData([side('produce', [700, 900, 1600], 0), side('consume', [5000, 5000])], TARGET, RERUN)
    ).toBeNull()
  })
})

describe('data that cannot tell', () => {
  test('has no steady state on the side that decides', () => {
    expect(
      judgeData([side('produce', [50, 50, 50]), side('consume', [10, 10, 10], 2)], TARGET, RERUN)
    ).toEqual({
      kind: 'refused',
      reason:
        'Tc reached no steady state: 1 of 3 runs settled, and at half of its slowest run it would decide ' +
        'the count.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --seconds 20',
      cure: null,
      requirements: null
    })
  })

  test('has no steady state on a side that may yet decide', () => {
    expect(judgeData([side('produce', [15, 15, 15], 3), consume], TARGET, RERUN)?.reason).toBe(
      'Tp reached no steady state: 0 of 3 runs settled, and at half of its slowest run it would decide ' +
        'the count.'
    )
  })

  test('has runs that lie more than half of their median apart', () => {
    const produce = side('produce', [50, 50, 50])
    const scattered = side('consume', [8, 10, 10, 10, 10, 10, 10, 10, 13.1])
    expect(judgeData([produce, scattered], TARGET, RERUN)).toEqual({
      kind: 'refused',
      reason: 'The runs of Tc lie 51 % apart, 50 % is permitted.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --seconds 20',
      cure: null,
      requirements: null
    })
    expect(
      judgeData([produce, side('consume', [8, 10, 10, 10, 10, 10, 10, 10, 13])], TARGET, RERUN)
    ).toBeNull()
  })

  test('names both sides where neither can tell', () => {
    const refusal = judgeData(
      [side('produce', [15, 15, 15], 3), side('consume', [10, 10, 10], 2)],
      TARGET,
      RERUN
    )
    expect(refusal?.doubtful).toEqual(['produce', 'consume'])
  })

  test('allows counts more than a factor of four apart, and says how many runs would do', () => {
    const two = side('consume', [9, 10.5])
    expect(judgeData([side('produce', [50, 50, 50]), two], TARGET, { ...RERUN, runs: 2 })).toEqual({
      kind: 'refused',
      reason: 'The measurements allow every count from 12 to 83, more than a factor of 4.',
      doubtful: ['consume'],
      command: 'highwater plan --rate 300MB/s --runs 3',
      cure: null,
      requirements: null
    })
    expect(judgeData([side('produce', [50, 50, 50]), two], TARGET, { ...RERUN, runs: 7 })?.command).toBe(
      'highwater plan --rate 300MB/s --runs 8'
    )
  })
})
