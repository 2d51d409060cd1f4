/** Messages as JSON by HTTP POST, signed, so that the receiver knows whom it is from and that it is fresh. */
import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { WebhookSettings } from '../config/settings.ts'
import { http } from '../net/http.ts'
import type { Alert, Subject } from './alert.ts'
import { cleanText } from './clean-text.ts'
import { trust } from './dial.ts'
import type { Message } from './message.ts'
import { readSecret } from './secret-file.ts'
import { DeliveryError, reasonOf, type Attempt, type Transport } from './transport.ts'

/** Of a response: more is not read. */
const MAX_RESPONSE_BYTES = 16_384
const SHOWN_BYTES = 200

export class Webhook implements Transport {
  readonly #settings: WebhookSettings
  readonly #version: string
  readonly #clock: Clock
  readonly #warn: (warning: string) => void

  constructor(settings: WebhookSettings, version: string, clock: Clock, warn: (warning: string) => void) {
    this.#settings = settings
    this.#version = version
    this.#clock = clock
    this.#warn = warn
  }

  async send(message: Message, { signal }: Attempt): Promise<void> {
    const body = Buffer.from(JSON.stringify(bodyOf(message)))
    const { status, text, location } = await this.#post(body, this.#headers(message, body), signal)
    if (status >= 200 && status < 300) return
    if (location !== undefined)
      throw new DeliveryError(`the receiver answers ${status} and points elsewhere, which is not followed: put the new place into \`url\``) // prettier-ignore
    throw new DeliveryError(`the receiver answers ${status}${text === '' ? '' : `: ${text}`}`)
  }

  #headers(message: Message, body: Buffer): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(body.length),
      'user-agent': `thanhloc/${this.#version}`,
      'thanhloc-id': message.id,
    }
    if (this.#settings.secretFile !== null) {
      const { text, warning } = readSecret(this.#settings.secretFile)
      if (warning !== null) this.#warn(warning)
      headers['thanhloc-signature'] = sign(body, text, Math.floor(this.#clock.wallMs() / 1000))
    }
    return headers
  }

  #post(body: Buffer, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const url = new URL(this.#settings.url)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const options = {
      host: this.#settings.address ?? host,
      port: url.port === '' ? undefined : Number(url.port),
      path: url.pathname + url.search,
      method: 'POST',
      headers: { host: url.host, ...headers },
      signal,
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void =>
        reject(new DeliveryError(`posting to ${host}: ${reasonOf(error)}`, [], { cause: error }))
      const request =
        url.protocol === 'http:'
          ? http.request({ ...options, agent: false })
          : requestHttps({
              ...options,
              // No pool, and no session that outlives a changed certificate.
              agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }),
              ...(isIP(host) === 0 && { servername: host }),
              checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
              ...trust(this.#settings.caFile),
            })
      request.on('error', fail)
      request.once('response', (response) => readAnswer(response, resolve))
      request.end(body)
    })
  }
}

interface Answer {
  readonly status: number
  readonly location: string | undefined
  /** The beginning of what it says, on one line. */
  readonly text: string
}

/** The status is what counts: an answer that is cut off or goes on for ever has one too. */
function readAnswer(response: IncomingMessage, done: (answer: Answer) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_RESPONSE_BYTES) response.destroy()
  })
  response.on('error', () => response.destroy())
  response.once('close', () => {
    const text = cleanText(Buffer.concat(chunks).toString('utf8', 0, SHOWN_BYTES * 4), SHOWN_BYTES)
    done({ status: response.statusCode!, location: response.headers.location, text })
  })
}

/** `t=…,v1=…`: the time in seconds since 1970 and the HMAC-SHA-256, in hex, of `t`, a full stop and the body. */
export function sign(body: Uint8Array, secret: string, seconds: number): string {
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
  return `t=${seconds},v1=${digest}`
}

function bodyOf(message: Message): Record<string, unknown> {
  const { id, server, severity, count, title, sentence, text, more } = message
  return {
    id,
    server,
    ...factsOf(message),
    severity,
    count,
    title,
    sentence,
    text,
    more,
    listed: message.listed.map(factsOf),
  }
}

function factsOf({ kind, state, atMs, event, subject }: Omit<Alert, 'key'>): Record<string, unknown> {
  return { kind, state, time: new Date(atMs).toISOString(), event, subject: known(subject) }
}

function known(subject: Subject): Partial<Subject> {
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== null))
}
