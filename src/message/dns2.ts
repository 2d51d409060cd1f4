/**
 * The only file that knows dns2 (3.1.1): decoded views for people, the command line and tests, never the query path.
 * It mends what a reader of messages would trip over: options that dns2 drops, labels that hold a dot, records it
 * leaves out silently, and messages built to keep it busy.
 */
import dns2, { Packet } from 'dns2'

export { Packet }
export type Resource = dns2.Packet.Resource
export type Question = dns2.Packet.Question
export type EdnsOption = dns2.Packet.EdnsOption
export type EcsOption = dns2.Packet.EcsOption
export type EdeOption = dns2.Packet.EdeOption

/** A message that cannot be shown, or a query that cannot be built. */
export class MessageError extends Error {
  readonly code = 'THANHLOC_MESSAGE'
}

/** An EDNS option that dns2 has no codec for: the bytes as they are. */
export interface RawOption {
  readonly ednsCode: number
  readonly bytes: Uint8Array
}

/** dns2 reads bit by bit and follows every pointer anew: 8 KB of hostile pointers take it 60 ms, and four times as much sixteen times as long. */
export const MAX_DECODED_BYTES = 8192

const MAX_POINTERS = 127

/** Options that dns2 3.1.1 would leave out, silently: NSID (RFC 5001), COOKIE (7873), keepalive (7828), PADDING (7830). */
const RAW_OPTIONS: Readonly<Record<number, string>> = {
  3: 'NSID',
  10: 'COOKIE',
  11: 'KEEPALIVE',
  12: 'PADDING',
}

// dns2 finds a codec by the option's name on this function; its types do not say so.
const codecs = Packet.Resource.EDNS as unknown as Record<string, unknown>
for (const [code, name] of Object.entries(RAW_OPTIONS)) {
  Packet.EDNS_OPTION_NAME[Number(code)] = name
  codecs[name] = {
    decode: (reader: dns2.Packet.Reader, length: number): RawOption => ({
      ednsCode: Number(code),
      bytes: Uint8Array.from({ length }, () => reader.read(8)),
    }),
    encode(option: RawOption, writer: dns2.Packet.Writer): void {
      for (const byte of option.bytes) writer.write(byte, 8)
    },
  }
}

/**
 * Parses a message; names in it come escaped (`\.`, `\DDD`), without the final dot. Throws MessageError where dns2
 * could not read a record, rather than showing the rest as if it were all.
 */
export function parsePacket(bytes: Uint8Array): Packet {
  if (bytes.length > MAX_DECODED_BYTES) {
    throw new MessageError(
      `the message has ${bytes.length} bytes, and ${MAX_DECODED_BYTES} is the most that is decoded`,
    )
  }
  const original = Packet.Name.decode
  let packet: Packet
  try {
    // Only while this message is read: tests use dns2 beside us as it is.
    Packet.Name.decode = readEscapedName
    packet = Packet.parse(Buffer.from(bytes))
  } catch (error) {
    throw new MessageError((error as Error).message, { cause: error })
  } finally {
    Packet.Name.decode = original
  }
  if (packet.errors.length > 0) {
    throw new MessageError(packet.errors.map((error) => error.message).join('; '), {
      cause: packet.errors[0],
    })
  }
  // dns2 clamps the TTL before it reads the OPT fields out of it: extended rcodes from 0x80 up come out as others.
  if (packet.additionals.some((record) => record.type === Packet.TYPE.EDNS && record.ttl === 0x7fffffff)) {
    throw new MessageError('the OPT record has flags that cannot be read')
  }
  return packet
}

/** Builds the bytes of a packet. Throws MessageError for what dns2 refuses to encode. */
export function packetBytes(packet: Packet): Uint8Array {
  try {
    return new Uint8Array(packet.toBuffer())
  } catch (error) {
    throw new MessageError((error as Error).message, { cause: error })
  }
}

/** As dns2's own, but a dot inside a label stays one (`evil\.com.ok`), and pointers are counted. */
function readEscapedName(source: Buffer | dns2.Packet.Reader): string {
  const reader = Buffer.isBuffer(source) ? new Packet.Reader(source) : source
  const labels: string[] = []
  let behind = -1
  let octets = 1
  let pointers = 0
  for (let length = reader.read(8); length > 0; length = reader.read(8)) {
    if (length >= 0xc0) {
      if (++pointers > MAX_POINTERS) throw new Error('a name with too many compression pointers')
      const target = ((length & 0x3f) << 8) | reader.read(8)
      if (behind < 0) behind = reader.offset
      reader.offset = target * 8
      continue
    }
    octets += length + 1
    // RFC 1035 §2.3.4 and §4.1.4: the other two values of the upper bits are reserved.
    if (length > 63 || octets > 255) throw new Error('a name with a label or a length beyond the limits')
    let label = ''
    for (; length > 0; length--) label += escapeOctet(reader.read(8))
    labels.push(label)
  }
  if (behind >= 0) reader.offset = behind
  return labels.join('.')
}

function escapeOctet(octet: number): string {
  if (octet === 0x2e || octet === 0x5c) return `\\${String.fromCharCode(octet)}`
  return octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`
}
