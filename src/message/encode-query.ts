/** Queries for the command line and probes: one question, EDNS, nothing else. */
import { MessageError, Packet, packetBytes, type RawOption } from './dns2.ts'

export interface QueryFields {
  /** Lower-case A-labels, with or without the final dot; `.` for the root. */
  readonly name: string
  readonly qtype: number
  readonly id: number
  /** 1 (IN) unless given. */
  readonly qclass?: number
  readonly dnssecOk?: boolean
  /** Options as bytes; an empty NSID asks for it. */
  readonly options?: readonly RawOption[]
}

const UDP_PAYLOAD = 1232

/** The bytes of a query with RD set. Throws MessageError for a name that cannot be encoded. */
export function encodeQuery(fields: QueryFields): Uint8Array {
  const name = fields.name.replace(/\.$/, '')
  // dns2 skips empty labels, writes code points over 255 as their last byte, and knows no escapes.
  if (name !== '' && (!/^[\x21-\x7e]+$/.test(name) || name.includes('\\') || name.split('.').includes(''))) {
    throw new MessageError(`"${fields.name}" is not a name in ASCII without escapes and empty labels`)
  }
  const packet = new Packet()
  packet.header = new Packet.Header({ id: fields.id, rd: 1 })
  packet.questions.push(new Packet.Question(name, fields.qtype, fields.qclass ?? Packet.CLASS.IN))
  packet.additionals.push(
    Packet.Resource.EDNS([...(fields.options ?? [])], {
      udpPayloadSize: UDP_PAYLOAD,
      doFlag: fields.dnssecOk ?? false,
    }),
  )
  return packetBytes(packet)
}
