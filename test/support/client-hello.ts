/** First messages of TLS connections: those that Node's own client sends, and some made by hand. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import { once } from 'node:events'

/** The bytes the TLS client of this Node sends first. */
export async function sentHello(options: ConnectionOptions = {}): Promise<Buffer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ ...options, host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  client.on('error', () => {})
  try {
    const [socket] = (await once(server, 'connection')) as [Socket]
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return bytes
  } finally {
    client.destroy()
    server.close()
  }
}

export interface HelloParts {
  readonly suites?: readonly number[]
  /** Type and content each. */
  readonly extensions?: readonly (readonly [number, Uint8Array])[]
  /** Longest record; the message is cut into as many as it takes. */
  readonly recordBytes?: number
}

/** A ClientHello of these parts, in records. */
export function madeHello({ suites = [0x1301], extensions = [], recordBytes = 1 << 14 }: HelloParts): Buffer {
  const all = extensions.map(([type, data]) => Buffer.concat([word(type), vector(data, 2)]))
  const body = Buffer.concat([
    word(0x0303), Buffer.alloc(32, 7), vector(Buffer.alloc(32, 9), 1),
    vector(Buffer.concat(suites.map(word)), 2), vector(Uint8Array.of(0), 1), vector(Buffer.concat(all), 2),
  ]) // prettier-ignore
  const message = Buffer.concat([Uint8Array.of(1, body.length >> 16), word(body.length & 0xffff), body])
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += recordBytes)
    records.push(Buffer.concat([Uint8Array.of(22, 3, 1), vector(message.subarray(at, at + recordBytes), 2)]))
  return Buffer.concat(records)
}

/** The content of server_name. */
export function serverName(name: string): Buffer {
  return vector(Buffer.concat([Uint8Array.of(0), vector(Buffer.from(name, 'latin1'), 2)]), 2)
}

/** The content of application_layer_protocol_negotiation. */
export function alpn(...names: readonly string[]): Buffer {
  return vector(Buffer.concat(names.map((name) => vector(Buffer.from(name), 1))), 2)
}

/** The content of supported_versions. */
export function versions(...numbers: readonly number[]): Buffer {
  return vector(Buffer.concat(numbers.map(word)), 1)
}

function word(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function vector(bytes: Uint8Array, lengthOctets: 1 | 2): Buffer {
  const length = lengthOctets === 1 ? Uint8Array.of(bytes.length) : word(bytes.length)
  return Buffer.concat([length, bytes])
}
