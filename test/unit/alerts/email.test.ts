import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { subjectOf } from '../../../src/alerts/alert.ts'
import { Email } from '../../../src/alerts/email.ts'
import { DeliveryError } from '../../../src/alerts/transport.ts'
import { systemClock } from '../../../src/clock.ts'
import type { EmailSettings } from '../../../src/config/settings.ts'
import { readMail } from '../../support/alert-formats.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { startSmtpServer, type SmtpServer } from '../../support/smtp-server.ts'
import { closedPort, email, message, secretFile, temporaryDirectory } from './setup.ts'

const certificate = selfSigned('mail.example')

interface Given {
  readonly settings?: Partial<EmailSettings>
  readonly receivers?: readonly string[]
  readonly signal?: AbortSignal
}

/** Sends one message; the error where it fails. */
async function send(server: SmtpServer, given: Given = {}): Promise<DeliveryError | null> {
  const settings = email({ port: server.port, ...given.settings })
  const warnings: string[] = []
  const transport = new Email(settings, systemClock, (warning) => warnings.push(warning))
  const subject = subjectOf({ hostName: 'PC-1', unitName: 'Sở Y tế' })
  try {
    await transport.send(message({ subject }), {
      signal: given.signal ?? new AbortController().signal,
      receivers: given.receivers ?? [],
    })
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(DeliveryError)
    return error as DeliveryError
  }
}

function caFile(): string {
  const path = join(temporaryDirectory(), 'ca.pem')
  writeFileSync(path, certificate.cert)
  return path
}

describe('a mail', () => {
  it('is one that any reader reads: Vietnamese first, the id of the message in front', async () => {
    const server = await startSmtpServer()
    expect(await send(server, { settings: { to: ['a@so.example', 'b@so.example'] } })).toBeNull()
    const { headers, body } = readMail(server.mails[0]!)
    expect(headers).toMatchObject({
      from: 'Thanh Lọc <thanhloc@so.example>',
      to: 'a@so.example, b@so.example',
      subject: '[Thanh Lọc] Phát hiện máy nghi nhiễm mã độc: Sở Y tế',
      'message-id': '<abc-1@so.example>',
      'auto-submitted': 'auto-notified',
      'content-type': 'text/plain; charset=utf-8',
    })
    expect(Math.abs(Date.parse(headers['date']!) - Date.now())).toBeLessThan(60_000)
    expect(body.indexOf('Tên máy: PC-1')).toBeLessThan(body.indexOf('Machine: PC-1'))
    expect(body.indexOf('Tên máy: PC-1')).toBeGreaterThan(0)
    expect(server.commands.slice(1)).toEqual([
      'MAIL FROM:<thanhloc@so.example>',
      'RCPT TO:<a@so.example>',
      'RCPT TO:<b@so.example>',
      'DATA',
      '.',
      'QUIT',
    ])
    expect(server.commands[0]).toMatch(/^EHLO (\[.+\]|[a-z0-9][a-z0-9.-]*)$/i)
  })

  it('passes a server that says everything in several lines', async () => {
    const server = await startSmtpServer({
      greeting: '220-mail.example\r\n220-and more\r\n220 ready\r\n',
      offers: ['SIZE 1000000', '8BITMIME', 'PIPELINING'],
      replies: { 'MAIL FROM': '250-2.1.0\r\n250 ok', 'RCPT TO': '251-will\r\n251 forward', '.': '250-queued\r\n250 as 1' }, // prettier-ignore
    })
    expect(await send(server)).toBeNull()
    expect(server.mails).toHaveLength(1)
  })
})

