import { expect, test } from 'vitest'
import { parseConsumerPerf, parseProducerPerf } from '../../../bench/peers/kafka-tools.ts'

/** As Kafka 4.1.0 prints them. */
const PRODUCED = [
  '1535481 records sent, 307096.2 records/sec (29.29 MB/sec), 842.1 ms avg latency, 1093.0 ms max latency.',
  '1632800 records sent, 326560.0 records/sec (31.14 MB/sec), 913.9 ms avg latency, 1011.0 ms max latency.',
  '3168281 records sent, 314521.1 records/sec (30.00 MB/sec), 580.00 ms avg latency, ' +
    '979.00 ms max latency, 580 ms 50th, 901 ms 95th, 960 ms 99th, 979 ms 99.9th.',
  ''
].join('\n')

const CONSUMED = [
  'start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, ' +
    'rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec',
  '2026-11-22 09:03:10:125, 2026-11-22 09:03:14:381, 381.4697, 89.6310, 4000000, 939849.6241, ' +
    '412, 3844, 99.2377, 1040582.7263',
  ''
].join('\n')

test('the producer tool is taken at its last line, not at a window', () => {
  expect(parseProducerPerf(PRODUCED)).toEqual({ records: 3_168_281, recordsPerSecond: 314_521.1 })
})

test('the consumer tool is taken at its rate of fetching, without joining a group', () => {
  expect(parseConsumerPerf(CONSUMED)).toEqual({ records: 4_000_000, recordsPerSecond: 1_040_582.7263 })
})

test('warnings around the result are passed over', () => {
  const warning = '2026-11-22 09:03:12,000 WARN NetworkClient: disconnected\n'
  expect(parseConsumerPerf(`${CONSUMED}${warning.replace('2026', 'at 2026')}`).records).toBe(4_000_000)
  expect(parseProducerPerf(`${warning}${PRODUCED}${warning}`).records).toBe(3_168_281)
})

test('output without a result is an error that shows it', () => {
  const windowsOnly = PRODUCED.split('\n').slice(0, 2).join('\n')
  expect(() => parseProducerPerf(windowsOnly)).toThrow('said something unknown')
  expect(() => parseConsumerPerf('Exception in thread "main"')).toThrow('Exception in thread "main"')
})
