import { expect, test } from 'vitest'
import { judgeBottleneck, type UtilisationFacts } from '../../src/planner/verdict.ts'

const IDLE: UtilisationFacts = {
  throughput: 100e6,
  loaderBusy: 0.4,
  producerDelayOverInterval: 0.01,
  partitionThreadBusy: 0.5,
  diskWait: 0.1,
  allCoresBusy: 0.5,
  lagSlope: 0
}

test.each<[string, Partial<UtilisationFacts>, string, string]>([
  [
    'nothing is full',
    {},
    'none',
    'Nothing was full: loader 40 %, partition thread 50 %, disk 10 %, cores 50 %.'
  ],
  ['the loader is at its border', { loaderBusy: 0.9 }, 'none', 'loader 90 %'],
  ['the loader is full', { loaderBusy: 0.91 }, 'client-bound', 'The busiest loader thread was 91 % busy'],
  ['records leave on time', { producerDelayOverInterval: 0.1 }, 'none', 'Nothing was full'],
  [
    'records leave late',
    { producerDelayOverInterval: 0.11 },
    'client-bound',
    'The load generator sent 1 record in 100 too late, by 11 % of the time between two records or more; ' +
      '10 % of it is permitted.'
  ],
  [
    'a starved loader is idle and late',
    { loaderBusy: 0.2, producerDelayOverInterval: 1.35 },
    'client-bound',
    'by 1.4 times the time between two records or more'
  ],
  ['the partition thread is at its border', { partitionThreadBusy: 0.75 }, 'none', 'partition thread 75 %'],
  [
    'the partition thread is full',
    { partitionThreadBusy: 0.86, diskWait: 0 },
    'broker-bound',
    'was 86 % busy.'
  ],
  [
    'computing and disk fill the thread together',
    { partitionThreadBusy: 0.6, diskWait: 0.3 },
    'broker-bound',
    'was 60 % busy and waited 30 % for the disk.'
  ],
  [
    'the disk fills the thread',
    { partitionThreadBusy: 0.3, diskWait: 0.6 },
    'disk-bound',
    'waited 60 % of its time'
  ],
  ['the disk is not known', { partitionThreadBusy: 0.9, diskWait: null }, 'broker-bound', 'was 90 % busy.'],
  ['lag jitters', { lagSlope: 1e6 }, 'none', 'Nothing was full'],
  ['lag shrinks', { lagSlope: -50e6 }, 'none', 'Nothing was full'],
  ['lag grows', { lagSlope: 1.1e6 }, 'consumer-bound', 'lag grew by 1.1 MB/s at 100 MB/s.'],
  ['the cores are at their border', { allCoresBusy: 0.9 }, 'none', 'cores 90 %'],
  ['the cores are full', { allCoresBusy: 0.91 }, 'machine-bound', 'All cores together were 91 % busy'],
  ['full cores go before a full loader', { allCoresBusy: 0.97, loaderBusy: 1 }, 'machine-bound', '97 %'],
  [
    'a full loader goes before a full partition thread',
    { loaderBusy: 0.95, partitionThreadBusy: 0.95 },
    'client-bound',
    '95 %'
  ],
  [
    'a full partition thread goes before growing lag',
    { partitionThreadBusy: 0.95, lagSlope: 50e6 },
    'broker-bound',
    '95 %'
  ],
  [
    'the system tells nothing',
    {
      loaderBusy: null,
      producerDelayOverInterval: null,
      partitionThreadBusy: null,
      diskWait: null,
      allCoresBusy: null,
      lagSlope: null
    },
    'none',
    'This system does not tell how busy its threads were.'
  ],
  [
    'only the cores are known',
    { loaderBusy: null, partitionThreadBusy: null, diskWait: null },
    'none',
    ': cores 50 %.'
  ]
])('if %s', (_, facts, bottleneck, evidence) => {
  const verdict = judgeBottleneck({ ...IDLE, ...facts })
  expect(verdict.bottleneck).toBe(bottleneck)
  expect(verdict.evidence).toContain(evidence)
})
