/**
 * Octets copied and compared four at a time. V8 takes 14 instructions to copy one octet from one array to another, and 10
 * for four of them through a DataView, wherever they stand (benchmark: compare.py block). What is no `Octets`, and the
 * one to three that are too few, go octet by octet: the plain version, and the oracle in test/property/octets.test.ts.
 */

/** Octets with the view that reads and writes four of them. Made once and kept: the view is an object more. */
export class Octets extends Uint8Array<ArrayBuffer> {
  readonly #view: DataView<ArrayBuffer>

  /** As Uint8Array: so many zeros, a part of a buffer, or a copy of other octets. */
  constructor(source: number | ArrayBuffer | Uint8Array, byteOffset?: number, length?: number) {
    super(source as ArrayBuffer, byteOffset, length)
    this.#view = new DataView(this.buffer, this.byteOffset, this.byteLength)
  }

  /** The same octets. */
  get view(): DataView<ArrayBuffer> {
    return this.#view
  }
}

/** Copies `length` octets at `fromAt` of `from` to `toAt` of `to`: another place that does not overlap. */
export function copyOctets(
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  length: number,
): void {
  if (length >= 4 && from instanceof Octets && to instanceof Octets)
    copyWords(from.view, fromAt, to.view, toAt, length)
  else for (let at = 0; at < length; at++) to[toAt + at] = from[fromAt + at]!
}

/** The same for at least four octets in views. */
export function copyWords(from: DataView, fromAt: number, to: DataView, toAt: number, length: number): void {
  const last = length - 4
  for (let at = 0; at < last; at += 4) to.setInt32(toAt + at, from.getInt32(fromAt + at, true), true)
  // The last four, some of them perhaps a second time: what stands behind stays as it is.
  to.setInt32(toAt + last, from.getInt32(fromAt + last, true), true)
}

/** The same with ASCII capitals made small (RFC 4343 §3); octets that are no letters stay. At least four. */
export function copyLowerWords(
  from: DataView,
  fromAt: number,
  to: DataView,
  toAt: number,
  length: number,
): void {
  const last = length - 4
  for (let at = 0; at < last; at += 4)
    to.setInt32(toAt + at, lowerFour(from.getInt32(fromAt + at, true)), true)
  to.setInt32(toAt + last, lowerFour(from.getInt32(fromAt + last, true)), true)
}

/** Whether `length` octets are the same in both places. */
export function sameOctets(
  one: Uint8Array,
  oneAt: number,
  other: Uint8Array,
  otherAt: number,
  length: number,
): boolean {
  if (length >= 4 && one instanceof Octets && other instanceof Octets)
    return sameWords(one.view, oneAt, other.view, otherAt, length)
  for (let at = 0; at < length; at++) if (one[oneAt + at] !== other[otherAt + at]) return false
  return true
}

/** The same for at least four octets in views. */
export function sameWords(
  one: DataView,
  oneAt: number,
  other: DataView,
  otherAt: number,
  length: number,
): boolean {
  const last = length - 4
  for (let at = 0; at < last; at += 4)
    if (one.getInt32(oneAt + at, true) !== other.getInt32(otherAt + at, true)) return false
  return one.getInt32(oneAt + last, true) === other.getInt32(otherAt + last, true)
}

/**
 * Makes the ASCII capitals among four octets small. The lower seven bits of each are raised so that the eighth says "at
 * least A", and once more so that it says "behind Z"; what is one and not the other, and had no eighth bit itself, gets
 * the bit that tells small letters from capitals.
 */
export function lowerFour(four: number): number {
  const seven = four & 0x7f7f7f7f
  const isLetter = (seven + 0x3f3f3f3f) & ~(seven + 0x25252525) & ~four & 0x80808080
  return four | (isLetter >>> 2)
}

/** A view of `bytes`: the one it has, or one made for it. */
export function viewOf(bytes: Uint8Array): DataView {
  return bytes instanceof Octets ? bytes.view : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
