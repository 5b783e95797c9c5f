import type { DemandInput } from '../../src/planner/demand-load.ts'
import { givenCost } from '../../src/planner/handler-cost.ts'

/** 40 000 records/s of 1 000 B with 2 ms each, nothing else wished for. */
export const PLAIN: DemandInput = {
  targetThroughput: 40e6,
  recordBytes: 1000,
  headroom: { peakFactor: 1, yearlyGrowth: 0, years: 0, utilisation: 1 },
  producerThroughput: null,
  fetchOnlyThroughput: Number.POSITIVE_INFINITY,
  handler: givenCost({ kind: 'wait', micros: 2000 }),
  consumerThroughput: null,
  lanes: 1,
  arrivalBatch: 1,
  lagSloMs: null,
  outage: null,
  consumerUtilisation: 0.7,
  keys: null,
  otherPartitions: 1
}
