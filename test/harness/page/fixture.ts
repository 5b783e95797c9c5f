/** The session that a complete report tells: a topic of 120 MB/s, whose handler decides the count. */
import type { PlanPageInput } from './whole-page.ts'

type Part<Name extends keyof PlanPageInput> = NonNullable<PlanPageInput[Name]>

const MB = 1e6

/** Scatter that looks like runs and is always the same. */
function wave(index: number): number {
  return Math.sin(index * 12.9898) * 0.6 + Math.sin(index * 4.1414) * 0.4
}

/** X(N) of the session's law, MB/s. */
function usl(n: number, factor = 1): number {
  return (38.6 * n) / (1 + 0.05 * factor * (n - 1) + 0.0012 * factor * n * (n - 1))
}

const COUNTS = Array.from({ length: 36 }, (_, index) => index + 1)

const throughput: Part<'throughput'> = {
  points: [1, 2, 4, 16].map((partitions, point) => {
    const median = [38.6, 73.4, 133, 303][point]! * MB
    const runs = [0, 1, 2, 3, 4].map(run =>
      run === 0 ? median : median * (1 + 0.042 * wave(point * 7 + run))
    )
    return { partitions, runs, median }
  }),
  fit: {
    families: [
      { family: 'USL', weight: 0.97, leaveOneOut: 0.041 },
      { family: 'cap', weight: 0.03, leaveOneOut: 0.098 }
    ],
    curve: COUNTS.map(partitions => ({
      partitions,
      rate: usl(partitions) * MB,
      low: usl(partitions, 1.06 + 0.003 * partitions) * MB * 0.99,
      high: usl(partitions, 0.95 - 0.0015 * partitions) * MB * 1.008
    }))
  },
  rejected: [
    {
      family: 'cap',
      leaveOneOut: 0.098,
      curve: COUNTS.map(partitions => ({
        partitions,
        rate: ((38.6 * partitions) ** -4 + 312 ** -4) ** -0.25 * MB
      }))
    }
  ],
  heldOut: [{ partitions: 8, predicted: 218 * MB, interval: [207 * MB, 228 * MB], measured: 212 * MB }],
  plannedLoad: 216 * MB,
  recommended: {
    partitions: 30,
    interval: [27, 32],
    rate: 331 * MB,
    rateInterval: [298 * MB, 352 * MB]
  }
}

const COST_COUNTS = Array.from({ length: 25 }, (_, index) => Math.round(10 ** (index * 0.15)))
const MEASURED_COUNTS = [1, 4, 16, 64, 256, 1024]

function costPlaces(at: (partitions: number) => number) {
  return {
    measured: MEASURED_COUNTS.map((partitions, index) => ({
      partitions,
      value: at(partitions) * (1 + 0.06 * wave(index + 3))
    })),
    model: COST_COUNTS.map(partitions => ({ partitions, value: at(partitions) }))
  }
}

const costs: Part<'costs'> = {
  panels: [
    {
      name: 'Memory',
      quantity: 'bytes',
      ...costPlaces(n => 46 * MB + n * 48e3),
      limit: { value: 512 * MB, name: 'budget' }
    },
    {
      name: 'File handles',
      quantity: 'count',
      ...costPlaces(n => 30 + 3 * n),
      limit: { value: 1_048_576, name: 'ulimit -n' }
    },
    {
      name: 'Memory maps',
      quantity: 'count',
      ...costPlaces(n => 240 + 2 * n * 11),
      limit: { value: 65_530, name: 'max_map_count' }
    },
    { name: 'Start', quantity: 'milliseconds', ...costPlaces(n => 160 + 1.9 * n), limit: null },
    {
      name: 'Added replication latency',
      quantity: 'milliseconds',
      ...costPlaces(n => 0.35 + 0.02 * n),
      limit: { value: 50, name: 'budget' }
    },
    {
      name: 'Failover',
      quantity: 'milliseconds',
      ...costPlaces(n => 9000 + 5 * n),
      limit: { value: 30_000, name: 'objective' }
    }
  ],
  recommended: 30,
  admissible: [27, 2000],
  binding: 'the 2 000 replicas a broker of the profile'
}

const LOADS = Array.from(
  { length: 30 },
  (_, index) => 1 + 0.13 * wave(index * 3 + 1) - (index === 4 ? -0.02 : 0)
)
const LOADS_SUM = LOADS.reduce((sum, load) => sum + load, 0)

const skew: Part<'skew'> = {
  shares: LOADS.map(load => load / LOADS_SUM),
  hottestKey: 0.005,
  limit: 15.2 / 216
}

