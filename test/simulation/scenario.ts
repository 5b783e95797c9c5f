/**
 * What a seed chooses before the first event: how many of everything, how small, and how unkind.
 */
import type { Random } from '../../src/base/random.ts'
import type { ProducerConfig } from '../../src/config/producer-config.ts'
import type { LogSettings } from '../../src/data-plane/log/log-settings.ts'

interface ProducerScenario {
  readonly config: ProducerConfig
  readonly slotCount: number
}

export interface Scenario {
  readonly partitionCount: number
  readonly producers: readonly ProducerScenario[]
  readonly readersPerPartition: number
  readonly initialOffset: number
  readonly settings: LogSettings
  readonly maxMessageBytes: number
  /** Milliseconds of one move of the clock. */
  readonly tickMs: number
  readonly valueBytesMax: number
  /** Position at which every ring begins. */
  readonly ringStart: number
}

const SLOT_BYTES = 1024
/** Far enough from the wrap for no seed to miss it, near enough for most to reach it. */
const RING_START = 2147483640

export const SIMULATED_SLOT_BYTES = SLOT_BYTES

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)] as T
}

function producerScenario(random: Random, tickMs: number): ProducerScenario {
  const acks = pick(random, ['all', 'all', 'all', '1', '0'] as const)
  const isIdempotent = acks === 'all' && random.below(2) === 0
  const config: ProducerConfig = {
    acks,
    'enable.idempotence': isIdempotent,
    'batch.size': pick(random, [1, 200, 600, 1024]),
    'linger.ms': pick(random, [0, 1, 5]) * tickMs,
    'request.timeout.ms': 5 * tickMs,
    'delivery.timeout.ms': pick(random, [10, 40, 400]) * tickMs,
    'max.in.flight.requests.per.connection': pick(random, isIdempotent ? [1, 5] : [1, 2, 5]),
    'max.request.size': 4096,
    'retry.backoff.ms': tickMs,
    'retry.backoff.max.ms': 8 * tickMs,
    // Without idempotence a final error is worth as much as a retry.
    retries: isIdempotent ? 2147483647 : pick(random, [0, 3, 2147483647])
  }
  return { config, slotCount: pick(random, [2, 3, 6, 12]) }
}

export function chooseScenario(random: Random): Scenario {
  const tickMs = pick(random, [1, 20, 1000])
  const producerCount = 1 + random.below(2)
  return {
    partitionCount: 1 + random.below(3),
    producers: Array.from({ length: producerCount }, () => producerScenario(random, tickMs)),
    readersPerPartition: 1 + random.below(2),
    initialOffset: pick(random, [0, 0, 77106001, 2 ** 40]),
    settings: {
      segmentBytes: pick(random, [4096, 16384, 65536]),
      segmentMs: pick(random, [604800000, 200 * tickMs]),
      segmentIndexBytes: 65536,
      indexIntervalBytes: pick(random, [0, 512, 4096])
    },
    maxMessageBytes: pick(random, [700, 1048588, 1048588]),
    tickMs,
    valueBytesMax: pick(random, [40, 300, 1500]),
    ringStart: pick(random, [0, RING_START])
  }
}

/** Time is up for most batches while the broker has them, and the two slots are wanted at once. */
export const EXPIRY_IN_FLIGHT: Partial<Scenario> = {
  partitionCount: 3,
  producers: [false, true].map(isIdempotent => ({
    config: {
      'enable.idempotence': isIdempotent,
      'batch.size': 200,
      'linger.ms': 0,
      'request.timeout.ms': 1,
      'delivery.timeout.ms': 2,
      'max.request.size': 4096,
      'retry.backoff.ms': 1
    },
    slotCount: 2
  })),
  tickMs: 1,
  valueBytesMax: 300
}
