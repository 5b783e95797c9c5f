/** Contents of the files of `test/golden/codec`, and bytes of many kinds for the codecs' properties. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'

const CITIES = ['Berlin', 'Paris', 'Rome', 'Oslo']

export function rows(length: number): Uint8Array {
  let text = ''
  for (let id = 0; text.length < length; id++) {
    const amount = ((id * 104729) % 10007) / 100
    text += `{"id":${id},"user":"user-${(id * 7919) % 1000}","amount":${amount},"city":"${CITIES[id % 4]}"}\n`
  }
  return new TextEncoder().encode(text.slice(0, length))
}

export function letters(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = 12345
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0
    bytes[at] = 97 + ((((state >>> 16) & 15) * ((state >>> 24) & 15)) >> 4)
  }
  return bytes
}

export function repeats(length: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(length, 'highwater '))
}

const CONTENTS: Readonly<Record<string, Uint8Array>> = {
  rows: rows(150_000),
  short: rows(150_000).subarray(0, 6000),
  letters: letters(9000),
  repeats: repeats(150_000),
  two: new Uint8Array(Buffer.concat([repeats(150_000), rows(150_000).subarray(0, 6000)]))
}

export function sample(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../golden/codec', name)))
}

/** What the file of that name unfolds to. */
export function contentOf(name: string): Uint8Array {
  return CONTENTS[name.split('-')[0] ?? ''] ?? new Uint8Array(0)
}

/** Plain bytes: short and long, of many symbols and of few, with and without repetition. */
export const anyContent: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 400 })), { maxLength: 12 }),
    fc.integer({ min: 0, max: 255 })
  )
  .map(([pieces, order, mask]) => {
    const parts = order.flatMap(([at, times]) =>
      Array(times).fill(pieces[at % pieces.length])
    ) as Uint8Array[]
    const bytes = new Uint8Array(Buffer.concat(parts).subarray(0, 140_000))
    return bytes.map(byte => byte & mask)
  })

/** A changed copy: some bytes replaced, and perhaps cut. */
export function damage(
  bytes: Uint8Array,
  changes: readonly (readonly [number, number])[],
  cut: number
): Uint8Array {
  const copy = bytes.slice(0, Math.max(0, bytes.length - cut))
  for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte
  return copy
}

/** As `damage` takes them. */
export const anyChanges = fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 5 })
export const anyCut = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(200))

export function outcomeOf(unfold: () => Uint8Array): Uint8Array | Error {
  try {
    return unfold()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}
