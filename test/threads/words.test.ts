import { describe, expect, test } from 'vitest'
import { allocateWords, growableWords, growWords } from '../../src/threads/shared-memory.ts'
import { AtomicWords } from '../../src/threads/words.ts'

describe('shared words', () => {
  test('count in words from the byte they begin at', () => {
    const buffer = allocateWords(64)
    const words = new AtomicWords(buffer, 16, 4)
    words.set(0, 7)
    words.store(3, -1)
    expect([...new Int32Array(buffer, 16, 4)]).toEqual([7, 0, 0, -1])
  })

  test('hold signed 32 bits: what is above wraps', () => {
    const words = new AtomicWords(allocateWords(8))
    words.store(0, 2 ** 31)
    words.set(1, 2 ** 32 - 1)
    words.add(1, 3)
    expect([words.load(0), words.get(1)]).toEqual([-(2 ** 31), 2])
  })

  test('follow a buffer that grows', () => {
    const buffer = growableWords(4, 1_024)
    const words = new AtomicWords(buffer)
    growWords(buffer, 400)
    words.store(99, 5)
    growWords(buffer, 8)
    expect([words.load(99), buffer.byteLength]).toEqual([5, 400])
  })

  test('do not wait for a word that already differs', () => {
    const words = new AtomicWords(allocateWords(4))
    words.wait(0, 1, 60_000)
    expect(words.waitAsync(0, 1, 60_000)).toBeNull()
  })

  test('wake everybody who waits', async () => {
    const words = new AtomicWords(allocateWords(4))
    const waiting = [words.waitAsync(0, 0, 60_000), words.waitAsync(0, 0, 60_000)]
    words.notify(0)
    expect(await Promise.all(waiting)).toEqual(['ok', 'ok'])
  })
})
