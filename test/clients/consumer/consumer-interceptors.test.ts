import { afterEach, expect, test } from 'vitest'
import type { ConsumerInterceptor } from '../../../src/clients/consumer/consumer-interceptors.ts'
import { settled } from '../../support/manual-clock.ts'
import { append, codeOf, EARLIEST, FIRST, listenForWarnings, open, range, valuesOf } from './rig.ts'

const warnings = listenForWarnings('HIGHWATER_INTERCEPTOR')

afterEach(() => {
  warnings.texts.length = 0
})

function polled(...chain: ConsumerInterceptor[]) {
  const { consumer, log } = open({ ...EARLIEST, 'interceptor.classes': chain })
  append(log(), range(0, 3))
  consumer.assign([FIRST])
  return consumer
}

const dropsFirst = (name: string, calls: string[]): ConsumerInterceptor => ({
  onConsume(records) {
    calls.push(`${name} ${records.length}`)
    return records.slice(1)
  }
})

test('each gets what the one before it gave, in the order of the list', async () => {
  const calls: string[] = []
  const consumer = polled(dropsFirst('first', calls), {}, dropsFirst('third', calls))
  expect(valuesOf(await consumer.poll(0))).toEqual(['2'])
  expect(calls).toEqual(['first 3', 'third 2'])
})

test('one that throws is passed over, with a warning the first time', async () => {
  let calls = 0
  const consumer = polled(
    { onConsume: records => records.slice(1) },
    {
      onConsume: () => {
        calls += 1
        throw new Error('not today')
      }
    },
    { onConsume: records => records.slice(1) }
  )
  expect(valuesOf(await consumer.poll(0))).toEqual(['2'])
  consumer.seek(FIRST, 0)
  expect(valuesOf(await consumer.poll(0))).toEqual(['2'])
  await settled()
  expect(calls).toBe(2)
  expect(warnings.texts).toEqual([
    'An interceptor threw in onConsume and was passed over; the first time: not today'
  ])
})

test('they are not called for nothing, nor for forEach, and are closed with the consumer', async () => {
  const calls: string[] = []
  const consumer = polled({
    onConsume: records => {
      calls.push('consume')
      return records
    },
    close: () => calls.push('close')
  })
  expect(await consumer.forEach(() => {})).toBe(3)
  expect(await consumer.poll(0)).toEqual([])
  await Promise.all([consumer.close(), consumer.close()])
  expect(calls).toEqual(['close'])
})

test('the position moves behind what an interceptor keeps back', async () => {
  const consumer = polled({ onConsume: () => [] })
  expect(await consumer.poll(0)).toEqual([])
  expect(await consumer.position(FIRST)).toBe(3)
})

test('a list of objects is expected', async () => {
  for (const wrong of [{}, [null], () => {}]) {
    const setting = wrong as readonly ConsumerInterceptor[]
    const opening = Promise.resolve().then(() => open({ 'interceptor.classes': setting }))
    expect(await codeOf(opening)).toBe('HIGHWATER_CONFIG')
  }
})
