/** A DNS message as people read it: everything in text, in presentation form. */
import {
  Packet,
  parsePacket,
  type EcsOption,
  type EdeOption,
  type EdnsOption,
  type Question,
  type RawOption,
  type Resource,
} from './dns2.ts'
import { recordData, quoteText } from './record-data.ts'
import { className, typeName } from './type-names.ts'

export interface DecodedQuestion {
  /** With its final dot. */
  readonly name: string
  readonly type: string
  readonly class: string
}

export interface DecodedRecord extends DecodedQuestion {
  /** Seconds. */
  readonly ttl: number
  /** Presentation form; of unknown types `\# length hex` (RFC 3597 §5). */
  readonly data: string
}

export interface DecodedEdns {
  readonly version: number
  readonly udpSize: number
  readonly dnssecOk: boolean
  /** `NSID "ns1"`, `EDE 15 (Blocked): "…"`. */
  readonly options: readonly string[]
}

export interface DecodedMessage {
  readonly id: number
  readonly opcode: number
  /** `NOERROR`, `NXDOMAIN` …; the extended one (12 bits) where OPT says so. */
  readonly rcode: string
  /** `qr aa tc rd ra ad cd`, those that are set. */
  readonly flags: readonly string[]
  readonly questions: readonly DecodedQuestion[]
  readonly answers: readonly DecodedRecord[]
  readonly authorities: readonly DecodedRecord[]
  /** Without OPT. */
  readonly additionals: readonly DecodedRecord[]
  readonly edns: DecodedEdns | null
}

const FLAGS = ['qr', 'aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const
const RCODES = new Map(Object.entries(Packet.RCODE).map(([name, code]) => [code as number, name]))
const EDE_NAMES: Readonly<Record<number, string>> = Packet.EDE_NAME

/** Decodes a whole message. Throws MessageError for one that is malformed, larger than 8 KB, or not fully readable. */
export function decode(bytes: Uint8Array): DecodedMessage {
  const packet = parsePacket(bytes)
  const header = packet.header as Packet['header'] & { readonly ad: number; readonly cd: number }
  const opt = packet.additionals.find((record) => record.type === Packet.TYPE.EDNS)
  return {
    id: header.id,
    opcode: header.opcode,
    rcode: rcodeName(header.rcode),
    flags: FLAGS.filter((flag) => header[flag] === 1),
    questions: packet.questions.map(describeQuestion),
    answers: packet.answers.map(describeRecord),
    authorities: packet.authorities.map(describeRecord),
    additionals: packet.additionals.filter((record) => record !== opt).map(describeRecord),
    edns: opt === undefined ? null : describeEdns(opt),
  }
}

/** 16 is BADVERS for us: TSIG, where it is BADSIG, is not spoken here. */
function rcodeName(code: number): string {
  return code === 16 ? 'BADVERS' : (RCODES.get(code) ?? `RCODE${code}`)
}

function describeQuestion(question: Question): DecodedQuestion {
  return { name: `${question.name}.`, type: typeName(question.type), class: className(question.class) }
}

function describeRecord(record: Resource): DecodedRecord {
  return { ...describeQuestion(record), ttl: record.ttl, data: recordData(record) }
}

function describeEdns(opt: Resource): DecodedEdns {
  return {
    version: opt.version ?? 0,
    udpSize: opt.class,
    dnssecOk: opt.doFlag ?? false,
    options: (opt.rdata ?? []).map(describeOption),
  }
}

function describeOption(option: EdnsOption): string {
  if ('infoCode' in option) {
    const { infoCode, extraText } = option as EdeOption
    const name = (EDE_NAMES[infoCode] ?? 'unknown').toLowerCase().replaceAll('_', ' ')
    return `EDE ${infoCode} (${name})${extraText === '' ? '' : `: ${quoteText(extraText)}`}`
  }
  if ('sourcePrefixLength' in option) {
    const { ip, sourcePrefixLength, scopePrefixLength } = option as EcsOption
    return `ECS ${ip ?? ''}/${sourcePrefixLength}/${scopePrefixLength}`
  }
  const { ednsCode, bytes } = option as RawOption
  const name = Packet.EDNS_OPTION_NAME[ednsCode] ?? `OPTION${ednsCode}`
  if (name === 'NSID') return `NSID ${quoteText(Buffer.from(bytes).toString('latin1'))}`
  if (name === 'PADDING') return `PADDING ${bytes.length}`
  return `${name} ${Buffer.from(bytes).toString('hex')}`
}
