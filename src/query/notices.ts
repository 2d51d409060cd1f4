/**
 * NOTIFY from the primaries of zones (RFC 1996): handed to the control thread, which knows the zones and their keys and
 * gives the answer. Messages from elsewhere go the way of every other opcode.
 */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import { parseAddress } from '../net/address.ts'
import { HEADER_BYTES, MAX_UDP_PAYLOAD, Opcode } from '../wire/constants.ts'
import type { Origin } from './origin.ts'

/** Gives the answer to a message that came from `address` (16 bytes), or null: none is sent. */
export type AnswerNotice = (notice: {
  readonly bytes: Uint8Array
  readonly address: Uint8Array
}) => Promise<Uint8Array | null>

/** Of one thread, under way and in a second; more are dropped, and their sender asks again (RFC 1996 §3.6). */
const MAX_WAITING = 64
const MAX_PER_SECOND = 50
/** Third octet of the header: QR and AA aside. */
const OPCODE_BITS = 0xf8

/** Whether a message is a NOTIFY request; looks at one octet. */
export function isNotify(message: Uint8Array): boolean {
  return (message[2]! & OPCODE_BITS) === Opcode.Notify << 3
}

export class Notices {
  readonly #answer: AnswerNotice
  #primaries: readonly Uint8Array[] = []
  readonly #clock: Clock
  #waiting = 0
  #second = 0
  #inSecond = 0

  constructor(settings: Pick<Settings, 'lists'>, clock: Clock, answer: AnswerNotice) {
    this.#clock = clock
    this.#answer = answer
    this.configure(settings)
  }

  /** Takes changed settings. */
  configure({ lists }: Pick<Settings, 'lists'>): void {
    this.#primaries = lists.flatMap(({ primary }) => {
      const address = new Uint8Array(16)
      return primary !== null && parseAddress(primary.server.address, address) ? [address] : []
    })
  }

  /** Takes a NOTIFY; it is answered later, or not at all. False: its sender is no primary of ours. */
  take(message: Uint8Array, length: number, origin: Origin): boolean {
    const { address } = origin
    if (!this.#primaries.some((primary) => Buffer.compare(primary, address) === 0)) return false
    if (length >= HEADER_BYTES && length <= MAX_UDP_PAYLOAD && this.#hasRoom())
      void this.#pass(message, length, origin)
    return true
  }

  /** Whoever writes the address of a primary on what it sends may not keep the other threads busy with it. */
  #hasRoom(): boolean {
    const second = Math.floor(this.#clock.monotonicMs() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#inSecond = 0
    }
    return this.#waiting < MAX_WAITING && this.#inSecond++ < MAX_PER_SECOND
  }

  async #pass(message: Uint8Array, length: number, origin: Origin): Promise<void> {
    const notice = {
      bytes: new Uint8Array(message.subarray(0, length)),
      address: new Uint8Array(origin.address),
    }
    const reply = origin.later()
    let answer: Uint8Array | null = null
    this.#waiting++
    try {
      answer = await this.#answer(notice)
    } catch {
      // Control is being restarted: its zones are asked for when it is back, and the primary says it again.
    } finally {
      this.#waiting--
    }
    reply.send(answer ?? notice.bytes, answer?.length ?? 0)
  }
}
