/** Shows policy where an answer leads: the aliases it goes over, the addresses it gives. */
import type { Screening } from '../policy/screening.ts'
import { Section, type Answer } from '../wire/answer.ts'
import { forEachHint, readAlias } from '../wire/answer-data.ts'
import { Class, Type } from '../wire/constants.ts'
import { NameKey } from '../wire/name-key.ts'

/** Chains longer than this serve nobody (BIND gives up at 16); their addresses are looked at all the same. */
const MAX_ALIASES = 8

/** Walks answers for one thread. */
export class AnswerScreen {
  readonly #screening: Screening
  readonly #alias = new NameKey()
  readonly #onHint: (bytes: Uint8Array, offset: number, family: 4 | 6) => void

  constructor(screening: Screening) {
    this.#screening = screening
    // Made once: a closure an answer would be garbage.
    this.#onHint = (bytes, offset, family) => this.#screening.addAddress(bytes, offset, family)
  }

  /**
   * Looks at the answer section of a message that `answer` was read from. `addresses` is false for forward zones:
   * what the agency's own servers say of its own machines is not for public address lists to judge.
   */
  look(bytes: Uint8Array, answer: Answer, addresses: boolean): Int32Array | null {
    const screening = this.#screening
    screening.begin()
    let aliases = 0
    for (let record = 0; record < answer.count && answer.section[record] === Section.Answer; record++) {
      if (answer.rrclass[record] !== Class.IN) continue
      const type = answer.type[record]!
      if (type === Type.A || type === Type.AAAA) {
        if (addresses) screening.addAddress(bytes, answer.rdata[record]!, type === Type.A ? 4 : 6)
        continue
      }
      if (readAlias(bytes, answer, record, this.#alias)) {
        if (aliases++ < MAX_ALIASES) screening.addAlias(this.#alias)
      }
      if (addresses) forEachHint(bytes, answer, record, this.#onHint)
    }
    return screening.save()
  }
}
