/** One question and its answer as bytes, over UDP or TCP, for the command line: nothing is tried twice here. */
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Endpoint } from '../config/settings.ts'

/** The answer; null: none within `timeoutMs`. Rejects with what the network said, `ECONNREFUSED` for a closed port. */
export function exchangeUdp(
  { address, port }: Endpoint,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array | null> {
  return new Promise((settle, fail) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    const end = (finish: () => void): void => {
      clearTimeout(timer)
      socket.close()
      finish()
    }
    const timer = setTimeout(() => end(() => settle(null)), timeoutMs)
    socket.on('error', (error) => end(() => fail(error)))
    socket.on('message', (bytes) => {
      if (answers(bytes, query)) end(() => settle(bytes))
    })
    // Connected: the kernel drops what others send and reports a closed port.
    socket.connect(port, address, () => socket.send(query))
  })
}

/** The answer. RFC 1035 §4.2.2: two octets of length before each message. Rejects where none comes. */
export function exchangeTcp(
  { address, port }: Endpoint,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array> {
  return new Promise((settle, fail) => {
    const socket = connect(port, address)
    let received: Buffer = Buffer.alloc(0)
    const timer = setTimeout(() => socket.destroy(new Error('no answer over TCP')), timeoutMs)
    socket.on('error', fail)
    socket.on('close', () => {
      clearTimeout(timer)
      fail(new Error('the connection was closed without an answer'))
    })
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2) return
      const length = received.readUInt16BE(0)
      if (received.length < 2 + length) return
      const message = received.subarray(2, 2 + length)
      if (answers(message, query)) settle(message)
      else fail(new Error('the answer belongs to another question'))
      socket.destroy()
    })
    const framed = Buffer.alloc(2 + query.length)
    framed.writeUInt16BE(query.length, 0)
    framed.set(query, 2)
    socket.write(framed)
  })
}

/** The same id, and a response. */
function answers(bytes: Uint8Array, query: Uint8Array): boolean {
  return bytes.length >= 12 && bytes[0] === query[0] && bytes[1] === query[1] && (bytes[2]! & 0x80) !== 0
}
