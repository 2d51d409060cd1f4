import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createSecureServer } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { subjectOf, type Alert } from '../../../src/alerts/alert.ts'
import { composeMessage, contentOf } from '../../../src/alerts/message.ts'
import { Syslog } from '../../../src/alerts/syslog.ts'
import { DeliveryError } from '../../../src/alerts/transport.ts'
import { systemClock } from '../../../src/clock.ts'
import type { SyslogSettings } from '../../../src/config/settings.ts'
import { readCef, readSyslog } from '../../support/alert-formats.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { selfSigned, type SelfSigned } from '../../support/self-signed.ts'
import { alert, closedPort, message, NOON, syslog, temporaryDirectory } from './setup.ts'

const FULL = subjectOf({
  caseId: 7,
  clientId: 42,
  hostName: 'PC=1|x\\y',
  address: '10.1.2.3',
  indicator: 'evil.test',
  unit: 'so-yt',
  campaign: '2022',
  document: '1298/CATTT-NCSC',
  list: 'apt32',
})

async function send(settings: Partial<SyslogSettings>, parts: Partial<Alert> = { subject: FULL }, signal = new AbortController().signal): Promise<string | null> {
  const transport = new Syslog(syslog(settings), '1.0', systemClock)
  const failure = await transport.send(message(parts), { signal, receivers: [] }).catch((error: unknown) => error)
  if (failure !== undefined) expect(failure).toBeInstanceOf(DeliveryError)
  return (failure as Error | undefined)?.message ?? null
} // prettier-ignore

