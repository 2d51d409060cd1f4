/** Chance that is the same in every run: for garbage, mutations and shuffling. */

export interface SeededRandom {
  /** A whole number from 0 to `end` - 1. */
  below(end: number): number
  bytes(length: number): Buffer
  /** One of `bases` with a few octets changed, cut off, doubled or put in; now and then garbage alone. */
  mutate(bases: readonly Buffer[]): Buffer
  /** A new array in another order. */
  shuffle<T>(items: readonly T[]): T[]
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  // mulberry32
  const bits32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (end: number): number => bits32() % end
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)))

  const change = (from: Buffer): Buffer => {
    const at = below(from.length + 1)
    switch (below(6)) {
      case 0:
        return from.subarray(0, at)
      case 1:
        return Buffer.concat([from.subarray(0, at), bytes(1 + below(8)), from.subarray(at)])
      case 2:
        return Buffer.concat([from, from.subarray(at)])
      case 3:
        return Buffer.concat([
          from.subarray(0, at),
          Buffer.from([0xc0, below(from.length + 1)]),
          from.subarray(at + 2),
        ])
      default: {
        const copy = Buffer.from(from)
        if (copy.length > 0) copy[below(copy.length)] = [0, 0xff, 0xc0, below(256)][below(4)]!
        return copy
      }
    }
  }

  return {
    below,
    bytes,
    mutate(bases) {
      if (below(20) === 0) return bytes(below(600))
      let message = bases[below(bases.length)]!
      for (let i = 1 + below(4); i > 0; i--) message = change(message)
      return message
    },
    shuffle(items) {
      const shuffled = [...items]
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
      }
      return shuffled
    },
  }
}
