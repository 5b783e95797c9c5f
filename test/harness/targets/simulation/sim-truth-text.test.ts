import { describe, expect, test } from 'vitest'
import { HighwaterError } from '../../../../src/base/local-errors.ts'
import { DEFAULT_TRUTH } from '../../../../src/harness/targets/simulation/sim-truth.ts'
import { parseTruth } from '../../../../src/harness/targets/simulation/sim-truth-text.ts'

const UNUSED = { sigma: 0, kappa: 0, ceiling: Number.POSITIVE_INFINITY }

test('an empty text is the default truth', () => {
  expect(parseTruth('')).toEqual(DEFAULT_TRUTH)
  expect(parseTruth(' {} ')).toEqual(DEFAULT_TRUTH)
})

describe('the law', () => {
  test.each([
    ['linear:40MB/s', { ...UNUSED, family: 'linear', lambda: 40e6 }],
    ['amdahl:40MB/s:0.05', { ...UNUSED, family: 'amdahl', lambda: 40e6, sigma: 0.05 }],
    ['usl:40MB/s:0.03:0.001', { ...UNUSED, family: 'usl', lambda: 40e6, sigma: 0.03, kappa: 0.001 }],
    ['cap:40MB/s:140MB/s', { ...UNUSED, family: 'cap', lambda: 40e6, ceiling: 140e6 }]
  ])('%s', (text, law) => {
    expect(parseTruth(text).law).toEqual(law)
    expect(parseTruth(`noise=1%,law=${text}`).law).toEqual(law)
  })
})

test('each name sets its value and leaves the others', () => {
  const text =
    'usl:50MB/s:0.05:0.002, fetch=100MB/s, handler=2ms, cs2=1.5, keys=zipf:0.99:1000, noise=5%, ' +
    'jitter=0.02, drift=1%, warmup=1s, stall=200ms/1s, loader=30MB/s, bound=disk, cores=8, lose=2, ' +
    'memory=1MB+10KB, start=5ms+100us, handles=4, request=0.5ms+20us+2us'
  expect(parseTruth(text)).toEqual({
    law: { family: 'usl', lambda: 50e6, sigma: 0.05, kappa: 0.002, ceiling: Number.POSITIVE_INFINITY },
    fetchRate: 100e6,
    handlerMs: 2,
    handlerVariation: 1.5,
    keys: { kind: 'zipf', exponent: 0.99, keys: 1000 },
    noise: 0.05,
    jitter: 0.02,
    drift: 0.01,
    warmUpMs: 1000,
    stall: { silentMs: 200, periodMs: 1000 },
    loaderRate: 30e6,
    request: { c0Ms: 0.5, c1MsPerBatch: 0.02, c2MsPerRecord: 0.002 },
    bound: 'disk',
    cores: 8,
    lostRecords: 2,
    memoryBytes: { fixed: 1e6, each: 10e3 },
    startMs: { fixed: 5, each: 0.1 },
    fileHandlesEach: 4
  })
})

test('JSON says the same', () => {
  const json = '{"law": "cap:40MB/s:140MB/s", "noise": 0.05, "keys": "weights:5/3/1", "cores": 4}'
  expect(parseTruth(json)).toEqual(parseTruth('cap:40MB/s:140MB/s,noise=5%,keys=weights:5/3/1,cores=4'))
  expect(parseTruth(json).keys).toEqual({ kind: 'weights', weights: [5, 3, 1] })
})

describe('a truth that cannot be is refused in one sentence', () => {
  test.each([
    ['square:40MB/s', /no known family/],
    ['usl:40MB/s:0.03', /another form/],
    ['linear', /another form/],
    ['usl:40MB/s:3:0.001', /sigma of a truth must be a number from 0 to 1/],
    ['usl:40MB/s::0.001', /sigma of a truth/],
    ['linear:40', /has no unit/],
    ['linear:40MB/s,fast', /NAME=VALUE/],
    ['linear:40MB/s,speed=2', /has no "speed"/],
    ['noise=1%,noise=2%', /noise twice/],
    ['noise=120%', /from 0 to 100/],
    ['noise=-1', /noise of a truth/],
    ['handler=0ms', /above zero/],
    ['keys=file:a', /keys of a truth cannot be/],
    ['keys=weights:0/0', /at least one of them above zero/],
    ['cores=0', /whole number from 1/],
    ['lose=1.5', /whole number from 0/],
    ['stall=2s/1s', /shorter than its period/],
    ['bound=network', /broker, disk or machine/],
    ['memory=1MB', /two parts/],
    ['request=1ms+1us', /three durations/],
    ['warmup=20m', /10 minutes/],
    ['{"noise": ', /no JSON/],
    ['{"noise": [1]}', /text or a number/]
  ])('%s', (text, message) => {
    const parse = (): unknown => parseTruth(text)
    expect(parse).toThrow(HighwaterError)
    expect(parse).toThrow(message)
    expect(parse).toThrow(/^[^.]*(\.[^ .][^.]*)*\.$/)
  })
})
