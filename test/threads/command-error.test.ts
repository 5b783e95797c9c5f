import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/base/invariant.ts'
import { KafkaError } from '../../src/base/kafka-error.ts'
import { HighwaterError } from '../../src/base/local-errors.ts'
import { packError, unpackError } from '../../src/threads/command-error.ts'

/** The same error on the other side of a port. */
function crossed(error: unknown): Error {
  return unpackError(structuredClone(packError(error)))
}

describe('an error that crosses to another thread', () => {
  test.each([
    new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'no topic (yet)'),
    new KafkaError('NOT_LEADER_OR_FOLLOWER')
  ])('stays Kafka’s with code, number and text: %s', error => {
    const arrived = crossed(error) as KafkaError
    expect(arrived).toBeInstanceOf(KafkaError)
    expect([arrived.code, arrived.errorCode, arrived.retriable, arrived.message]).toEqual([
      error.code,
      error.errorCode,
      error.retriable,
      error.message
    ])
  })

  test('stays a local one with code and text', () => {
    const arrived = crossed(new HighwaterError('HIGHWATER_RESOURCES', 'no region is free')) as HighwaterError
    expect(arrived).toBeInstanceOf(HighwaterError)
    expect([arrived.code, arrived.message]).toEqual(['HIGHWATER_RESOURCES', 'no region is free'])
  })

  test('of any other kind is told by its name and text', () => {
    expect(crossed(new TypeError('not a function')).message).toBe('TypeError: not a function')
    expect(crossed(new InvariantError('x holds', { x: 1 })).message).toBe('InvariantError: x holds {"x":1}')
    expect(crossed('a text').message).toBe('a text')
  })
})
