/**
 * Settings of a broker and of the cluster it starts with. Names with `engine.` are not Kafka's.
 *
 * Kafka: server/config/ServerLogConfigs.
 */
import { type ConfigInput, configError, defineConfig, type ParsedConfig } from './define-config.ts'
import { PARTITION_PACE_SETTING } from './partition-pace.ts'

const MIB = 1048576

const definition = defineConfig('broker', {
  'log.dirs': {
    type: 'text',
    default: null,
    doc: 'Directory of all logs, one; without it a fresh temporary one, removed by close().'
  },
  'engine.arena.bytes': {
    type: 'int',
    default: 1024 * MIB,
    range: [MIB, 2048 * MIB - 65536],
    doc: 'Addresses of the shared memory for batches and log tails; pages cost memory once touched.'
  },
  'engine.partition.pace': PARTITION_PACE_SETTING,
  'engine.partition.threads.max': {
    type: 'int',
    default: 0,
    range: [0, 192],
    doc: 'Threads for partitions; beyond so many partitions they share them. 0: by what the machine has.'
  }
})

/** Every setting: name, type, default, range and what it does. */
export const BROKER_SETTINGS = definition.settings

export type BrokerConfig = ConfigInput<typeof definition.settings>
type BrokerSettings = ParsedConfig<typeof definition.settings>

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseBrokerConfig(given: BrokerConfig): BrokerSettings {
  const parsed = definition.parse(given)
  // Kafka's setting is a list, so a comma never belongs to a name.
  if (parsed.logDirs?.includes(',')) {
    throw configError(
      `log.dirs must name one directory, not the list ${JSON.stringify(parsed.logDirs)}: ` +
        `this broker keeps all logs in one.`
    )
  }
  return parsed
}
