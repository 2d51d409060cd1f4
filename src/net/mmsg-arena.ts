/**
 * Room for a batch of datagrams, in the form recvmmsg(2) and sendmmsg(2) want: one ArrayBuffer, its pointers written
 * once. On 64-bit Linux, for N messages:
 *
 *   N × 64   struct mmsghdr   byte 0 name · 8 namelen · 16 iov · 24 iovlen · 32 control · 40 controllen · 48 flags · 56 len
 *   N × 16   struct iovec     0 base · 8 len
 *   N × 32   names            sockaddr_in: family, port, address at 4 · sockaddr_in6: address at 8, scope at 24
 *   N × 40   control          one IP_PKTINFO or IPV6_PKTINFO, on sockets of a wildcard address alone (pktinfo.ts)
 *   N × B    the datagrams
 *
 * The pointers to the control buffers stand in every header; where its length (controllen) is 0 the kernel does not
 * look at them.
 */
import { Octets } from '../octets.ts'
import { addressOf } from './libc.ts'

/** Messages in a batch. More gain nothing: a system call is then below a hundredth of a microsecond a message. */
export const BATCH = 64

const HEADER_BYTES = 64
const PART_BYTES = 16
export const NAME_BYTES = 32
/** Room for either sockaddr. */
const NAME_ROOM = 28
/** Room for either PKTINFO, and for nothing else. */
export const CONTROL_ROOM = 40

// 32-bit words of a header.
const NAME_LENGTH = 2
const CONTROL_LENGTH = 10
const FLAGS = 12
const LENGTH = 14
const HEADER_WORDS = HEADER_BYTES / 4

const PARTS = BATCH * HEADER_BYTES
const NAMES = PARTS + BATCH * PART_BYTES
const CONTROLS = NAMES + BATCH * NAME_BYTES
const BUFFERS = CONTROLS + BATCH * CONTROL_ROOM
// 32-bit words of an iovec.
const PART_LENGTH = PARTS / 4 + 2
const PART_WORDS = PART_BYTES / 4

export class MmsgArena {
  /** Address of the first header, for the system call. */
  readonly base: number
  /** The room of each message. */
  readonly buffers: readonly Octets[]
  /** All bytes; name i stands at `nameOf(i)`. */
  readonly bytes: Octets
  readonly words: Int32Array
  readonly #bufferBytes: number
  readonly #controlRoom: number

  /**
   * `bufferBytes`: room for one datagram; a longer one is cut, and says so. `controlRoom`: CONTROL_ROOM, to receive the
   * address that was asked with each; 0 for sockets that do not tell it.
   */
  constructor(bufferBytes: number, controlRoom = 0) {
    this.#bufferBytes = bufferBytes
    this.#controlRoom = controlRoom
    const memory = new ArrayBuffer(BUFFERS + BATCH * bufferBytes)
    this.base = addressOf(memory)
    this.bytes = new Octets(memory)
    this.words = new Int32Array(memory)
    this.buffers = Array.from(
      { length: BATCH },
      (_, i) => new Octets(memory, BUFFERS + i * bufferBytes, bufferBytes),
    )
    const view = new DataView(memory)
    for (let i = 0; i < BATCH; i++) {
      view.setBigUint64(i * HEADER_BYTES, BigInt(this.base + this.nameOf(i)), true)
      view.setBigUint64(i * HEADER_BYTES + 16, BigInt(this.base + PARTS + i * PART_BYTES), true)
      view.setBigUint64(i * HEADER_BYTES + 24, 1n, true)
      view.setBigUint64(i * HEADER_BYTES + 32, BigInt(this.base + this.controlOf(i)), true)
      view.setBigUint64(PARTS + i * PART_BYTES, BigInt(this.base + BUFFERS + i * bufferBytes), true)
    }
    this.resetReceived(BATCH)
  }

  /** Byte where the name of message `i` begins. */
  nameOf(i: number): number {
    return NAMES + i * NAME_BYTES
  }

  /** Byte where the control buffer of message `i` begins. */
  controlOf(i: number): number {
    return CONTROLS + i * CONTROL_ROOM
  }

  /** Address of header `i`. */
  headerAt(i: number): number {
    return this.base + i * HEADER_BYTES
  }

  /** What the kernel says of a message received: its length, and whether it was longer than its room. */
  lengthOf(i: number): number {
    return this.words[i * HEADER_WORDS + LENGTH]!
  }

  flagsOf(i: number): number {
    return this.words[i * HEADER_WORDS + FLAGS]!
  }

  /** How much of the control buffer of a message received is filled. */
  controlLengthOf(i: number): number {
    return this.words[i * HEADER_WORDS + CONTROL_LENGTH]!
  }

  /** The kernel has written what it used over the room there is, and answers what they take: ready for the next batch. */
  resetReceived(count: number): void {
    for (let i = 0; i < count; i++) {
      this.words[i * HEADER_WORDS + NAME_LENGTH] = NAME_ROOM
      this.setSize(i, this.#bufferBytes)
    }
    // Without room none was used, and the flags are never read by the kernel.
    if (this.#controlRoom === 0) return
    for (let i = 0; i < count; i++) this.words[i * HEADER_WORDS + CONTROL_LENGTH] = this.#controlRoom
  }

  /** The bytes of message `i` that are to be sent. */
  setSize(i: number, length: number): void {
    this.words[PART_LENGTH + i * PART_WORDS] = length
  }

  /** Length of the name message `i` is sent to; 0 for a connected socket. */
  setNameLength(i: number, length: number): void {
    this.words[i * HEADER_WORDS + NAME_LENGTH] = length
  }

  /** Length of what the control buffer of message `i` says; 0: nothing. */
  setControlLength(i: number, length: number): void {
    this.words[i * HEADER_WORDS + CONTROL_LENGTH] = length
  }
}
