/**
 * Asks another node for pages of what has changed there. Nothing of an answer is believed before it was read whole and
 * checked; how long it may take and how large it may be is bounded.
 */
import type { Agent as PlainAgent, IncomingMessage } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import type { PeerPage } from '../detection/peer-page-schema.ts'
import { BadPeerPage } from '../detection/peer-position.ts'
import { http } from '../net/http.ts'
import type { Credentials } from './credentials.ts'
import { connectionError, PullError, statusError } from './pull-error.ts'

/** A page of 1000 rows has half a megabyte; one of clients with very long histories some more. */
export const MAX_PAGE_BYTES = 16 << 20
const MAX_HEADER_BYTES = 16 << 10
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The page does not fit into what is read of one: ask for fewer rows. */
export class PageTooLarge extends PullError {}

export interface Answered {
  readonly page: PeerPage
  /** What the clock there showed, to the second, milliseconds since 1970; null: it did not say. */
  readonly dateMs: number | null
}

export class PageSource {
  readonly #url: URL
  readonly #token: string
  readonly #agent: PlainAgent

  /** `url`: the origin of the other node's admin API. Throws PullError when the certificates are none. */
  constructor(url: string, { token, ca }: Credentials) {
    this.#url = new URL(url)
    this.#token = token
    const options = { keepAlive: true, maxSockets: 1 }
    this.#agent =
      this.#url.protocol === 'http:'
        ? new http.Agent(options)
        : new Agent({ ...options, rejectUnauthorized: true, ...(ca !== null && { ca }) })
  }

  /** The page behind `after`, of at most `limit` rows. Rejects with PullError; `signal` cuts it off. */
  async ask(after: string, limit: number, signal: AbortSignal): Promise<Answered> {
    const { body, dateMs } = await this.#get(
      `/api/v1/nodes/changes?after=${encodeURIComponent(after)}&limit=${limit}`,
      signal,
    )
    const { readPeerPage } = await import('../detection/peer-page.ts')
    try {
      return { page: readPeerPage(JSON.parse(UTF8.decode(body))), dateMs }
    } catch (error) {
      const reason = error instanceof BadPeerPage ? error.message : 'what it answers is no JSON'
      throw new PullError(reason, 'correct `url`, or bring both servers to one version', { cause: error })
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#agent.destroy()
  }

  #get(path: string, signal: AbortSignal): Promise<{ body: Buffer; dateMs: number | null }> {
    const { protocol, hostname, host, port } = this.#url
    const options = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : Number(port),
      path,
      headers: { host, authorization: `Bearer ${this.#token}`, accept: 'application/json' },
      agent: this.#agent,
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    }
    return new Promise((resolve, reject) => {
      const asking = protocol === 'http:' ? http.request(options) : requestHttps(options)
      asking.on('error', (error) => reject(connectionError(error)))
      asking.once('response', (response) => {
        readAnswer(response).then(
          (body) => resolve({ body, dateMs: dateOf(response) }),
          (error: unknown) => {
            asking.destroy()
            reject(error)
          },
        )
      })
      asking.end()
    })
  }
}

/** The body of a page. Rejects with PullError. */
function readAnswer(response: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { statusCode = 0, headers } = response
    const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')
    const chunks: Buffer[] = []
    let size = 0
    response.on('error', (error) => reject(connectionError(error)))
    if (statusCode !== 200) return reject(statusError(statusCode))
    if (!isJson || (headers['content-encoding'] ?? 'identity') !== 'identity')
      return reject(
        new PullError(
          'what answers is no server of this kind',
          'correct `url`: it is the admin API of the other server',
        ),
      )
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_PAGE_BYTES)
        reject(
          new PageTooLarge(
            `its answer is longer than ${MAX_PAGE_BYTES} bytes`,
            'fewer rows are asked for by and by; look at what answers there where it lasts',
          ),
        )
    })
    response.once('end', () => resolve(Buffer.concat(chunks)))
    response.once('close', () => {
      if (!response.complete) reject(new PullError('its answer was cut off', 'see the log there'))
    })
  })
}

function dateOf({ headers }: IncomingMessage): number | null {
  const ms = Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? null : ms
}
