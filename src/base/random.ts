/**
 * Randomness, and the only place that makes it. A seeded generator repeats; the system's does not.
 *
 * Source: sfc32, Chris Doty-Humphrey's small fast counting generator, seeded through splitmix32.
 */
export interface Random {
  /** A fraction in [0, 1). */
  next(): number
  /** A whole number in [0, bound). */
  below(bound: number): number
}

/** The same numbers for the same seed, on every machine. */
export function seededRandom(seed: number): Random {
  let mixed = seed | 0
  const splitmix = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed ^ (mixed >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let counter = 1
  const next32 = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  const next = (): number => next32() / 4294967296
  return { next, below: bound => Math.floor(next() * bound) }
}

export const systemRandom: Random = {
  next: () => Math.random(),
  below: bound => Math.floor(Math.random() * bound)
}
