/** A simulated engine with nothing that disturbs it. */
import { seededRandom } from '../../../../src/base/random.ts'
import {
  SimEngine,
  type SimProduce,
  type SimSetup
} from '../../../../src/harness/targets/simulation/sim-engine.ts'
import { SimPace } from '../../../../src/harness/targets/simulation/sim-pace.ts'

const CALM = { level: 1, jitter: 0, warmUpMs: 0, stall: null, startMs: 0 }
export const COSTLY = { c0Ms: 0.5, c1MsPerBatch: 0.02, c2MsPerRecord: 0.002 }
export const FREE = { c0Ms: 0, c1MsPerBatch: 0, c2MsPerRecord: 0 }
export const UNBOUND = Number.POSITIVE_INFINITY
export const RECORD_BYTES = 200

export interface Setting {
  readonly partitions: number
  readonly recordsPerSecond: number
  readonly recordsPerBatchMax: number
  readonly lingerMs: number
}

export function produceOf(setting: Setting, more: Partial<SimProduce> = {}): SimProduce {
  const { partitions, recordsPerSecond, recordsPerBatchMax, lingerMs } = setting
  return {
    loaders: 1,
    load: { kind: 'open', recordsPerSecond, recordsPerArrival: 1, arrivals: 'poisson' },
    shares: new Float64Array(partitions).fill(1 / partitions),
    recordsPerBatchMax,
    lingerMs,
    request: COSTLY,
    loaderRate: UNBOUND,
    partitionRate: UNBOUND,
    ...more
  }
}

export function engineOf(setup: Omit<SimSetup, 'recordBytes'>, seed: number): SimEngine {
  const random = seededRandom(seed)
  return new SimEngine({ recordBytes: RECORD_BYTES, ...setup }, new SimPace(CALM, random), random)
}