/** A receiver of datagrams. */
async function datagrams(type: 'udp4' | 'udp6' = 'udp4') {
  const socket = createSocket(type)
  const received: Buffer[] = []
  socket.on('message', (bytes) => received.push(bytes))
  await new Promise<void>((resolve) => socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1', resolve))
  onTestFinished(() => void socket.close())
  const next = async (): Promise<Buffer> => {
    for (let wait = 0; wait < 1000 && received.length === 0; wait++)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return received.shift()!
  }
  return { port: socket.address().port, next }
}

/** A receiver of streams that takes what comes, connection by connection. */
async function streams(
  onConnection: (socket: Socket) => void = () => {},
  certificate: SelfSigned | null = null,
) {
  const received: string[] = []
  const handle = (socket: Socket): void => {
    const index = received.push('') - 1
    socket.on('data', (chunk: Buffer) => (received[index] += chunk.toString('latin1')))
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  }
  const server = certificate === null ? createServer(handle) : createSecureServer(certificate, handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, received }
}

/** Octet counting, RFC 6587 §3.4.1. */
function frames(stream: string): string[] {
  const found: string[] = []
  for (let at = 0; at < stream.length;) {
    const space = stream.indexOf(' ', at)
    const length = Number(stream.slice(at, space))
    found.push(Buffer.from(stream.slice(space + 1, space + 1 + length), 'latin1').toString('utf8'))
    at = space + 1 + length
  }
  return found
}

describe('a datagram', () => {
  it('is one line of RFC 5424 with a CEF body', async () => {
    const { port, next } = await datagrams()
    expect(await send({ port, facility: 20 })).toBeNull()
    const line = readSyslog((await next()).toString('utf8'))
    expect(line).toMatchObject({
      facility: 20,
      severity: 4,
      time: '2026-11-21T12:00:00.000Z',
      appName: 'thanhloc',
      processId: String(process.pid),
      messageId: 'case-new',
      data: { origin: { software: 'thanhloc', swVersion: '1.0' } },
    })
    const { header, extension } = readCef(line.text)
    expect(header).toEqual([
      '0',
      'Thanh Loc',
      'thanhloc',
      '1.0',
      'case-new',
      'A machine may be infected',
      '5',
    ])
    expect(extension).toMatchObject({
      rt: String(NOON),
      externalId: 'abc-1',
      cnt: '1',
      src: '10.1.2.3',
      shost: 'PC=1|x\\y',
      dhost: 'evil.test',
      cs1Label: 'campaign',
      cs1: '2022',
      cs2: '1298/CATTT-NCSC',
      cs3: 'so-yt',
      cs4: 'apt32',
      cn1Label: 'case',
      cn1: '7',
      deviceExternalId: 'dns1',
      msg: 'A machine inside asked for a name or an address on a list of malware; a case has been opened.',
    })
  })

  it('goes to an IPv6 receiver too, and an IPv6 machine has its own field', async () => {
    const { port, next } = await datagrams('udp6')
    expect(await send({ host: '::1', port }, { subject: subjectOf({ address: 'fd00::9' }) })).toBeNull()
    const { extension } = readCef(readSyslog((await next()).toString('utf8')).text)
    expect(extension).toMatchObject({ c6a2: 'fd00::9', c6a2Label: 'Source IPv6 Address' })
    expect(extension['src']).toBeUndefined()
  })

  it('is never longer than every receiver takes, and what is left of it can be read', async () => {
    const { port, next } = await datagrams()
    const long = 'Ủy ban nhân dân '.repeat(60)
    const subject = subjectOf({ ...FULL, unit: long, campaign: long, document: long, reason: long, hostName: '='.repeat(300) }) // prettier-ignore
    expect(await send({ port }, { subject })).toBeNull()
    const bytes = await next()
    expect(bytes.length).toBeLessThanOrEqual(1180)
    expect(bytes.length).toBeGreaterThan(1000)
    const { extension } = readCef(readSyslog(bytes.toString('utf8')).text)
    expect(extension).toMatchObject({ externalId: 'abc-1', src: '10.1.2.3' })
    expect(bytes.toString('utf8')).not.toContain('\ufffd')
  })

  it('for a name that nobody knows is not sent', async () => {
    expect(await send({ host: 'no-such-host.invalid', port: 9 })).toMatch(
      /syslog to no-such-host\.invalid port 9: /,
    )
  })
})

describe('a stream', () => {
  it('counts octets, not characters', async () => {
    const { port, received } = await streams()
    const subject = subjectOf({ ...FULL, unit: 'Sở Y tế\nDrop' })
    expect(await send({ transport: 'tcp', port }, { subject })).toBeNull()
    expect(await send({ transport: 'tcp', port }, { kind: 'case-reinfected' })).toBeNull()
    const lines = received.flatMap(frames).map(readSyslog)
    expect(lines.map(({ messageId, severity }) => `${messageId} ${severity}`)).toEqual(['case-new 4', 'case-reinfected 3']) // prettier-ignore
    expect(readCef(lines[0]!.text).extension['cs3']).toBe('Sở Y tế Drop')
  })

  it('by TLS is to a server that proves its name', async () => {
    const certificate = selfSigned('siem.example')
    const caFile = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(caFile, certificate.cert)
    const { port, received } = await streams(() => {}, certificate)
    const settings = { transport: 'tls', host: 'siem.example', address: '127.0.0.1', port } as const
    expect(await send({ ...settings, caFile })).toBeNull()
    expect(received.flatMap(frames)).toHaveLength(1)
    expect(await send({ ...settings, caFile, host: 'other.example' })).toContain('altnames')
    expect(await send(settings)).toMatch(/self.signed/)
    expect(received.flatMap(frames)).toHaveLength(1)
  })

  it('that is reset is not taken for delivered', async () => {
    const { port } = await streams((socket) => socket.resetAndDestroy())
    expect(await send({ transport: 'tcp', port })).toMatch(/syslog to 127\.0\.0\.1 port \d+: |connecting/)
  })

  it('to nobody says so', async () => {
    expect(await send({ transport: 'tcp', port: await closedPort() })).toContain('connecting to 127.0.0.1')
  })

  it('to a server that leaves its side open ends all the same', async () => {
    const open: Socket[] = []
    let received = ''
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      open.push(socket)
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of open) socket.destroy()
      server.close()
    })
    const clock = new FakeClock(NOON)
    const settings = syslog({ transport: 'tcp', port: (server.address() as AddressInfo).port })
    let isDelivered = false
    const sending = new Syslog(settings, '1.0', clock)
      .send(message(), { signal: new AbortController().signal, receivers: [] })
      .then(() => (isDelivered = true))
    await vi.waitFor(() => expect(received).toContain('CEF:0'))
    expect(isDelivered).toBe(false)
    await vi.waitFor(() => {
      clock.advance(2000)
      expect(isDelivered).toBe(true)
    })
    await sending
  })
})

describe('a line that tells of many', () => {
  it('counts them, by kind', async () => {
    const { port, next } = await datagrams()
    const content = { ...contentOf(alert()), more: { 'case-new': 30, 'case-reinfected': 7 } as const }
    const many = composeMessage(content, { id: 'abc-2', server: 'dns1', detail: 'counts' })
    await new Syslog(syslog({ port }), '1.0', systemClock).send(many, { signal: new AbortController().signal, receivers: [] }) // prettier-ignore
    const { extension } = readCef(readSyslog((await next()).toString('utf8')).text)
    expect(extension).toMatchObject({ cnt: '38', flexString2: 'case-new 30, case-reinfected 7', flexString2Label: 'also' }) // prettier-ignore
  })

  it('of a condition says whether it began or ended', async () => {
    const { port, next } = await datagrams()
    await send({ port }, { kind: 'list-stale', state: 'resolved', subject: subjectOf({ list: 'apt32' }) })
    const line = readSyslog((await next()).toString('utf8'))
    expect(line.severity).toBe(6)
    expect(readCef(line.text).extension).toMatchObject({ flexString1: 'resolved', cs4: 'apt32' })
    expect(readCef(line.text).header[5]).toBe('The list has been renewed')
  })
})