const effectivePartitions: Part<'effectivePartitions'> = {
  places: [1, 2, 4, 8, 15, 30, 60, 120, 240, 480].map(partitions => {
    const effective =
      1 / (0.005 + (1 - 0.005) / partitions + (partitions > 1 ? 0.00018 * Math.log2(partitions) : 0))
    return { partitions, effective, low: effective * 0.95, high: Math.min(200, effective * 1.04) }
  }),
  ceiling: 200,
  recommended: 30
}

const SERVICE_MS = 0.0534

function waitAt(utilisation: number): number {
  return (utilisation * SERVICE_MS * 2.8) / (2 * (1 - utilisation))
}

const consumerWait: Part<'consumerWait'> = {
  curve: Array.from({ length: 95 }, (_, index) => ({
    utilisation: (index + 5) / 100,
    waitMs: waitAt((index + 5) / 100)
  })),
  objectiveMs: 500,
  utilisationMax: 0.8,
  operating: { utilisation: 0.65, waitMs: waitAt(0.65) },
  measured: { utilisation: 0.69, waitMs: waitAt(0.69) * 1.2 }
}

const catchUp: Part<'catchUp'> = {
  outageMs: 10 * 60e3,
  recoveryMs: 30 * 60e3,
  course: [
    { ms: 0, bytes: 0 },
    { ms: 10 * 60e3, bytes: 5.2e9 },
    { ms: 22 * 60e3, bytes: 0 }
  ],
  clearedAfterMs: 12 * 60e3
}

const QUANTILES = [
  0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 0.99999
]

const latency: Part<'latency'> = {
  records: 13_302_000,
  scheduled: QUANTILES.map((quantile, index) => ({
    quantile,
    milliseconds: [1.9, 3.1, 4.2, 6.4, 9.8, 15, 21, 31, 38, 52, 88, 121, 160, 197, 214][index]!
  })),
  sent: QUANTILES.map((quantile, index) => ({
    quantile,
    milliseconds: [1.8, 2.9, 3.9, 5.7, 7.6, 9.6, 10.8, 11.7, 12.4, 13.4, 16, 19, 26, 48, 71][index]!
  })),
  objectiveMs: 60
}

function runsAt(median: number, seed: number): Part<'course'>['strips'][number]['runs'] {
  return [0, 1, 2, 3, 4].map(run => ({
    windows: Array.from({ length: 24 }, (_, window) => {
      const warm = 1 - 0.62 * Math.exp(-window / (1.6 + 0.3 * run))
      return median * warm * (1 + 0.035 * wave(seed * 31 + run * 5 + window))
    }),
    windowSeconds: 0.5,
    from: 6 + (run % 3),
    steady: true
  }))
}

const course: Part<'course'> = {
  strips: [1, 2, 4, 16].map((partitions, index) => {
    const median = [38.6, 73.4, 133, 303][index]! * MB
    const name = `N = ${partitions}, producers`
    return { name, quantity: 'bytes-per-second', median, runs: runsAt(median, index) }
  })
}

const LINGERS = [0, 5, 12, 40, 100]
const BATCHES = [16_384, 32_768, 65_536, 131_072]

const batching: Part<'batching'> = {
  measure: 'p99 latency',
  quantity: 'milliseconds',
  best: 'least',
  cells: BATCHES.flatMap((batchBytes, row) =>
    LINGERS.map((lingerMs, column) => ({
      batchBytes,
      lingerMs,
      value: [14, 9, 16, 45, 104][column]! + row * [2.6, 0.8, 0.4, 0.7, 1.1][column]!
    }))
  )
}

const predictions: Part<'predictions'> = {
  measure: 'p99 latency',
  quantity: 'milliseconds',
  tolerance: 0.2,
  predictions: batching.cells.map(({ batchBytes, lingerMs, value }, index) => ({
    name: `batch.size ${batchBytes}, linger.ms ${lingerMs}`,
    predicted: value,
    measured: value * (1 + 0.16 * wave(index * 2 + 5))
  }))
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other)
}

function movedShare(from: number, to: number): number | null {
  if (to <= from) return null
  return 1 - from / ((from * to) / divisor(from, to))
}

const GROWN = [30, 36, 45, 48, 60, 90, 120]

const growth: Part<'growth'> = {
  from: [24, 27, 30, 32],
  to: GROWN,
  moved: [24, 27, 30, 32].map(from => GROWN.map(to => movedShare(from, to))),
  recommended: 30
}

