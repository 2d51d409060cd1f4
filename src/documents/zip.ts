/**
 * The files in a zip archive (APPNOTE.TXT 6.3.10), as office documents need it: stored and deflated entries, read by
 * the central directory. Sizes are held against limits before and while something is unpacked; the checksum is compared.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { type Budget, DocumentError, LimitError } from './limits.ts'

const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const MAX_COMMENT_BYTES = 0xffff
const CENTRAL_SIGNATURE = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30
const ZIP64 = 0xffffffff
/** Below, a high ratio says nothing: a page of blanks packs well. */
const SMALL_BYTES = 1 << 20
const ENCRYPTED = 1

interface Entry {
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  readonly at: number
}

export class ZipArchive {
  readonly #bytes: Buffer
  readonly #entries = new Map<string, Entry>()
  readonly #budget: Budget

  /** Throws DocumentError for what is no zip archive, is encrypted or over a limit. */
  constructor(bytes: Uint8Array, budget: Budget) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#budget = budget
    this.#readDirectory()
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()]
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** The contents of an entry; null where there is none. Throws DocumentError. */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name)
    if (entry === undefined) return null
    const { maxExpansion } = this.#budget.limits
    if (entry.bytes > SMALL_BYTES && entry.bytes > entry.packedBytes * maxExpansion) {
      throw new LimitError(
        `"${name}" bên trong giải nén ra quá ${maxExpansion} lần · "${name}" in it unpacks to more than ${maxExpansion} times its size`,
      )
    }
    this.#budget.spendExpanded(entry.bytes)
    const unpacked = this.#unpack(name, entry)
    if (unpacked.length !== entry.bytes || crc32(unpacked) !== entry.crc) {
      throw new DocumentError(`"${name}" bên trong đã hỏng · "${name}" in it is damaged`)
    }
    return unpacked
  }

  #unpack(name: string, entry: Entry): Buffer {
    const bytes = this.#bytes
    if (entry.at + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(entry.at) !== LOCAL_SIGNATURE) {
      throw new DocumentError(`"${name}" bên trong đã hỏng · "${name}" in it is damaged`)
    }
    const start =
      entry.at + LOCAL_BYTES + bytes.readUInt16LE(entry.at + 26) + bytes.readUInt16LE(entry.at + 28)
    const packed = bytes.subarray(start, start + entry.packedBytes)
    if (entry.method === 0) return packed
    if (entry.method !== 8)
      throw new DocumentError(
        `"${name}" bên trong nén theo kiểu ${entry.method} không đọc được · "${name}" in it is packed by method ${entry.method}`,
      )
    try {
      // What it says of its size is not believed.
      return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) })
    } catch (error) {
      throw new DocumentError(
        `"${name}" bên trong đã hỏng hoặc lớn hơn khai báo · "${name}" in it is damaged or larger than it says`,
        { cause: error },
      )
    }
  }

  #readDirectory(): void {
    const bytes = this.#bytes
    const end = findEnd(bytes)
    const count = bytes.readUInt16LE(end + 10)
    let at = bytes.readUInt32LE(end + 16)
    const { maxEntries } = this.#budget.limits
    if (count > maxEntries)
      throw new LimitError(
        `chứa ${count} tệp, quá ${maxEntries} · it holds ${count} files, more than ${maxEntries}`,
      )
    for (let index = 0; index < count; index++) {
      if (at + CENTRAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
        throw new DocumentError('mục lục của tệp nén đã hỏng · its directory of files is damaged')
      }
      at = this.#readEntry(at)
    }
  }

  #readEntry(at: number): number {
    const bytes = this.#bytes
    const nameEnd = at + CENTRAL_BYTES + bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + CENTRAL_BYTES, nameEnd)
    if ((bytes.readUInt16LE(at + 8) & ENCRYPTED) !== 0)
      throw new DocumentError(
        'tệp có mật khẩu: hãy lưu lại không đặt mật khẩu · it is protected by a password',
      )
    const entry = {
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packedBytes: bytes.readUInt32LE(at + 20),
      bytes: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    }
    if (entry.bytes === ZIP64 || entry.packedBytes === ZIP64 || entry.at === ZIP64) {
      throw new DocumentError(`"${name}" bên trong lớn hơn 4 GiB · "${name}" in it is larger than 4 GiB`)
    }
    // Two of one name: what one program shows need not be what another reads.
    if (this.#entries.has(name)) throw new DocumentError(`chứa "${name}" hai lần · it holds "${name}" twice`)
    this.#entries.set(name, entry)
    return nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
}

/** Where the end record stands: behind it is only a comment. */
function findEnd(bytes: Buffer): number {
  const least = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES)
  for (let at = bytes.length - END_BYTES; at >= least; at--) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE) return at
  }
  throw new DocumentError(
    'không phải tệp zip nguyên vẹn: bị cắt cụt, hoặc là loại tệp khác · it is no whole zip archive: it was cut off, or is something else',
  )
}
