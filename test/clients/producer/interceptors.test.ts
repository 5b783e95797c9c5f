import { describe, expect, test } from 'vitest'
import { type ProducerInterceptor, ProducerInterceptors } from '../../../src/clients/producer/interceptors.ts'
import type { RecordMetadata } from '../../../src/clients/producer/record-future.ts'
import { settled } from '../../support/manual-clock.ts'
import { codeOf, ProducerBench } from './producer-bench.ts'

const FAILURE = new Error('broken on purpose')

/** Appends its letter to every value. */
const lettered = (letter: string): ProducerInterceptor => ({
  onSend: record => ({ ...record, value: `${record.value}${letter}` })
})

const throwing: ProducerInterceptor = {
  onSend: () => {
    throw FAILURE
  },
  onAcknowledgement: () => {
    throw FAILURE
  },
  close: () => {
    throw FAILURE
  }
}

/** Writes down what it hears. */
function listening(heard: unknown[]): Pick<ProducerInterceptor, 'onAcknowledgement'> {
  return {
    onAcknowledgement: (metadata, error, headers) => {
      heard.push([
        'interceptor',
        metadata.topic,
        metadata.partition,
        metadata.offset,
        error?.message ?? null,
        headers
      ])
    }
  }
}

/** The texts of warnings that `action` leads to. */
async function warningsOf(action: () => Promise<void> | void): Promise<string[]> {
  const warnings: string[] = []
  const onWarning = (warning: Error): void => {
    warnings.push(warning.message)
  }
  process.on('warning', onWarning)
  try {
    await action()
    await settled()
  } finally {
    process.removeListener('warning', onWarning)
  }
  return warnings
}

describe('the order of hooks', () => {
  test('is interceptors, serializers, partitioner, batch; then interceptors, callback', async () => {
    const order: string[] = []
    const first: ProducerInterceptor<number, number> = {
      onSend: record => {
        order.push('first onSend')
        return record
      },
      onAcknowledgement: () => order.push('first onAcknowledgement')
    }
    const second: ProducerInterceptor<number, number> = {
      onSend: record => {
        order.push('second onSend')
        return record
      },
      onAcknowledgement: () => order.push('second onAcknowledgement')
    }
    const bench = await ProducerBench.start<number, number>({
      'linger.ms': 0,
      'interceptor.classes': [first, second],
      'key.serializer': key => {
        order.push('key')
        return Uint8Array.of(key)
      },
      'value.serializer': value => {
        order.push('value')
        return Uint8Array.of(value)
      },
      'partitioner.class': () => {
        order.push('partitioner')
        return 0
      }
    })
    bench.lane.onAppend = () => order.push('batch')
    bench.producer.send({ topic: 't', key: 1, value: 2 }, () => order.push('callback'))
    await bench.advance(1)
    bench.lane.answerAll()
    await bench.advance(1)
    expect(order).toEqual([
      'first onSend',
      'second onSend',
      'key',
      'value',
      'partitioner',
      'batch',
      'first onAcknowledgement',
      'second onAcknowledgement',
      'callback'
    ])
  })
})

describe('onSend', () => {
  test('gets what the one before made of the record', async () => {
    const bench = await ProducerBench.start({ 'interceptor.classes': [lettered('a'), lettered('b')] })
    bench.lane.isPrompt = true
    bench.producer.send({ topic: 't', value: '-' })
    await bench.advance(10)
    expect(bench.values()).toEqual(['-ab'])
  })

  test('that throws is passed over, with one warning for all its records', async () => {
    const bench = await ProducerBench.start({
      'interceptor.classes': [lettered('a'), throwing, lettered('b')]
    })
    bench.lane.isPrompt = true
    const warnings = await warningsOf(async () => {
      for (const value of ['1', '2']) bench.producer.send({ topic: 't', value })
      await bench.advance(10)
    })
    expect(bench.values()).toEqual(['1ab', '2ab'])
    expect(warnings.filter(text => text.includes('onSend'))).toHaveLength(1)
    expect(warnings.filter(text => text.includes('onAcknowledgement'))).toHaveLength(1)
    expect(warnings[0]).toContain('broken on purpose')
  })

  test('that gives no record back is passed over too', async () => {
    const forgetful = { onSend: () => undefined } as object as ProducerInterceptor
    const bench = await ProducerBench.start({ 'interceptor.classes': [forgetful, lettered('b')] })
    bench.lane.isPrompt = true
    const warnings = await warningsOf(async () => {
      bench.producer.send({ topic: 't', value: '1' })
      await bench.advance(10)
    })
    expect(bench.values()).toEqual(['1b'])
    expect(warnings.join()).toContain('a record is expected back')
  })
})

