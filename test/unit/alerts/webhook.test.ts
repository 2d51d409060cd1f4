import { createHmac } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { subjectOf } from '../../../src/alerts/alert.ts'
import { DeliveryError } from '../../../src/alerts/transport.ts'
import { Webhook } from '../../../src/alerts/webhook.ts'
import { systemClock } from '../../../src/clock.ts'
import type { WebhookSettings } from '../../../src/config/settings.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { selfSigned, type SelfSigned } from '../../support/self-signed.ts'
import { message, NOON, secretFile, temporaryDirectory, webhook } from './setup.ts'

interface Received {
  readonly request: IncomingMessage
  readonly body: string
}

/** A receiver that remembers, and answers as `answer` does. */
async function receiver(
  answer: (response: ServerResponse) => unknown,
  certificate: SelfSigned | null = null,
) {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  const handle: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({ request, body })
      answer(response)
    })
  }
  const server = certificate === null ? createServer(handle) : createSecureServer(certificate, handle)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, received }
}

async function post(settings: Partial<WebhookSettings>, signal = new AbortController().signal) {
  const warnings: string[] = []
  const clock = new FakeClock(NOON)
  const transport = new Webhook(webhook(settings), '1.2.3', clock, (warning) => warnings.push(warning))
  const subject = subjectOf({ hostName: 'PC-1', caseId: 7 })
  const attempt = { signal, receivers: [] }
  const error = await transport.send(message({ subject }), attempt).catch((failure: unknown) => failure)
  if (error !== undefined) expect(error).toBeInstanceOf(DeliveryError)
  return { reason: (error as Error | undefined)?.message ?? null, warnings }
}

const ok = (response: ServerResponse): unknown => response.end('thanks')

describe('a post', () => {
  it('carries the message as JSON, its id in a header, what is unknown left out', async () => {
    const { port, received } = await receiver(ok)
    expect(await post({ url: `http://127.0.0.1:${port}/hook?x=1` })).toEqual({ reason: null, warnings: [] })
    const [{ request, body }] = received as [Received]
    expect(request.method).toBe('POST')
    expect(request.url).toBe('/hook?x=1')
    expect(request.headers).toMatchObject({
      host: `127.0.0.1:${port}`,
      'content-type': 'application/json; charset=utf-8',
      'thanhloc-id': 'abc-1',
      'user-agent': 'thanhloc/1.2.3',
    })
    expect(request.headers['thanhloc-signature']).toBeUndefined()
    expect(JSON.parse(body)).toMatchObject({
      id: 'abc-1',
      server: 'dns1',
      kind: 'case-new',
      severity: 'medium',
      time: '2026-11-21T12:00:00.000Z',
      event: 1,
      count: 1,
      title: { vi: 'Phát hiện máy nghi nhiễm mã độc', en: 'A machine may be infected' },
      subject: { hostName: 'PC-1', caseId: 7 },
      listed: [],
    })
    expect(Object.keys((JSON.parse(body) as { subject: object }).subject)).toEqual(['caseId', 'hostName'])
  })

  it('is signed with the key in the file, as it is now', async () => {
    const { port, received } = await receiver(ok)
    const secret = secretFile('first key\n')
    await post({ url: `http://127.0.0.1:${port}/`, secretFile: secret })
    writeFileSync(secret, 'second key')
    await post({ url: `http://127.0.0.1:${port}/`, secretFile: secret })
    for (const [index, key] of ['first key', 'second key'].entries()) {
      const { request, body } = received[index]!
      const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
        String(request.headers['thanhloc-signature']),
      )!
      expect(Number(seconds)).toBe(NOON / 1000)
      expect(digest).toBe(createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex'))
    }
  })

  it('that cannot be signed is not sent', async () => {
    const { port, received } = await receiver(ok)
    const url = `http://127.0.0.1:${port}/`
    expect((await post({ url, secretFile: '/nowhere/key' })).reason).toContain('/nowhere/key cannot be read')
    expect((await post({ url, secretFile: secretFile('\nx') })).reason).toContain('is empty')
    expect((await post({ url, secretFile: secretFile('x'.repeat(5000)) })).reason).toContain('5000 bytes')
    expect(received).toEqual([])
  })

  it('with a key that everybody can read is sent, and that is said', async () => {
    const { port } = await receiver(ok)
    const secret = secretFile('key')
    chmodSync(secret, 0o644)
    const { warnings } = await post({ url: `http://127.0.0.1:${port}/`, secretFile: secret })
    expect(warnings).toEqual([`${secret} can be read by everybody: chmod 600 it`])
  })
})

