import { expect, test } from 'vitest'
import { SampledSensor } from '../../src/clients/sampled-sensor.ts'

const WINDOW = { samples: 2, windowMs: 30_000 }

function sensorOf(...events: readonly (readonly [at: number, value: number])[]): SampledSensor {
  const sensor = new SampledSensor(WINDOW)
  for (const [at, value] of events) sensor.record(value, at)
  return sensor
}

test('average and maximum are those of the samples, the total is that of all time', () => {
  const sensor = sensorOf([0, 10], [1000, 30])
  expect(sensor.average(2000)).toBe(20)
  expect(sensor.max(2000)).toBe(30)
  expect([sensor.total, sensor.events]).toEqual([40, 2])
})

test('without an event there is no average and no maximum, but a rate of 0', () => {
  const sensor = new SampledSensor(WINDOW)
  expect(sensor.average(5)).toBeNaN()
  expect(sensor.max(5)).toBeNaN()
  expect(sensor.rate(5)).toBe(0)
})

test('a first burst is divided by the window that came before it, as if that had been silent', () => {
  expect(sensorOf([0, 300]).rate(0)).toBe(10)
  expect(sensorOf([0, 300], [10_000, 500]).rate(10_000)).toBe(20)
  expect(sensorOf([0, 300], [10_000, 500]).eventRate(10_000)).toBe(2 / 40)
})

test('a steady rate is measured as it is', () => {
  const sensor = new SampledSensor(WINDOW)
  for (let at = 0; at < 200_000; at += 100) sensor.record(7, at)
  expect(sensor.rate(200_000)).toBeCloseTo(70, 6)
  expect(sensor.eventRate(200_000)).toBeCloseTo(10, 6)
})

test('what happened before all samples is forgotten, but for the total', () => {
  const sensor = sensorOf([0, 1000])
  expect(sensor.max(59_999)).toBe(1000)
  expect(sensor.max(60_000)).toBeNaN()
  expect(sensor.rate(60_000)).toBe(0)
  sensor.record(5, 61_000)
  expect(sensor.average(61_000)).toBe(5)
  expect(sensor.total).toBe(1005)
})

test('a sample that ends inside the time is kept whole, the one before it is dropped', () => {
  const sensor = sensorOf([0, 1], [29_000, 1], [31_000, 10], [62_000, 100])
  // Seen from 88 s: the first sample ended 59 s ago.
  expect(sensor.average(88_000)).toBe((1 + 1 + 10 + 100) / 4)
  expect(sensor.average(89_000)).toBe(55)
})

test('of more windows than samples the oldest gives its place to the newest', () => {
  const sensor = sensorOf([0, 1], [30_000, 2], [60_000, 4], [90_000, 8])
  expect(sensor.average(90_000)).toBe((4 + 8) / 2)
})
