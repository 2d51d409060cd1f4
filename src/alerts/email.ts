/** Messages by mail: one SMTP session a message. */
import { hostname } from 'node:os'
import { isIPv6 } from 'node:net'
import type { Clock } from '../clock.ts'
import type { EmailSettings } from '../config/settings.ts'
import { mailOf } from './mail-message.ts'
import type { Message } from './message.ts'
import { readSecret } from './secret-file.ts'
import { SmtpConnection, stuffDots } from './smtp-connection.ts'
import { replyText, type Reply } from './smtp-replies.ts'
import { DeliveryError, type Attempt, type Transport } from './transport.ts'

export class Email implements Transport {
  readonly #settings: EmailSettings
  readonly #clock: Clock
  readonly #warn: (warning: string) => void

  constructor(settings: EmailSettings, clock: Clock, warn: (warning: string) => void) {
    this.#settings = settings
    this.#clock = clock
    this.#warn = warn
  }

  async send(message: Message, { signal, receivers }: Attempt): Promise<void> {
    const connection = await SmtpConnection.open(this.#settings, this.#settings.security === 'tls', signal)
    try {
      await this.#begin(connection)
      await this.#transfer(connection, message, receivers)
    } finally {
      connection.close()
    }
  }

  /** Up to where mail may be given: greeting, encryption, log-in. */
  async #begin(connection: SmtpConnection): Promise<void> {
    const { security, username, passwordFile } = this.#settings
    expectCode(await connection.reply(), 220, 'the greeting')
    let offered = await greet(connection)
    if (security === 'starttls') {
      if (!offered.has('STARTTLS'))
        throw new DeliveryError('the server does not offer STARTTLS, and nothing is sent in the clear: see `security`') // prettier-ignore
      expectCode(await connection.command('STARTTLS'), 220, 'STARTTLS')
      await connection.encrypt()
      // What was said before may have been said by anybody.
      offered = await greet(connection)
    }
    if (username === null || passwordFile === null) return
    const { text: password, warning } = readSecret(passwordFile)
    if (warning !== null) this.#warn(warning)
    await logIn(connection, offered.get('AUTH') ?? [], username, password)
  }

  async #transfer(connection: SmtpConnection, message: Message, already: readonly string[]): Promise<void> {
    const { from, to } = this.#settings
    expectCode(await connection.command(`MAIL FROM:<${from}>`), 250, `the sender ${from}`)
    const accepted: string[] = []
    const refused: string[] = []
    for (const receiver of to.filter((one) => !already.includes(one))) {
      const reply = await connection.command(`RCPT TO:<${receiver}>`)
      if (reply.code === 250 || reply.code === 251) accepted.push(receiver)
      else refused.push(`${receiver}: ${replyText(reply)}`)
    }
    if (accepted.length > 0) {
      expectCode(await connection.command('DATA'), 354, 'DATA')
      const mail = mailOf(message, { from, to, nowMs: this.#clock.wallMs() })
      expectCode(await connection.data(stuffDots(mail)), 250, 'the message')
    }
    if (refused.length > 0)
      throw new DeliveryError(`the server refuses ${refused.join('; ')}`, [...already, ...accepted])
    await leave(connection)
  }
}

/** What the server offers, by keyword in capitals. */
async function greet(connection: SmtpConnection): Promise<Map<string, string[]>> {
  const reply = await connection.command(`EHLO ${ownName(connection)}`)
  expectCode(reply, 250, 'EHLO')
  return new Map(
    reply.lines.slice(1).map((line) => {
      // Servers older than RFC 4954 write AUTH=PLAIN.
      const [keyword = '', ...parameters] = line.trim().toUpperCase().split(/[ =]+/)
      return [keyword, parameters]
    }),
  )
}

/** The name of this machine, or its address (RFC 5321 §4.1.3) where the name is none. */
function ownName({ localAddress }: SmtpConnection): string {
  const name = hostname()
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name) && name.length <= 253) return name
  return isIPv6(localAddress) ? `[IPv6:${localAddress.split('%')[0]}]` : `[${localAddress}]`
}

/** RFC 4954; the password is in no error. */
async function logIn(
  connection: SmtpConnection,
  mechanisms: readonly string[],
  username: string,
  password: string,
): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  if (mechanisms.includes('PLAIN')) {
    // RFC 4616: no identity but that of the password.
    const reply = await connection.command(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`)
    return expectCode(reply, 235, `the log-in of ${username}`)
  }
  if (!mechanisms.includes('LOGIN'))
    throw new DeliveryError(`the server offers no log-in that is known here (PLAIN, LOGIN), but ${mechanisms.join(', ') || 'none'}`) // prettier-ignore
  expectCode(await connection.command('AUTH LOGIN'), 334, 'AUTH LOGIN')
  expectCode(await connection.command(base64(username)), 334, `the user ${username}`)
  expectCode(await connection.command(base64(password)), 235, `the log-in of ${username}`)
}

/** The message is delivered whatever comes of this. */
async function leave(connection: SmtpConnection): Promise<void> {
  try {
    await connection.command('QUIT')
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
  }
}

function expectCode(reply: Reply, code: number, what: string): void {
  if (reply.code !== code) throw new DeliveryError(`the server does not take ${what}: ${replyText(reply)}`)
}
