import { expect, test } from 'vitest'
import { ProducerBench } from './producer-bench.ts'

test.each([0, 5])(
  'a record sent inside the callback of another goes out like any, at linger.ms %i',
  async lingerMs => {
    const bench = await ProducerBench.start({ 'linger.ms': lingerMs })
    bench.lane.isPrompt = true
    const heard: number[] = []
    const send = (number: number): void => {
      bench.producer.send({ topic: 't', value: String(number) }, error => {
        expect(error).toBeNull()
        heard.push(number)
        if (number < 20) send(number + 1)
      })
    }
    send(1)
    await bench.advance(400)
    expect(heard).toHaveLength(20)
    expect(bench.values()).toEqual(heard.map(String))
  }
)
