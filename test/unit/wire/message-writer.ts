/**
 * Writes DNS messages from plain descriptions, with name compression where asked, independently of `src/wire`: what
 * the property tests hand to our walker and to two other decoders.
 */

export interface RecordModel {
  readonly section: 1 | 2 | 3
  readonly owner: readonly string[]
  readonly type: number
  readonly rrclass: number
  readonly ttl: number
  /** Octets, or parts of which the arrays are names. */
  readonly data: readonly (Uint8Array | readonly string[])[]
}

export interface OptModel {
  readonly udpSize: number
  /** extended rcode, version, flags */
  readonly ttl: number
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[]
}

export interface MessageModel {
  readonly id: number
  readonly flags: number
  readonly qname: readonly string[]
  readonly qtype: number
  readonly qclass: number
  /** In the order of their sections. */
  readonly records: readonly RecordModel[]
  readonly opt: OptModel | null
  /** How many additional records stand behind the OPT. */
  readonly behindOpt: number
  readonly compress: boolean
}

export class MessageWriter {
  readonly #bytes: number[] = []
  readonly #names = new Map<string, number>()
  readonly #compress: boolean

  constructor(compress: boolean) {
    this.#compress = compress
  }

  get length(): number {
    return this.#bytes.length
  }

  u8(value: number): void {
    this.#bytes.push(value & 0xff)
  }

  u16(value: number): void {
    this.#bytes.push((value >>> 8) & 0xff, value & 0xff)
  }

  u32(value: number): void {
    this.u16(value >>> 16)
    this.u16(value)
  }

  octets(octets: Uint8Array): void {
    this.#bytes.push(...octets)
  }

  /** Labels of latin-1 text; a pointer to the longest suffix written before, spelled the same. */
  name(labels: readonly string[], mayPoint = true): void {
    for (let index = 0; index < labels.length; index++) {
      const suffix = JSON.stringify(labels.slice(index))
      const known = this.#names.get(suffix)
      if (known !== undefined && this.#compress && mayPoint) return this.u16(0xc000 | known)
      if (known === undefined && this.length < 0x4000) this.#names.set(suffix, this.length)
      this.u8(labels[index]!.length)
      this.octets(Buffer.from(labels[index]!, 'latin1'))
    }
    this.u8(0)
  }

  /** RDLENGTH and what `write` puts behind it. */
  sized(write: () => void): void {
    const at = this.length
    this.u16(0)
    write()
    const size = this.length - at - 2
    this.#bytes[at] = size >>> 8
    this.#bytes[at + 1] = size & 0xff
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** The message `model` describes. Names written behind an OPT are not compressed. */
export function writeMessage(model: MessageModel): Uint8Array {
  const writer = new MessageWriter(model.compress)
  const inSection = (section: number) => model.records.filter((record) => record.section === section).length
  writer.u16(model.id)
  writer.u16(model.flags)
  for (const count of [1, inSection(1), inSection(2), inSection(3) + (model.opt === null ? 0 : 1)])
    writer.u16(count)
  writer.name(model.qname)
  writer.u16(model.qtype)
  writer.u16(model.qclass)
  const behind = Math.min(model.behindOpt, inSection(3))
  const before = model.records.length - behind
  model.records.forEach((record, index) => {
    if (index === before) writeOpt(writer, model.opt)
    writeRecord(writer, record, index < before)
  })
  if (before === model.records.length) writeOpt(writer, model.opt)
  return writer.toBytes()
}

function writeRecord(writer: MessageWriter, record: RecordModel, mayPoint: boolean): void {
  writer.name(record.owner, mayPoint)
  writer.u16(record.type)
  writer.u16(record.rrclass)
  writer.u32(record.ttl)
  writer.sized(() => {
    for (const part of record.data) {
      if (part instanceof Uint8Array) writer.octets(part)
      else writer.name(part, mayPoint)
    }
  })
}

function writeOpt(writer: MessageWriter, opt: OptModel | null): void {
  if (opt === null) return
  writer.u8(0)
  writer.u16(41)
  writer.u16(opt.udpSize)
  writer.u32(opt.ttl)
  writer.sized(() => {
    for (const { code, data } of opt.options) {
      writer.u16(code)
      writer.sized(() => writer.octets(data))
    }
  })
}
