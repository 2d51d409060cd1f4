import { randomFillSync } from 'node:crypto'

/** The only place that knows chance. All of it is unpredictable (node:crypto): ids, ports and 0x20 depend on it. */
export interface Random {
  /** A whole number from 0 to `below` - 1; `below` is at most 2^32. */
  below(below: number): number
  /** 32 random bits, as an unsigned number. */
  bits32(): number
}

const POOL_WORDS = 1024

/** Cryptographic randomness, drawn 4 KB at a time because one system call a number costs more than a query. */
export class SecureRandom implements Random {
  readonly #pool = new Uint32Array(POOL_WORDS)
  #next = POOL_WORDS

  bits32(): number {
    if (this.#next === POOL_WORDS) {
      randomFillSync(this.#pool)
      this.#next = 0
    }
    return this.#pool[this.#next++]!
  }

  below(below: number): number {
    if ((below & (below - 1)) === 0) return (this.bits32() & (below - 1)) >>> 0
    // Rejection keeps every value equally likely.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % below)
    let bits = this.bits32()
    while (bits >= limit) bits = this.bits32()
    return bits % below
  }
}
