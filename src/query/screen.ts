/** Shows policy where an answer leads: the aliases it goes over, the addresses it gives. */
import type { Screening } from '../policy/screening.ts'
import { Section, type Answer } from '../wire/answer.ts'
import { forEachHint, readAlias } from '../wire/answer-data.ts'
import { Type } from '../wire/constants.ts'
import { NameKey } from '../wire/name-key.ts'

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
   *
   * All aliases are looked at, however many (`readAnswer` takes no more than 256) and wherever they stand: those of
   * one HTTPS record set lie side by side, and decoys could stand before the one that counts. Records of every class,
   * because there are C libraries that look at the type alone.
   */
  look(bytes: Uint8Array, answer: Answer, addresses: boolean): Int32Array | null {
    const screening = this.#screening
    screening.begin()
    for (let record = 0; record < answer.count && answer.section[record] === Section.Answer; record++) {
      const type = answer.type[record]!
      if (type === Type.A || type === Type.AAAA) {
        const isAddress = answer.rdataLength[record] === (type === Type.A ? 4 : 16)
        if (addresses && isAddress)
          screening.addAddress(bytes, answer.rdata[record]!, type === Type.A ? 4 : 6)
        continue
      }
      if (readAlias(bytes, answer, record, this.#alias)) screening.addAlias(this.#alias)
      if (addresses) forEachHint(bytes, answer, record, this.#onHint)
    }
    return screening.save()
  }
}