const answer: Part<'answer'> = {
  answer: {
    kind: 'count',
    partitions: 30,
    interval: [27, 32]
  },
  verdict: {
    state: 'held',
    words: 'Verified',
    sentence: 'at 216 MB/s for 90 s: sustained, end to end p99 38 ms, lag slope 0.'
  },
  badges: ['embedded engine, not your cluster', '5 runs a point'],
  facts: [
    ['Binding constraint', 'handler time per record, 0.41 ms on 8 lanes'],
    ['Planned load', '216 MB/s = 120 MB/s × peak 1.8'],
    ['Next limit', 'the hottest key: above 237 MB/s no count works'],
    ['Useful group sizes', '1, 2, 3, 5, 6, 10, 15, 30']
  ]
}

const assumptions: Part<'assumptions'> = [
  {
    quantity: 'Tp, producers on one partition',
    value: '38.6 ± 1.4 MB/s',
    origin: 'measured',
    source: '5 runs, N = 1'
  },
  {
    quantity: 'Tc with the handler, 8 lanes',
    value: '15.2 ± 0.5 MB/s',
    origin: 'measured',
    source: '5 runs, handler 0.41 ms, Cs² 1.8'
  },
  {
    quantity: 'Hottest key',
    value: '0.50 % [0.44, 0.57]',
    origin: 'measured',
    source: 'sample of 50 000 records, userId'
  },
  {
    quantity: 'Contention σ, coherence κ',
    value: '0.050, 0.0012',
    origin: 'derived',
    source: 'least squares in log X, leave-one-out 4.1 %'
  },
  {
    quantity: 'Utilisation at most',
    value: '0.80',
    origin: 'derived',
    source: 'from the objective for lag, capped'
  },
  { quantity: 'Peak over mean', value: '1.8', origin: 'asked', source: '--peak' },
  { quantity: 'Outage, caught up within', value: '10 min, 30 min', origin: 'asked', source: '--outage' },
  {
    quantity: 'Growth',
    value: '30 % a year, 2 years',
    origin: 'default',
    source: 'not asked; give --growth'
  },
  {
    quantity: 'Replicas a broker',
    value: '2 000',
    origin: 'assumed',
    source: 'profile msk-m7g.2xlarge, as of 2026-01'
  }
]

const provenance: Part<'provenance'> = {
  environment: [
    ['Processor', 'Example CPU @ 3.00 GHz, 8 cores'],
    ['Memory', '32 GB'],
    ['System', 'linux x64 6.1.0'],
    ['Node', 'v20.20.2'],
    ['highwater', '0.1.0, 0123456789']
  ],
  seeds: [
    ['order of the runs', '20261122'],
    ['bootstrap', '7']
  ],
  files: [
    { name: 'plan.json', what: 'the whole plan, for programs' },
    { name: 'measurements.json', what: 'every window of every run' }
  ],
  command:
    'npx highwater plan --rate 120MB/s --peak-factor 1.8 --record-file sample.ndjson --key-file keys.txt ' +
    '--handler ./handler.mjs --lag-slo 500ms --outage 10m/30m --retention 6h --rf 3 --budget 12m',
  replay: 'npx highwater report replay reports/plan-2026-11-22'
}

/** The whole session, or with some parts of it changed. */
export function session(changes: Partial<PlanPageInput> = {}): PlanPageInput {
  return {
    title: 'highwater plan 120 MB/s',
    heading: 'How many partitions for 120 MB/s?',
    subtitle: 'The embedded engine on this machine, 22 November 2026, 06:14 UTC',
    answer,
    zones: {
      quoted: 120 / 38.6,
      needed: 120 / 15.2,
      planned: 27,
      slowSide: 'consumers',
      recommended: 30,
      interval: [27, 32]
    },
    reasons: [
      'Consuming binds: Tc 15.2 MB/s with the handler on 8 lanes is below Tp 38.6 MB/s.',
      'Both sides must carry 120 MB/s: producers 4, consumers 8; with peak 1.8, utilisation 0.80, catch-up ' +
        '1.33 and skew it is 27.',
      '30 divides by more group sizes than 27 does, and is a multiple of 3 brokers.'
    ],
    throughput,
    costs,
    skew,
    effectivePartitions,
    consumerWait,
    catchUp,
    latency,
    course,
    batching,
    predictions,
    growth,
    assumptions,
    doubts: ['All cores together were 88 % busy at N = 16: the disk binds there, not the engine.'],
    provenance,
    footer: 'highwater 0.1.0. Rates are MB/s of records, key and value; 1 MB is 1 000 000 bytes.',
    ...changes
  }
}
