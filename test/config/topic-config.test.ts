import { expect, test } from 'vitest'
import { parseTopicConfig } from '../../src/config/topic-config.ts'

test('defaults are those of Kafka 4', () => {
  expect(parseTopicConfig({})).toMatchObject({
    indexIntervalBytes: 4096,
    maxMessageBytes: 1048588,
    messageTimestampAfterMaxMs: 3600000,
    messageTimestampType: 'CreateTime',
    segmentBytes: 1073741824,
    segmentIndexBytes: 10485760,
    segmentMs: 604800000
  })
})

test('settings come as text from a request', () => {
  expect(parseTopicConfig({ 'segment.bytes': '1048576' }).segmentBytes).toBe(1048576)
  expect(() => parseTopicConfig({ 'segment.byte': '1' })).toThrow('did you mean segment.bytes?')
})
