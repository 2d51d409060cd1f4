import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { buildQuery, exchange, expectAnswer, isSilent, query, readReply } from '../../support/dns-client.ts'
import { decode, encode } from '../../support/dns-packet.ts'

/** Answers every question with 192.0.2.1, an EDE and an NSID. */
function answer(bytes: Buffer): Buffer {
  const { questions } = decode(bytes)
  return encode({
    id: bytes.readUInt16BE(0),
    type: 'response',
    flags: 0x0180,
    questions,
    answers: [{ type: 'A', name: questions[0]!.name, ttl: 60, data: '192.0.2.1' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        flags: 0,
        options: [
          { code: 15, data: Buffer.from('\0\x0fapt32', 'latin1') },
          { code: 3, data: Buffer.from('node-1') },
        ],
      },
    ],
  })
}

describe('dns client', () => {
  it('asks over UDP and reads answers, flags, EDE and options', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1')
    await once(server, 'listening')
    server.on('message', (message, peer) => server.send(answer(message), peer.port, peer.address))
    const { port } = server.address()
    const reply = await query('WwW.example.', 'A', { port, from: '127.0.0.2' })
    expectAnswer(reply, 'www.example', 'A', '192.0.2.1', { ttl: 60, ede: [15] })
    expect(reply.question).toEqual({ name: 'WwW.example', type: 'A' })
    expect(reply.flags).toMatchObject({ qr: true, rd: true, ra: true, aa: false, tc: false })
    expect(reply.ede).toEqual([{ code: 15, text: 'apt32' }])
    expect(reply.edns?.options[1]).toEqual({ code: 3, data: Buffer.from('node-1') })
    server.close()
  })

  it('asks over TCP, however the stream is cut', async () => {
    const server = createServer((socket) => {
      socket.setNoDelay(true)
      socket.on('data', (chunk: Buffer) => {
        const message = answer(chunk.subarray(2))
        const frame = Buffer.concat([Buffer.alloc(2), message])
        frame.writeUInt16BE(message.length, 0)
        socket.write(frame.subarray(0, 1))
        setImmediate(() => socket.write(frame.subarray(1)))
      })
      socket.on('error', () => {})
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expectAnswer(await query('a.test', 'TYPE65280', { port, tcp: true }), 'a.test', 'A', '192.0.2.1')
    server.close()
  })

  it('says so when nobody answers', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    const bytes = buildQuery('a.test', 'A')
    expect(await isSilent(bytes, { port, timeoutMs: 20 })).toBe(true)
    await expect(exchange(bytes, { port, timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    server.close()
  })

  it('builds what it is told', () => {
    const bytes = buildQuery('A.b\\001c', 28, { id: 1, rd: false, cd: true, ad: true, do: true, qclass: 3 })
    expect(bytes.toString('hex')).toBe(
      '000100300001000000000001' +
        '0141' +
        '0362' +
        '0163' +
        '00' +
        '001c' +
        '0003' +
        '000029' +
        '04d0' +
        '00008000' +
        '0000',
    )
    expect(buildQuery('.', 'NS', { edns: false }).length).toBe(17)
  })

  it('joins the extended rcode', () => {
    const bytes = encode({
      type: 'response',
      questions: [],
      additionals: [{ type: 'OPT', name: '.', extendedRcode: 1 }],
    })
    expect(readReply(bytes).rcode).toBe('BADVERS')
  })
})