describe('onAcknowledgement', () => {
  const headers = [{ key: 'h', value: null }]

  test('hears of each record where it went, with its headers', async () => {
    const heard: unknown[] = []
    const bench = await ProducerBench.start({ 'interceptor.classes': [listening(heard)] }, 3)
    bench.producer.send({ topic: 't', partition: 2, value: 'a', headers })
    bench.producer.send({ topic: 't', partition: 2, value: 'b' })
    await bench.advance(10)
    bench.lane.answerAll()
    await bench.advance(1)
    expect(heard).toEqual([
      ['interceptor', 't', 2, 0, null, headers],
      ['interceptor', 't', 2, 1, null, []]
    ])
  })

  test('hears of a failed batch: its partition, and -1 for the offset; before the callback', async () => {
    const heard: unknown[] = []
    const bench = await ProducerBench.start({ 'interceptor.classes': [listening(heard)], 'linger.ms': 0 }, 3)
    const onAnswer = (error: Error | null, metadata: RecordMetadata | null): void => {
      heard.push(['callback', error?.message.slice(0, 14), metadata])
    }
    bench.producer.send({ topic: 't', partition: 1, value: 'a' }, onAnswer)
    await bench.advance(1)
    bench.lane.answer(bench.lane.sent[0], 87)
    await bench.advance(1)
    expect(heard).toEqual([
      ['interceptor', 't', 1, -1, expect.stringContaining('INVALID_RECORD'), []],
      ['callback', 'INVALID_RECORD', null]
    ])
  })

  test('hears of a record that send refuses, after the callback; -1 if no partition is named', async () => {
    const heard: unknown[] = []
    const bench = await ProducerBench.start({
      'interceptor.classes': [listening(heard)],
      'max.request.size': 100
    })
    const value = 'x'.repeat(200)
    bench.producer.send({ topic: 't', value }, () => heard.push('callback'))
    bench.producer.send({ topic: 't', value, partition: 0 }).catch(() => {})
    expect(heard).toEqual([
      'callback',
      ['interceptor', 't', -1, -1, expect.stringContaining('max.request.size'), []],
      ['interceptor', 't', 0, -1, expect.stringContaining('max.request.size'), []]
    ])
  })

  test('hears of a record for which send throws', async () => {
    const heard: unknown[] = []
    const bench = await ProducerBench.start<string, bigint>({
      'interceptor.classes': [listening(heard)],
      'value.serializer': () => {
        throw FAILURE
      }
    })
    expect(() => bench.producer.send({ topic: 't', value: 1n })).toThrow('broken on purpose')
    await bench.producer.close()
    expect(() => bench.producer.send({ topic: 't', value: 1n, partition: 5 })).toThrow('closed')
    expect(heard).toEqual([
      ['interceptor', 't', -1, -1, expect.stringContaining('value.serializer'), []],
      ['interceptor', 't', 5, -1, 'The producer is closed.', []]
    ])
  })

  test('hears of a record that waited in vain for its topic', async () => {
    const heard: unknown[] = []
    const bench = new ProducerBench({ 'interceptor.classes': [listening(heard)], 'max.block.ms': 50 }, 0)
    bench.producer.send({ topic: 'missing', value: 'v' }, () => heard.push('callback'))
    await bench.advance(60)
    expect(heard).toEqual([
      'callback',
      ['interceptor', 'missing', -1, -1, expect.stringContaining('missing'), []]
    ])
  })

  test('is no substitute for somebody who hears of a failure: flush still rejects', async () => {
    const bench = await ProducerBench.start({ 'interceptor.classes': [listening([])], 'linger.ms': 0 })
    bench.producer.send({ topic: 't', value: 'nobody hears' })
    bench.producer.send({ topic: 't', value: 'callback' }, () => {})
    bench.producer.send({ topic: 't', value: 'awaited' }).catch(() => {})
    await bench.advance(1)
    bench.lane.answer(bench.lane.sent[0], 87)
    const text = bench.producer.flush().then(
      () => '',
      (error: Error) => error.message
    )
    await bench.advance(1)
    expect(await text).toMatch(/^1 records failed/)
  })
})

test('interceptors are closed with the producer, each of them, also if one throws', async () => {
  const closed: string[] = []
  const last = { close: () => closed.push('last') }
  const bench = await ProducerBench.start({ 'interceptor.classes': [throwing, last] })
  const warnings = await warningsOf(async () => {
    expect(await codeOf(bench.producer.close())).toBe('fulfilled')
  })
  expect(closed).toEqual(['last'])
  expect(warnings.join()).toContain('close')
})

test('what is no list of objects is refused, and an empty list is none', () => {
  expect(() => ProducerInterceptors.of({})).toThrow('a list of objects')
  expect(() => ProducerInterceptors.of([1])).toThrow('a list of objects')
  expect(ProducerInterceptors.of([])).toBeNull()
})
