import { describe, expect, test } from 'vitest'
import { rateConstraints, weakestSource } from '../../src/planner/demand-constraints.ts'
import { type DemandInput, demandLoad } from '../../src/planner/demand-load.ts'
import { measuredCost } from '../../src/planner/handler-cost.ts'
import { PLAIN } from './demand-fixture.ts'

const INPUT = PLAIN

const constraintsOf = (change: Partial<DemandInput>) => {
  const input = { ...INPUT, ...change }
  return rateConstraints(input, demandLoad(input))
}

describe('each limit by itself', () => {
  test('a handler of 2 ms asks for 115 partitions at 70 %', () => {
    expect(constraintsOf({})).toEqual([
      {
        name: 'consume',
        partitions: 115,
        unit: 'partitions',
        formula: '40 000 records/s × 2 ms / 0.7 = 114.3, so 115',
        source: 'derived',
        sentence:
          "Handler time per record binds: 2 ms a record make 0.5 MB/s of a partition's consumer, used to " +
          '70 % at most, and 40 MB/s arrive.'
      }
    ])
  })

  test('an outage of 10 minutes to clear within 30 asks for 153', () => {
    const [, outage] = constraintsOf({ outage: { lengthMs: 600e3, recoverMs: 1800e3 } })
    expect(outage).toMatchObject({
      name: 'outage',
      partitions: 153,
      formula: '40 000 records/s × 2 ms / 0.7 × 1.33 = 152.4, so 153',
      sentence:
        'Catching up binds, by handler time per record: to clear an outage of 10 min within 30 min ' +
        'consumers handle 1.33 times what arrives, and are 70 % busy at most.'
    })
  })

  test('a lag SLO asks for its own busy share', () => {
    const handler = measuredCost({ count: 1e6, meanMs: 20, variance: 400, sampleMs: [], meanCpuMs: null })
    const [, lag] = constraintsOf({ handler, lagSloMs: 50 })
    expect(lag).toMatchObject({
      name: 'lag',
      partitions: 1120,
      formula: '40 000 records/s × 20 ms / 0.714 = 1 120',
      sentence:
        'The lag SLO binds: records that take 20 ms with Cs² 1 wait 50 ms on average with a consumer ' +
        '71.4 % busy.'
    })
  })

  test('producing asks for what one partition takes in of what is planned for', () => {
    const headroom = { ...INPUT.headroom, utilisation: 0.5 }
    const [produce] = constraintsOf({ producerThroughput: 38.6e6, headroom })
    expect(produce).toEqual({
      name: 'produce',
      partitions: 3,
      unit: 'partitions',
      formula: '80 MB/s / 38.6 MB/s = 2.073, so 3',
      source: 'derived',
      sentence:
        'Producing binds: one partition takes in 38.6 MB/s of the 80 MB/s that are planned for, so that ' +
        'producers and brokers are 50 % full.'
    })
  })

  test('consumers without a handler are limited by fetching, those with lanes by their lanes', () => {
    expect(constraintsOf({ handler: null, fetchOnlyThroughput: 1e6 })[0]?.sentence).toBe(
      "Fetching binds: 1 ms a record make 1 MB/s of a partition's consumer, used to 70 % at most, and 40 " +
        'MB/s arrive.'
    )
    const [laned] = constraintsOf({ lanes: 4 })
    expect(laned?.partitions).toBe(29)
    expect(laned?.sentence).toContain('2 ms a record on 4 lanes make 2 MB/s')
  })

  test('what the law of throughput asks for is one of them', () => {
    expect(constraintsOf({ otherPartitions: 200 }).at(-1)).toMatchObject({
      name: 'scaling',
      partitions: 200,
      sentence: 'Scaling binds: by the law of total throughput its low end needs 200 partitions for the rate.'
    })
  })
})

describe('wishes that cannot be', () => {
  test('a lag SLO below the time of one record', () => {
    const [, lag] = constraintsOf({ lagSloMs: 1.5 })
    expect(lag).toMatchObject({
      partitions: Number.POSITIVE_INFINITY,
      formula: '1.5 ms of lag, 2 ms a record',
      sentence:
        'The lag SLO of 1.5 ms is below the 2 ms that one record takes, so no partition count keeps it: ' +
        'make the handler faster or allow more than 2 ms.'
    })
  })

  test('a lag SLO below the wait that records of one batch make for one another', () => {
    const [, lag] = constraintsOf({ lagSloMs: 50, arrivalBatch: 101 })
    expect(lag?.partitions).toBe(Number.POSITIVE_INFINITY)
    expect(lag?.sentence).toBe(
      'Records arrive 101 together and wait 100 ms for one another, more than the lag SLO of 50 ms, so no ' +
        'partition count keeps it: send smaller batches or allow more.'
    )
  })
})

test('what rests on a default says so, what rests on an assumption even more', () => {
  expect(weakestSource('measured', 'asked')).toBe('derived')
  expect(weakestSource('measured', 'default')).toBe('default')
  expect(weakestSource('assumed', 'default')).toBe('assumed')
  const asked = { producerThroughput: 1e6 }
  const sources = (change: Partial<DemandInput>) =>
    constraintsOf({ ...asked, ...change }).map(({ name, source }) => `${name} ${source}`)
  expect(sources({})).toEqual(['produce derived', 'consume derived'])
  expect(sources({ consumerUtilisation: null })).toEqual(['produce derived', 'consume default'])
  // Utilisation is the producers' and brokers' affair.
  expect(sources({ headroom: { ...INPUT.headroom, utilisation: null } })).toEqual([
    'produce default',
    'consume derived'
  ])
})
