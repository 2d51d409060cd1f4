/** Messages to a log server or SIEM: RFC 5424 lines with a CEF body, by UDP, TCP or TLS. */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import type { Socket } from 'node:net'
import { hostname } from 'node:os'
import type { Clock } from '../clock.ts'
import type { SyslogSettings } from '../config/settings.ts'
import type { Severity } from './alert.ts'
import { cefOf } from './cef.ts'
import { dial, secure } from './dial.ts'
import type { Message } from './message.ts'
import { syslogLine } from './syslog-line.ts'
import { DeliveryError, reasonOf, type Attempt, type Transport } from './transport.ts'

/** RFC 5426 §3.2: what every receiver takes over IPv6, and what needs no fragments. */
const MAX_DATAGRAM_OCTETS = 1180
const MAX_FRAME_OCTETS = 8192
/** How long a server may take to close its side after we closed ours; it has the message then, or never will. */
const LINGER_MS = 2000

/** RFC 5424 §6.2.1. */
const SEVERITY: Readonly<Record<Severity, number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 }

export class Syslog implements Transport {
  readonly #settings: SyslogSettings
  readonly #version: string
  readonly #clock: Clock

  constructor(settings: SyslogSettings, version: string, clock: Clock) {
    this.#settings = settings
    this.#version = version
    this.#clock = clock
  }

  async send(message: Message, { signal }: Attempt): Promise<void> {
    if (this.#settings.transport === 'udp')
      return this.#sendDatagram(this.#line(message, MAX_DATAGRAM_OCTETS), signal)
    const line = this.#line(message, MAX_FRAME_OCTETS)
    const socket = await dial(this.#settings, signal)
    const stream = this.#settings.transport === 'tls' ? await secure(socket, this.#settings) : socket
    // RFC 6587 §3.4.1: the length in octets, so that no line break in the text can end the message.
    await this.#sendAndClose(stream, Buffer.concat([Buffer.from(`${line.length} `), line]))
  }

  #line(message: Message, maxOctets: number): Buffer {
    const write = (text: string): Buffer =>
      Buffer.from(
        syslogLine({
          facility: this.#settings.facility,
          severity: SEVERITY[message.severity],
          atMs: message.atMs,
          hostName: hostname(),
          appName: 'thanhloc',
          processId: String(process.pid),
          messageId: message.kind,
          data: { origin: { software: 'thanhloc', swVersion: this.#version.slice(0, 32) } },
          text,
        }),
      )
    return write(cefOf(message, this.#version, maxOctets - write('').length))
  }

  async #sendDatagram(line: Buffer, signal: AbortSignal): Promise<void> {
    const { host, port, address } = this.#settings
    try {
      const found = await lookup(address ?? host)
      signal.throwIfAborted()
      const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4')
      try {
        await new Promise<void>((resolve, reject) => {
          socket.once('error', reject)
          socket.send(line, port, found.address, (error) => (error === null ? resolve() : reject(error)))
        })
      } finally {
        socket.close()
      }
    } catch (error) {
      throw new DeliveryError(`syslog to ${host} port ${port}: ${reasonOf(error)}`, [], { cause: error })
    }
  }

  /** A server that takes no more resets the connection while it is being closed: the only word syslog has for it. */
  #sendAndClose(stream: Socket, frame: Buffer): Promise<void> {
    const { host, port } = this.#settings
    return new Promise((resolve, reject) => {
      let stopWaiting = (): void => {}
      let isFlushed = false
      const settle = (reason: string | null): void => {
        stopWaiting()
        stream.destroy()
        if (reason === null) resolve()
        else reject(new DeliveryError(`syslog to ${host} port ${port}: ${reason}`))
      }
      stream.on('error', (error) => settle(reasonOf(error)))
      stream.once('close', () => settle(isFlushed ? null : 'the server closed the connection'))
      stream.resume()
      stream.end(frame, () => {
        isFlushed = true
        stopWaiting = this.#clock.every(LINGER_MS, () => settle(null))
      })
    })
  }
}
