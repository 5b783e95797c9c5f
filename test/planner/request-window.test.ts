import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeWindow, networkCaps, partitionCap } from '../../src/planner/request-window.ts'

const KIB = 1024

describe('what one producer reaches on one partition', () => {
  test.each([
    [16 * KIB, 0.5, 164],
    [16 * KIB, 2, 41],
    [16 * KIB, 10, 8.2],
    [16 * KIB, 50, 1.6],
    [64 * KIB, 50, 6.55],
    [1024 * KIB, 10, 524]
  ])('batches of %d bytes and answers after %d ms: %d MB/s', (batchBytes, roundTripMs, megabytes) => {
    expect(partitionCap({ batchBytes, roundTripMs }) / 1e6).toBeCloseTo(megabytes, megabytes < 10 ? 1 : 0)
  })

  test('one request under way at a time reaches a fifth', () => {
    const window = { batchBytes: 16 * KIB, roundTripMs: 10 }
    expect(partitionCap({ ...window, inFlightMax: 1 })).toBeCloseTo(partitionCap(window) / 5, 6)
  })

  test('a batch larger than a request counts as the request', () => {
    const capOf = (batchBytes: number) => partitionCap({ batchBytes, roundTripMs: 10 })
    expect(capOf(4096 * KIB)).toBe(capOf(1024 * KIB))
  })
})

describe('remedies', () => {
  const input = {
    window: { batchBytes: 16 * KIB, roundTripMs: 50 },
    partitions: 1,
    brokers: 1,
    wanted: 5e6
  }

  test('a larger batch comes first, then more partitions', () => {
    expect(judgeWindow(input)).toEqual({
      partitionCap: 1_638_400,
      producerCap: 1_638_400,
      binds: true,
      sentences: [
        'With 5 requests under way, batches of 16 KiB and answers after 50 ms, a producer reaches ' +
          'at most 1.64 MB/s of 5 MB/s.',
        'Set batch.size to 64 KiB.',
        'Or use 4 partitions with batches of 16 KiB.'
      ]
    })
  })

  test('where the window is large enough one sentence says so', () => {
    const verdict = judgeWindow({ ...input, partitions: 4 })
    expect(verdict.binds).toBe(false)
    expect(verdict.sentences).toEqual([
      'With 5 requests under way, batches of 16 KiB and answers after 50 ms, a producer reaches up ' +
        'to 6.55 MB/s: enough for 5 MB/s.'
    ])
  })

  test('partitions share what a request carries, and brokers bring requests of their own', () => {
    const capOf = (partitions: number, brokers: number) =>
      judgeWindow({ ...input, partitions, brokers, wanted: 1 }).producerCap
    expect(capOf(6, 3)).toBe(6 * 1_638_400)
    expect(capOf(2, 3)).toBe(2 * 1_638_400)
    expect(capOf(64, 1)).toBe(64 * 1_638_400)
    expect(capOf(128, 1)).toBe(64 * 1_638_400)
    expect(capOf(128, 2)).toBe(128 * 1_638_400)
  })

  test.each([
    // 7 MB/s x 50 ms / 5 on 4 partitions are 17 500 bytes; 90 on 3 are 300 000, and 512 KiB would not fit
    [4, 7e6, 'Set batch.size to 32 KiB.'],
    [1, 6_553_600, 'Set batch.size to 64 KiB.'],
    [3, 90e6, 'Set batch.size to 292.97 KiB.'],
    [1, 104_857_600, 'Set batch.size to 1 MiB.']
  ])('%d partitions for %d B/s: %s', (partitions, wanted, remedy) => {
    expect(judgeWindow({ ...input, partitions, wanted }).sentences[1]).toBe(remedy)
  })

  test('a window that is just large enough does not bind', () => {
    expect(judgeWindow({ ...input, wanted: 1_638_400 }).binds).toBe(false)
    expect(judgeWindow({ ...input, wanted: 1_638_401 }).binds).toBe(true)
  })

  test('a window that waits for nothing is none', () => {
    expect(() => partitionCap({ batchBytes: 16 * KIB, roundTripMs: 0 })).toThrow('waits')
  })

  test('a batch that would not fit into a request is not advised', () => {
    const { sentences } = judgeWindow({ ...input, brokers: 10, wanted: 150e6 })
    expect(sentences.slice(1)).toEqual(['Use 92 partitions with batches of 16 KiB.'])
  })

  test('where the request itself is the limit, that is said', () => {
    const { producerCap, sentences } = judgeWindow({ ...input, partitions: 100, wanted: 300e6 })
    expect(producerCap).toBe(5 * 2 ** 20 * 20)
    expect(sentences.slice(1)).toEqual([
      'No batch.size and no number of partitions helps, for a request carries 1 MiB at most: raise ' +
        'max.request.size, or use 3 producers.'
    ])
  })

  test('with the first remedy that is named the window binds no more', () => {
    const unit = { K: KIB, M: KIB * KIB }
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 18 }),
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.record({ partitions: fc.integer({ min: 1, max: 64 }), brokers: fc.integer({ min: 1, max: 6 }) }),
        fc.double({ min: 1e5, max: 1e9, noNaN: true }),
        (power, roundTripMs, { partitions, brokers }, wanted) => {
          const window = { batchBytes: 2 ** power, roundTripMs }
          const verdict = judgeWindow({ window, partitions, brokers, wanted })
          if (!verdict.binds) return
          const remedy = verdict.sentences[1] ?? ''
          const batch = /batch\.size to ([\d.]+) ([KM])iB/.exec(remedy)
          if (batch !== null) {
            // Printed with two decimals: up to half of the last one too few.
            const batchBytes = (Number(batch[1]) + 0.005) * unit[batch[2] as 'K' | 'M']
            const better = { ...window, batchBytes }
            expect(judgeWindow({ window: better, partitions, brokers, wanted }).producerCap).toBeGreaterThan(
              wanted * (1 - 1e-9)
            )
          }
          const more = /se ([\d ]+) partitions/.exec(verdict.sentences.slice(1).join(' '))
          if (more !== null) {
            const count = Number(more[1]!.replaceAll(' ', ''))
            expect(count).toBeGreaterThan(partitions)
          }
        }
      )
    )
  })
})

test('over a network the answers decide: what one producer reaches on one partition', () => {
  // 5 x 16 384 bytes in each answer time.
  expect(networkCaps(16_384)).toBe(
    'Over a network one producer on one partition, batches of 16 KiB, reaches 164 MB/s with answers after ' +
      '500 µs, 41 MB/s with answers after 2 ms, 8.19 MB/s with answers after 10 ms, 1.64 MB/s with answers ' +
      'after 50 ms.'
  )
})

test('a verdict says where its answers were timed', () => {
  const window = { batchBytes: 16_384, roundTripMs: 0.02 }
  const { sentences } = judgeWindow({
    window,
    partitions: 4,
    brokers: 1,
    wanted: 1e6,
    where: 'in this process'
  })
  expect(sentences[0]).toContain('answers after 20 µs in this process, ')
})
