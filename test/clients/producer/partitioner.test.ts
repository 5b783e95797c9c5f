import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { ANY_PARTITION, Partitioning } from '../../../src/clients/producer/partitioner.ts'
import { type ProducerConfig, parseProducerConfig } from '../../../src/config/producer-config.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { keyed, LoadedTopic } from './loaded-topic.ts'

const ten = new LoadedTopic(new Array<number>(10).fill(0))
const three = new LoadedTopic([0, 0, 0])

describe('the default partitioner', () => {
  test.each([
    ['', 1, 0],
    ['a', 4, 1],
    ['ab', 4, 2],
    ['abc', 7, 0],
    ['abcd', 0, 2],
    ['21', 0, 0],
    ['foobar', 6, 0],
    ['a-little-bit-long-string', 2, 2],
    ['k0', 5, 2],
    ['k1', 7, 2],
    ['k2', 3, 0],
    ['k3', 6, 1],
    ['user-42', 0, 1],
    ['中文', 7, 0]
  ])('puts key %j where Kafka puts it: %i of 10, %i of 3', (key, ofTen, ofThree) => {
    expect(ten.partitioner({}).choose(keyed(key))).toBe(ofTen)
    expect(three.partitioner({}).choose(keyed(key))).toBe(ofThree)
  })

  test('hashes over all partitions, those without a leader too', () => {
    const topic = new LoadedTopic([0, 0, 0])
    topic.leaders[2] = false
    expect(topic.partitioner({}).choose(keyed('ab'))).toBe(2)
  })

  test('leaves records without a key to the sticky partition, and all of them on demand', () => {
    expect(ten.partitioner({}).choose(keyed(null))).toBe(ANY_PARTITION)
    expect(ten.partitioner({ 'partitioner.ignore.keys': true }).choose(keyed('a'))).toBe(ANY_PARTITION)
    expect(ten.partitioner({ 'partitioner.class': 'uniform-sticky' }).choose(keyed('a'))).toBe(ANY_PARTITION)
  })
})

test('the older sticky partitioner hashes keys as well, unless it is told not to', () => {
  const config: ProducerConfig = { 'partitioner.class': 'sticky' }
  expect(ten.partitioner(config).choose(keyed('a'))).toBe(4)
  expect(ten.partitioner(config).choose(keyed(null))).toBe(ANY_PARTITION)
  const ignoring = ten.partitioner({ ...config, 'partitioner.ignore.keys': true })
  expect(ignoring.choose(keyed('a'))).toBe(ANY_PARTITION)
})

test('round robin takes the available partitions in turn, whatever the key', () => {
  const topic = new LoadedTopic([0, 0, 0, 0])
  topic.leaders[1] = false
  const partitioner = topic.partitioner({ 'partitioner.class': 'round-robin' })
  const keys = ['a', null, 'a', 'a', null]
  expect(keys.map(key => partitioner.choose(keyed(key)))).toEqual([0, 2, 3, 0, 2])
})

describe('a partitioner of the program', () => {
  test('is asked with the record, the bytes of its key and the partitions of the topic', () => {
    const heard: unknown[] = []
    const topic = new LoadedTopic([0, 0, 0])
    topic.leaders[0] = false
    const partitioner = topic.partitioner({
      'partitioner.class': (...given: unknown[]) => {
        heard.push(given)
        return 2
      }
    })
    const record = keyed('k')
    expect(partitioner.choose(record)).toBe(2)
    expect(heard).toEqual([[record.source, Buffer.from('k'), { partitionCount: 3, available: [1, 2] }]])
  })

  test('may be an object, which is closed with the producer', () => {
    let isClosed = false
    class Mine {
      readonly #partition = 1
      partition(): number {
        return this.#partition
      }
      close(): void {
        isClosed = true
      }
    }
    const settings = parseProducerConfig({ 'partitioner.class': new Mine() })
    const partitioning = new Partitioning({ settings, clock: new ManualClock(), random: seededRandom(1) })
    expect(partitioning.forTopic(three).choose(keyed(null))).toBe(1)
    partitioning.close()
    expect(isClosed).toBe(true)
  })

  test.each([-1, 0.5, '1', undefined])('that names %j is told what a partition is', found => {
    const partitioner = three.partitioner({ 'partitioner.class': () => found })
    expect(() => partitioner.choose(keyed('k'))).toThrow('a whole number, 0 or more, not')
  })

  test('without a method partition is refused', () => {
    expect(() => three.partitioner({ 'partitioner.class': {} })).toThrow('a method partition')
  })
})
