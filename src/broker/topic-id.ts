/**
 * Ids of topics, clusters and directories: 128 random bits as 22 characters of base64url.
 *
 * Kafka: common/Uuid. An id never begins with '-', so that a command line cannot take it for an option.
 */
import type { Random } from '../base/random.ts'

const ID_BYTES = 16

export function randomId(random: Random): string {
  while (true) {
    const bytes = Buffer.from(Array.from({ length: ID_BYTES }, () => random.below(256)))
    const id = bytes.toString('base64url')
    if (!id.startsWith('-')) return id
  }
}
