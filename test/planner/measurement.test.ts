import { expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { convertMeasurement, makeMeasurement } from '../../src/planner/measurement.ts'

const run = (bytesPerSecond: number, steady = true) => ({ bytesPerSecond, steady })

function measured(runs: { bytesPerSecond: number; steady: boolean }[]) {
  return makeMeasurement({ label: 'saturation', runs, recordBytes: 1000, bytesPerCpuSecond: 200e6 })
}

test('a measurement gives the median of its runs, their scatter and both units', () => {
  const measurement = measured([run(110e6), run(90e6), run(100e6)])
  expect(measurement).toMatchObject({
    label: 'saturation',
    bytesPerSecond: 100e6,
    recordsPerSecond: 100e3,
    runs: [110e6, 90e6, 100e6],
    spread: 0.2,
    steadyRuns: 3,
    steady: true,
    recordBytes: 1000,
    bytesPerCpuSecond: 200e6
  })
  expect(measurement.interval95[0] / 1e6).toBeCloseTo(77.5, 0)
  expect(measurement.interval95[1] / 1e6).toBeCloseTo(127.8, 0)
})

test('it is steady if more than half of its runs are', () => {
  expect(measured([run(1), run(1), run(1, false)])).toMatchObject({ steady: true, steadyRuns: 2 })
  expect(measured([run(1), run(1, false)])).toMatchObject({ steady: false, steadyRuns: 1 })
})

test('a converted measurement keeps conditions and recomputes everything else', () => {
  const source = measured([run(100e6), run(200e6), run(400e6, false)])
  const converted = convertMeasurement(source, rate => rate / 100)
  expect(converted).toMatchObject({
    bytesPerSecond: 2e6,
    recordsPerSecond: 2e3,
    runs: [1e6, 2e6, 4e6],
    spread: 1.5,
    steadyRuns: 2,
    bytesPerCpuSecond: null
  })
  expect(converted.interval95[0]).toBeCloseTo(source.interval95[0] / 100, 3)
})

test('one run, or records without bytes, are no measurement', () => {
  expect(() => measured([run(1)])).toThrow(InvariantError)
  expect(() =>
    makeMeasurement({ label: 'paced', runs: [run(1), run(1)], recordBytes: 0, bytesPerCpuSecond: null })
  ).toThrow(InvariantError)
})
