/** Two names whose questions the cache cannot tell apart by their hash alone. */
import { facetOf, hashOf } from '../../src/cache/question.ts'

/** Two names of type A, class IN, without flags, of one hash under `seed`: some 100,000 have to be tried. */
export function collidingNames(seed: number): readonly [string, string] {
  const numberOf = new Map<number, number>()
  const facet = facetOf(1, false, false, 0)
  for (let number = 0; number < 1e6; number++) {
    const label = `n${number}`
    const wire = Buffer.from(`${String.fromCharCode(label.length)}${label}\u0004test\u0000`, 'latin1')
    const hash = hashOf(seed, wire, wire.length, 1, facet)
    const other = numberOf.get(hash)
    if (other !== undefined) return [`n${other}.test`, `n${number}.test`]
    numberOf.set(hash, number)
  }
  throw new Error('no two of a million names have one hash')
}
