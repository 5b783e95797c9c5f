import { expect, test } from 'vitest'
import { decompressZstd } from '../../native-free/zstd.ts'
import { loadZstdWriter } from '../../native-free/zstd-writer.ts'
import { rows } from './codec-samples.ts'

test('a frame has the magic number of RFC 8878', async () => {
  const compress = await loadZstdWriter(3)
  expect([...compress(rows(100)).subarray(0, 4)]).toEqual([0x28, 0xb5, 0x2f, 0xfd])
})

test('a higher level makes rows smaller, the lowest stores them', async () => {
  const content = rows(60_000)
  const sizes = await Promise.all(
    [-131072, 1, 19].map(async level => (await loadZstdWriter(level))(content).length)
  )
  expect(sizes[0]).toBeGreaterThan(content.length)
  expect(sizes[1]).toBeLessThan(content.length / 4)
  expect(sizes[2]).toBeLessThan(sizes[1] ?? 0)
})

test('writers that are loaded one after the other and side by side do not disturb each other', async () => {
  const first = await loadZstdWriter(1)
  const content = rows(20_000)
  const alone = first(content)
  const [second, third] = await Promise.all([loadZstdWriter(1), loadZstdWriter(19)])
  third(rows(90_000))
  for (const compress of [first, second]) expect(Buffer.compare(compress(content), alone)).toBe(0)
  expect(Buffer.compare(decompressZstd(first(content), 20_000), content)).toBe(0)
})

test('what was returned stays when the next is made', async () => {
  const compress = await loadZstdWriter(3)
  const first = compress(rows(5000))
  const copy = first.slice()
  compress(rows(9000))
  expect(Buffer.compare(first, copy)).toBe(0)
})