describe('an answer', () => {
  it.each([200, 201, 202, 204])('%i is taken for receipt', async (status) => {
    const { port } = await receiver((response) => response.writeHead(status).end())
    expect((await post({ url: `http://127.0.0.1:${port}/` })).reason).toBeNull()
  })

  it('of failure is told with the beginning of what it says, on one line', async () => {
    const { port } = await receiver((response) =>
      response.writeHead(503).end(`busy\r\n\x1b[31m${'y'.repeat(50_000)}`),
    )
    const { reason } = await post({ url: `http://127.0.0.1:${port}/` })
    expect(reason).toMatch(/^the receiver answers 503: busy \[31myyy/)
    expect(reason!.length).toBeLessThan(300)
  })

  it('that points elsewhere is not followed', async () => {
    const other = await receiver(ok)
    const { port } = await receiver((response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end(),
    )
    expect((await post({ url: `http://127.0.0.1:${port}/` })).reason).toContain(
      'answers 307 and points elsewhere',
    )
    expect(other.received).toEqual([])
  })

  it('without end is read to a bound', async () => {
    let written = 0
    const { port } = await receiver((response) => {
      const write = (): void => {
        written++
        if (!response.destroyed && written < 100_000)
          response.write('z'.repeat(4096), () => setImmediate(write))
      }
      write()
    })
    expect((await post({ url: `http://127.0.0.1:${port}/` })).reason).toBeNull()
    expect(written).toBeLessThan(10_000)
  })

  it('that is cut off in the middle of its body has a status all the same', async () => {
    const { port } = await receiver((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.socket!.destroy())
    })
    expect((await post({ url: `http://127.0.0.1:${port}/` })).reason).toBeNull()
  })

  it('that never comes is waited for until the time is up', async () => {
    const late = new AbortController()
    const { port } = await receiver(() => late.abort())
    expect((await post({ url: `http://127.0.0.1:${port}/` }, late.signal)).reason).toContain(
      'posting to 127.0.0.1',
    )
  })

  it('from nobody is told as such', async () => {
    const { port } = await receiver((response) => response.socket!.destroy())
    expect((await post({ url: `http://127.0.0.1:${port}/` })).reason).toMatch(/posting to 127\.0\.0\.1: .*(hang up|ECONNRESET)/) // prettier-ignore
  })
})

describe('https', () => {
  const certificate = selfSigned('siem.example')
  const caFile = (): string => {
    const path = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(path, certificate.cert)
    return path
  }

  it('is to the given address, by a certificate for the name', async () => {
    const { port, received } = await receiver(ok, certificate)
    const url = `https://siem.example:${port}/`
    expect((await post({ url, address: '127.0.0.1', caFile: caFile() })).reason).toBeNull()
    expect(received[0]!.request.headers.host).toBe(`siem.example:${port}`)
    expect((received[0]!.request.socket as Socket & { servername?: string }).servername).toBe('siem.example')
  })

  it.each([
    ['of nobody known', 'siem.example', false, /self.signed/],
    ['of another name', 'other.example', true, /altnames/],
  ])('by a certificate %s is not begun', async (_, name, isTrusted, expected) => {
    const { port, received } = await receiver(ok, certificate)
    const settings = {
      url: `https://${name}:${port}/`,
      address: '127.0.0.1',
      caFile: isTrusted ? caFile() : null,
    }
    expect((await post(settings)).reason).toMatch(expected)
    expect(received).toEqual([])
  })

  it('to a bare address is by a certificate for that address', async () => {
    const own = selfSigned('127.0.0.1')
    const path = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(path, own.cert)
    const { port } = await receiver(ok, own)
    expect((await post({ url: `https://127.0.0.1:${port}/`, caFile: path })).reason).toBeNull()
  })
})

it('the machine’s own clock is what signatures are dated by', async () => {
  const { port, received } = await receiver(ok)
  const settings = webhook({ url: `http://127.0.0.1:${port}/`, secretFile: secretFile('k') })
  const attempt = { signal: new AbortController().signal, receivers: [] }
  await new Webhook(settings, '1', systemClock, () => {}).send(message(), attempt)
  const [, seconds] = /^t=(\d+),/.exec(String(received[0]!.request.headers['thanhloc-signature']))!
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60)
})
