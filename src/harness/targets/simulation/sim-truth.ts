/**
 * What is true in a simulation, as plain data: what the partitions reach together, what a consumer takes,
 * how keys fall, how restless the machine is, and what goes wrong on purpose.
 */
import { partitionForKey } from '../../../base/key-partition.ts'
import type { ServiceCost } from '../../../planner/batch-model.ts'
import type { ScalingLaw } from '../../../planner/scaling-law.ts'
import { NumberedKeys, zipfWeights } from '../../benchmark/key-distribution.ts'
import type { Stall } from '../../benchmark/stall.ts'

/** How often each key comes. `even`: no keys, every partition gets as much as any other. */
export type SimKeys =
  | { readonly kind: 'even' }
  | { readonly kind: 'uniform'; readonly keys: number }
  | { readonly kind: 'zipf'; readonly exponent: number; readonly keys: number }
  | { readonly kind: 'weights'; readonly weights: readonly number[] }

/** What holds a partition back when it is full. */
export type SimBound = 'broker' | 'disk' | 'machine'

/** What so many partitions cost: so much for any number, and so much for each. */
export interface LinearCost {
  readonly fixed: number
  readonly each: number
}

export interface SimTruth {
  /** What N partitions take together from producers; each of them takes an even part of it. */
  readonly law: ScalingLaw
  /** Bytes per second of a consumer that only fetches and decodes. */
  readonly fetchRate: number
  /** Mean milliseconds of the handler; null: what the plan was told it costs. */
  readonly handlerMs: number | null
  /** Variance of a handler's time over its squared mean: 0 constant, 1 exponential. */
  readonly handlerVariation: number
  readonly keys: SimKeys
  /** Standard deviation of the logarithm of a run's speed: 0.03 is about 3 %. */
  readonly noise: number
  /** The same of the speed within a run, tenth of a second by tenth. */
  readonly jitter: number
  /** The same of a speed that changes over minutes, and so is alike in runs that follow each other. */
  readonly drift: number
  /** After this a run is within some percent of its speed. */
  readonly warmUpMs: number
  readonly stall: Stall | null
  /** Bytes per second that one loader can make. */
  readonly loaderRate: number
  /** Of the request that carries the batches, before the partitions take them. */
  readonly request: ServiceCost
  readonly bound: SimBound
  readonly cores: number
  /** Acknowledged records that the audit will not find. */
  readonly lostRecords: number
  readonly memoryBytes: LinearCost
  readonly startMs: LinearCost
  readonly fileHandlesEach: number
}

export const DEFAULT_TRUTH: SimTruth = {
  law: { family: 'usl', lambda: 40e6, sigma: 0.03, kappa: 0.001, ceiling: Number.POSITIVE_INFINITY },
  fetchRate: 200e6,
  handlerMs: null,
  handlerVariation: 0,
  keys: { kind: 'even' },
  noise: 0.02,
  jitter: 0.01,
  drift: 0,
  warmUpMs: 100,
  stall: null,
  loaderRate: 1e9,
  request: { c0Ms: 0.02, c1MsPerBatch: 0.001, c2MsPerRecord: 0.00001 },
  bound: 'broker',
  cores: 256,
  lostRecords: 0,
  memoryBytes: { fixed: 2e6, each: 48e3 },
  startMs: { fixed: 20, each: 0.4 },
  fileHandlesEach: 3
}

/** Which part of all records goes to each partition, keys written as those of `bench` are; sums up to 1. */
export function partitionShares(keys: SimKeys, partitions: number): Float64Array {
  const shares = new Float64Array(partitions)
  if (keys.kind === 'even') return shares.fill(1 / partitions)
  const weights = keyWeights(keys)
  let key = 0
  const names = new NumberedKeys(weights.length, () => key)
  let sum = 0
  for (; key < weights.length; key++) {
    const weight = weights[key] ?? 0
    shares[partitionForKey(names.next(), partitions)]! += weight
    sum += weight
  }
  for (let partition = 0; partition < partitions; partition++) shares[partition]! /= sum
  return shares
}

function keyWeights(keys: Exclude<SimKeys, { kind: 'even' }>): ArrayLike<number> {
  if (keys.kind === 'weights') return keys.weights
  return zipfWeights(keys.kind === 'zipf' ? keys.exponent : 0, keys.keys)
}