describe('encryption', () => {
  const settings = () => ({ security: 'starttls', host: 'mail.example', address: '127.0.0.1', caFile: caFile() }) as const // prettier-ignore

  it('begins before anything but a greeting is said', async () => {
    const server = await startSmtpServer({ certificate, offers: ['AUTH PLAIN'] })
    const passwordFile = secretFile('p@ss\n')
    expect(await send(server, { settings: { ...settings(), username: 'thanhloc', passwordFile } })).toBeNull()
    expect(server.commands.filter((command) => !command.startsWith('TLS')).slice(1)).toEqual(['STARTTLS'])
    expect(server.commands[2]).toMatch(/^TLS EHLO/)
    expect(server.mails).toHaveLength(1)
  })

  it('from the start is for `tls`', async () => {
    const server = await startSmtpServer({ certificate, isSecure: true })
    expect(await send(server, { settings: { ...settings(), security: 'tls' } })).toBeNull()
    expect(server.commands[0]).toMatch(/^TLS EHLO/)
  })

  it('that is not offered ends the attempt: nothing goes in the clear', async () => {
    const server = await startSmtpServer()
    expect((await send(server, { settings: settings() }))?.message).toContain('does not offer STARTTLS')
    expect(server.commands[0]).toMatch(/^EHLO/)
    expect(server.mails).toEqual([])
  })

  it('by a certificate that nobody vouches for is none', async () => {
    const server = await startSmtpServer({ certificate })
    expect((await send(server, { settings: { ...settings(), caFile: null } }))?.message).toMatch(/TLS with mail\.example \(127\.0\.0\.1\).*self.signed/) // prettier-ignore
    expect(server.mails).toEqual([])
  })

  it('by a certificate of another name is none', async () => {
    const server = await startSmtpServer({ certificate })
    expect((await send(server, { settings: { ...settings(), host: 'other.example' } }))?.message).toContain("altnames") // prettier-ignore
    expect(server.mails).toEqual([])
  })

  it('is not trusted where something came in the clear behind its beginning', async () => {
    const server = await startSmtpServer({ certificate, injected: '250 ok\r\n' })
    expect((await send(server, { settings: settings() }))?.message).toContain('more after STARTTLS')
    expect(server.mails).toEqual([])
  })

  it('with authorities in a file that cannot be read is not begun', async () => {
    const server = await startSmtpServer({ certificate })
    expect((await send(server, { settings: { ...settings(), caFile: '/nowhere/ca.pem' } }))?.message).toContain('/nowhere/ca.pem cannot be read') // prettier-ignore
  })
})

describe('the log-in', () => {
  const login = { username: 'thanhloc', passwordFile: '' }
  const base64 = (text: string): string => Buffer.from(text).toString('base64')

  it('is PLAIN where that is offered', async () => {
    const server = await startSmtpServer({ offers: ['AUTH LOGIN PLAIN'] })
    const passwordFile = secretFile('mật khẩu\nsecond line')
    expect(await send(server, { settings: { ...login, passwordFile } })).toBeNull()
    expect(server.commands[1]).toBe(`AUTH PLAIN ${base64('\0thanhloc\0mật khẩu')}`)
  })

  it('is LOGIN where only that is', async () => {
    const server = await startSmtpServer({
      offers: ['AUTH=LOGIN'],
      replies: { 'AUTH LOGIN': '334 VXNlcm5hbWU6', [base64('secret')]: '235 welcome' },
    })
    const passwordFile = secretFile('secret')
    expect(await send(server, { settings: { ...login, passwordFile } })).toBeNull()
    expect(server.commands.slice(1, 4)).toEqual(['AUTH LOGIN', base64('thanhloc'), base64('secret')])
  })

  it.each([
    ['offers none', { offers: [] }, 'no log-in that is known here (PLAIN, LOGIN), but none'],
    ['offers others', { offers: ['AUTH GSSAPI NTLM'] }, 'but GSSAPI, NTLM'],
    ['refuses it', { offers: ['AUTH PLAIN'], replies: { AUTH: '535 5.7.8 wrong' } }, 'does not take the log-in of thanhloc: 535 5.7.8 wrong'], // prettier-ignore
  ])('fails where the server %s; the password is in no error', async (_, script, expected) => {
    const server = await startSmtpServer(script)
    const error = await send(server, { settings: { ...login, passwordFile: secretFile('hunter2hunter2') } })
    expect(error?.message).toContain(expected)
    expect(error?.message).not.toContain('hunter2')
    expect(server.mails).toEqual([])
  })

  it('does not begin without its password', async () => {
    const server = await startSmtpServer({ offers: ['AUTH PLAIN'] })
    const error = await send(server, { settings: { ...login, passwordFile: '/nowhere/password' } })
    expect(error?.message).toContain('/nowhere/password cannot be read')
    expect(server.commands.filter((command) => command.startsWith('AUTH'))).toEqual([])
  })
})

