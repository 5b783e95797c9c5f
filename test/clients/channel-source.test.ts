import { expect, test } from 'vitest'
import { Admin } from '../../src/clients/admin/admin.ts'
import { Consumer } from '../../src/clients/consumer/consumer.ts'
import { Producer } from '../../src/clients/producer/producer.ts'
import { MemoryChannel } from '../support/memory-channel.ts'

test.each([
  ['the promise of a cluster', Promise.resolve(new MemoryChannel())],
  ['nothing', undefined],
  ['null', null],
  ['a text', 'localhost:9092'],
  ['settings', { 'linger.ms': 5 }]
])('no client is made of %s, and the error says what is needed', (_, source) => {
  for (const Client of [Admin, Consumer, Producer]) {
    expect(() => Reflect.construct(Client, [source])).toThrow(
      expect.objectContaining({
        code: 'HIGHWATER_CONFIG',
        message: expect.stringContaining('startCluster must be awaited')
      })
    )
  }
})
