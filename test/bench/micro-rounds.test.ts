import { expect, test } from 'vitest'
import { expectResult, type MicroBenchmark } from '../../bench/micro-benchmark.ts'
import { measureInRounds, resultOf } from '../../bench/micro-rounds.ts'

const SHORT = { rounds: 3, roundMs: 1, warmUpMs: 1 }

test('the rate is of bytes per second, the median and its deviation over the rounds', () => {
  const result = resultOf({ name: 'copy', bytes: 4000, operations: 2 }, [90, 100, 110, 130])
  expect(result.medianNs).toBe(105)
  expect(result.madNs).toBe(10)
  // 2,000 bytes in 105 ns.
  expect(result.megabytesPerSecond).toBeCloseTo(2000 / 0.105, 6)
})

test('each run is put back first, and the rounds of several benchmarks take turns', async () => {
  const order: string[] = []
  const benchmark = (name: string): MicroBenchmark => {
    let used = 0
    return {
      name,
      bytes: 0,
      operations: 1,
      restore: () => {
        used = 0
        if (order.at(-1) !== name) order.push(name)
      },
      run: () => {
        used += 1
        return used
      },
      check: found => expectResult(name, found, 1)
    }
  }
  const results = await measureInRounds([benchmark('a'), benchmark('b')], SHORT)
  expect(results.map(({ samplesNs }) => samplesNs.length)).toEqual([3, 3])
  expect(order).toEqual(Array.from({ length: 4 }, () => ['a', 'b']).flat())
})

test('a benchmark whose work goes wrong has no number', async () => {
  const wrong: MicroBenchmark = {
    name: 'wrong',
    bytes: 0,
    operations: 1,
    run: () => 2,
    check: found => expectResult('wrong', found, 1)
  }
  await expect(measureInRounds([wrong], SHORT)).rejects.toThrow('wrong gave 2, expected 1')
})

test('a benchmark that throws is named', async () => {
  const broken: MicroBenchmark = {
    name: 'broken',
    bytes: 0,
    operations: 1,
    run: () => {
      throw new Error('no memory')
    },
    check: () => {}
  }
  await expect(measureInRounds([broken], SHORT)).rejects.toThrow('broken did not come to its end')
})
