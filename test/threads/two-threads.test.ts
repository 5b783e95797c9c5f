/** The ring, the bells and the confirmed end on real threads: the compiled host runs beside this one. */
import { describe, expect, test } from 'vitest'
import { RingBench } from '../support/ring-bench.ts'
import { HOST_ROW } from '../support/ring-thread.ts'

describe('a caller and a host on two threads', () => {
  test('pass 20,000 slots through a ring of 8 without a fault, over the wrap of the positions', async () => {
    const bench = new RingBench()
    const host = bench.startHost()
    await bench.run(20_000)
    const answer = host.port.call('count torn payloads', {})
    bench.bells.ring(HOST_ROW)
    expect((await answer).body).toEqual({ torn: 0 })
    bench.sender.close()
    bench.bells.ring(HOST_ROW)
    expect(await host.ended).toEqual({ error: null })
    expect([bench.wrong, bench.reaped, bench.sender.inFlight]).toEqual([0, 20_000, 0])
  })

  test('a new host finishes what one that was killed in its sleep has left', async () => {
    const bench = new RingBench()
    const first = bench.startHost()
    await bench.run(100)
    first.port.onClose(() => bench.bells.markDead(HOST_ROW))
    first.abort()
    bench.submit(5)
    await first.ended
    bench.bells.revive(HOST_ROW)
    const second = bench.startHost()
    await bench.run(1_000)
    bench.sender.close()
    bench.bells.ring(HOST_ROW)
    await second.ended
    expect([bench.wrong, bench.reaped]).toEqual([0, 1_000])
  })
})
