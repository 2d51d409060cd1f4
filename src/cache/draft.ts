/** An entry while it is put together: in one piece, as it will be cut into blocks. A cache needs one. */
import { copyOctets, Octets } from '../octets.ts'
import type { Answer } from '../wire/answer.ts'
import { HEADER_BYTES, MAX_MESSAGE_BYTES, Rcode } from '../wire/constants.ts'
import { lowerOctets } from '../wire/name.ts'
import { writeTtl } from '../wire/patch.ts'
import { Field, MESSAGE_START, offsetsStart } from './entry-layout.ts'
import { isNegative, keptTtl, type CacheSettings } from './lifetime.ts'
import type { CacheQuestion } from './question.ts'

/** A record takes at least 11 octets of the message, and its offset two more. */
const MAX_DRAFT_BYTES = offsetsStart(MAX_MESSAGE_BYTES) + 2 * Math.floor(MAX_MESSAGE_BYTES / 11)

export class Draft {
  /** Laid out as entry-layout.ts says. */
  readonly bytes = Buffer.from(new ArrayBuffer(MAX_DRAFT_BYTES))
  readonly #doubles = new Float64Array(this.bytes.buffer, 0, 2)
  readonly #words = new Int32Array(this.bytes.buffer, 0, MESSAGE_START / 4)
  readonly #message = new Octets(this.bytes.buffer, MESSAGE_START)

  /**
   * Writes an answer whose OPT has been cut off, to be kept for `lifetime` seconds from `nowMs`; not yet what screening
   * found. Returns how many octets it has.
   */
  answer(
    message: Uint8Array,
    answer: Answer,
    facet: number,
    nowMs: number,
    lifetime: number,
    settings: CacheSettings,
    ede: number,
  ): number {
    const { length, count } = answer
    const { bytes } = this
    const kept = this.#message
    copyOctets(message, 0, kept, 0, length)
    kept[0] = 0
    kept[1] = 0
    const nameEnd = answer.questionEnd - 4
    lowerOctets(kept, HEADER_BYTES, nameEnd)
    let end = offsetsStart(length)
    for (let record = 0; record < count; record++) {
      const offset = answer.ttlOffset[record]!
      writeTtl(kept, offset, keptTtl(answer, record, lifetime, settings))
      bytes[end++] = offset >>> 8
      bytes[end++] = offset
    }
    const words = this.#begin(facet, nowMs, answer.qtype, nameEnd - HEADER_BYTES, length)
    words[Field.lengths]! |= count << 16
    words[Field.kind] = answer.rcode | (isNegative(answer) ? 1 << 8 : 0)
    words[Field.lifetimeSeconds] = lifetime
    words[Field.staleSeconds] = Math.floor(settings.staleMs / 1000)
    words[Field.ede] = ede
    return end
  }

  /** Writes an entry that only notes failures: header and question alone; the header is the path's to write. */
  failure({ name, nameLength, qtype, qclass }: CacheQuestion, facet: number, nowMs: number): number {
    const message = this.#message
    message.fill(0, 0, HEADER_BYTES)
    message[2] = 0x80
    message[3] = Rcode.ServFail
    message[5] = 1
    let end = HEADER_BYTES
    copyOctets(name, 0, message, end, nameLength)
    end += nameLength
    message[end++] = qtype >>> 8
    message[end++] = qtype
    message[end++] = qclass >>> 8
    message[end++] = qclass
    this.#begin(facet, nowMs, qtype, nameLength, end)[Field.kind] = Rcode.ServFail
    return MESSAGE_START + end
  }

  /** Sets what every entry has, and the other fields to what stands for nothing. */
  #begin(facet: number, nowMs: number, qtype: number, nameLength: number, length: number): Int32Array {
    const words = this.#words
    for (let word = 0; word < words.length; word++) words[word] = 0
    this.#doubles[Field.storedAtMs] = nowMs
    words[Field.facet] = facet
    words[Field.question] = qtype | (nameLength << 16)
    words[Field.lengths] = length
    words[Field.ede] = -1
    words[Field.failureEde] = -1
    return words
  }
}