describe('a server that does not take it', () => {
  it.each([
    ['the greeting', { greeting: '554 5.3.2 go away\r\n' }, 'the greeting: 554 5.3.2 go away'],
    ['EHLO', { replies: { EHLO: '502 5.5.1 what?' } }, 'EHLO: 502 5.5.1 what?'],
    ['the sender', { replies: { 'MAIL FROM': '550 5.7.1 not you' } }, 'the sender thanhloc@so.example: 550 5.7.1 not you'], // prettier-ignore
    ['the recipient', { replies: { 'RCPT TO': '451 4.7.1 greylisted' } }, 'refuses duty@so.example: 451 4.7.1 greylisted'], // prettier-ignore
    ['DATA', { replies: { DATA: '451 4.3.0 later' } }, 'DATA: 451 4.3.0 later'],
    [
      'the message',
      { replies: { '.': '554-5.7.1 spam\r\n554 really' } },
      'the message: 554 5.7.1 spam really',
    ],
  ])('at %s says why', async (_, script, expected) => {
    const server = await startSmtpServer(script)
    expect((await send(server))?.message).toContain(expected)
  })

  it.each(['EHLO', 'MAIL FROM', 'RCPT TO', 'DATA', '.'])('and hangs up at %s', async (cutAt) => {
    const server = await startSmtpServer({ cutAt })
    expect((await send(server))?.message).toContain('the server closed the connection')
  })

  it('and hangs up at QUIT has it all the same', async () => {
    const server = await startSmtpServer({ cutAt: 'QUIT' })
    expect(await send(server)).toBeNull()
    expect(server.mails).toHaveLength(1)
  })

  it.each([['at the greeting', ''], ['at DATA', 'DATA'], ['at the end of the message', '.']])('and falls silent %s is hung up on when the time is up', async (_, silentAt) => {
    const server = await startSmtpServer({ silentAt })
    const late = new AbortController()
    const sending = send(server, { signal: late.signal })
    await vi.waitFor(() => {
      expect(server.opened()).toBe(1)
      if (silentAt !== '') expect(server.commands.at(-1)).toBe(silentAt)
    })
    late.abort()
    expect(await sending).toBeInstanceOf(DeliveryError)
    await vi.waitFor(() => expect(server.commands.at(-1)).toBe('[closed]'))
  }) // prettier-ignore

  it.each([
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n', 'which is no reply of SMTP'],
    ['sends a line without end', 'x'.repeat(20_000), 'a line without end'],
    ['sends lines without end', '220-x\r\n'.repeat(5000), 'a reply without end'],
    ['sends replies without end', '220 x\r\n'.repeat(5000), 'does not take EHLO: 220 x'],
  ])('and %s is hung up on', async (_, greeting, expected) => {
    expect((await send(await startSmtpServer({ greeting })))?.message).toContain(expected)
  })

  it('and is not there is named, with the port', async () => {
    const nobody = { port: await closedPort(), commands: [], mails: [], opened: () => 0 }
    expect((await send(nobody))?.message).toMatch(
      /^connecting to 127\.0\.0\.1 port \d+: .*(ECONNREFUSED|refused)/,
    )
  })
})

describe('several recipients', () => {
  it('of whom one is refused: the others have it, and are not sent it again', async () => {
    const settings = { to: ['a@so.example', 'b@so.example', 'c@so.example'] }
    const first = await startSmtpServer({ replies: { 'RCPT TO:<b@': '450 4.2.1 later' } })
    const error = await send(first, { settings })
    expect(error?.message).toContain('b@so.example: 450 4.2.1 later')
    expect(error?.receivers).toEqual(['a@so.example', 'c@so.example'])
    expect(first.mails).toHaveLength(1)
    const second = await startSmtpServer()
    expect(await send(second, { settings, receivers: error!.receivers })).toBeNull()
    expect(second.commands.filter((command) => command.startsWith('RCPT'))).toEqual([
      'RCPT TO:<b@so.example>',
    ])
    expect(readMail(second.mails[0]!).headers['message-id']).toBe(
      readMail(first.mails[0]!).headers['message-id'],
    )
  })

  it('of whom all are refused: no message is begun', async () => {
    const server = await startSmtpServer({ replies: { 'RCPT TO': '550 no' } })
    expect((await send(server, { settings: { to: ['a@so.example', 'b@so.example'] } }))?.receivers).toEqual(
      [],
    )
    expect(server.commands).not.toContain('DATA')
  })
})
