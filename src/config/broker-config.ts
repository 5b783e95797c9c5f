/**
 * Settings of a broker and of the cluster it starts with. Names with `engine.` are not Kafka's.
 *
 * Kafka: server/config/ServerLogConfigs.
 */
import { type ConfigInput, defineConfig, type ParsedConfig } from './define-config.ts'

const MIB = 1048576

const definition = defineConfig('broker', {
  'log.dirs': {
    type: 'text',
    default: null,
    doc: 'Directory of all logs; without it a fresh temporary one, removed at the end.'
  },
  'engine.arena.bytes': {
    type: 'int',
    default: 1024 * MIB,
    range: [MIB, 2048 * MIB - 65536],
    doc: 'Addresses of the shared memory for batches and log tails; pages cost memory once touched.'
  }
})

export type BrokerConfig = ConfigInput<typeof definition.settings>
type BrokerSettings = ParsedConfig<typeof definition.settings>

/** @throws HighwaterError HIGHWATER_CONFIG */
export function parseBrokerConfig(given: BrokerConfig): BrokerSettings {
  return definition.parse(given)
}
