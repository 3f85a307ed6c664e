/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  /** From 0, never 1. */
  next(): number
  /** A whole number; both ends may come. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  shuffled<T>(list: readonly T[]): T[]
}

/** @param seed a whole number of 32 bits */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  // A Weyl sequence through a 32-bit finalizer: short, and good enough to choose moments.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    shuffled: <T>(list: readonly T[]) => {
      const left = [...list]
      return list.map(() => left.splice(between(0, left.length - 1), 1)[0] as T)
    },
  }
}
