/** One GET, with the redirects that may be followed. What comes is bounded in time; who reads it bounds its size. */
import type { IncomingMessage } from 'node:http'
import { DeliveryError } from '../alerts/transport.ts'
import type { FeedSettings } from '../config/settings.ts'
import { hostOf } from '../net/address.ts'
import { http } from '../net/http.ts'
import { connect, MAX_HEADER_BYTES, proxyAuthorization } from './connection.ts'
import { FeedError } from './feed-error.ts'
import type { ResolveSettings } from './resolve.ts'

const MAX_REDIRECTS = 5
/** A connection over which nothing comes for so long is given up. */
const SILENCE_MS = 30_000

export interface Asking {
  readonly feed: FeedSettings
  readonly settings: ResolveSettings
  /** Of this program, for the server's log. */
  readonly version: string
  /** What stands in `tokenFile`, or null. */
  readonly token: string | null
  readonly signal: AbortSignal
}

/** The answer to a GET of `text`, whatever its status but a redirect. Rejects with FeedError. Read or destroy it. */
export async function get(
  text: string,
  asking: Asking,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  const first = new URL(text)
  let url = first
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, asking, headers)
    const { statusCode = 0, headers: answered } = response
    if (![301, 302, 303, 307, 308].includes(statusCode)) return response
    response.destroy()
    if (redirects === MAX_REDIRECTS)
      throw new FeedError('failed', `it points elsewhere more than ${MAX_REDIRECTS} times`, 'put the place where it is into `url`') // prettier-ignore
    url = follow(url, answered.location, asking.feed)
  }
}

/** Where a redirect leads, if it may be followed: never from https to http. Throws FeedError. */
export function follow(
  from: URL,
  location: string | undefined,
  { allowHttp, signature }: Pick<FeedSettings, 'allowHttp' | 'signature'>,
): URL {
  // prettier-ignore
  const to = location === undefined ? null : URL.parse(location, from.href)
  if (to === null || !/^https?:$/.test(to.protocol) || to.username !== '' || to.password !== '')
    throw new FeedError('failed', 'it points elsewhere and does not say where', 'ask who publishes it')
  const isPlain = to.protocol === 'http:'
  if (isPlain && from.protocol === 'https:')
    throw new FeedError('refused', 'it points from https to plain http', 'put the place where it is into `url`') // prettier-ignore
  if (isPlain && !allowHttp && signature === null && to.origin !== from.origin)
    throw new FeedError('refused', 'it points to plain http elsewhere', 'put the place where it is into `url`') // prettier-ignore
  return to
}

async function ask(
  url: URL,
  { feed, settings, version, token, signal }: Asking,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  try {
    const socket = await connect(url, feed, settings, signal)
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`nothing comes for ${SILENCE_MS / 1000} s`)))
    const isByProxy = feed.proxy !== null && url.protocol === 'http:'
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const request = http.request({
        createConnection: () => socket,
        path: isByProxy ? url.href : url.pathname + url.search,
        headers: {
          host: url.host,
          'user-agent': `thanhloc/${version}`,
          accept: '*/*',
          connection: 'close',
          ...headers,
          // Whoever it points to has no business with it.
          ...(token !== null && url.origin === new URL(feed.url).origin && { authorization: `Bearer ${token}` }), // prettier-ignore
          ...(isByProxy && proxyAuthorization(feed.proxyPasswordFile)),
        },
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      })
      request.on('error', reject)
      request.once('response', resolve)
      // Whatever else ends it, as an answer that goes on by another protocol (101) does without a word.
      request.once('close', () => reject(new Error('aborted')))
      request.end()
    })
  } catch (error) {
    throw asFeedError(error, signal, url)
  }
}

/** What went wrong on the way, as a reason for people. */
export function asFeedError(error: unknown, signal: AbortSignal, url: URL): FeedError {
  if (signal.aborted) {
    const isLate = (signal.reason as Error | undefined)?.name === 'TimeoutError'
    return new FeedError('failed', isLate ? 'it does not come whole within `timeout`' : 'it was cut off', 'a longer `timeout`, or a look at the line', { cause: error }) // prettier-ignore
  }
  if (error instanceof FeedError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  const cause = causeCode(error)
  if (/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(cause))
    return new FeedError('failed', `the certificate of ${hostOf(url)} is not valid now: ${message}`, 'see that the clock of this machine is right; where it is, ask who publishes it for a new one', { cause: error }) // prettier-ignore
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(cause))
    return new FeedError('failed', `the certificate of ${hostOf(url)} is not trusted: ${message}`, 'where it is a private one, name its authority in `caFile`; where it is not, somebody is on the way', { cause: error }) // prettier-ignore
  if (error instanceof DeliveryError)
    return new FeedError('failed', message, 'look at the network and the firewalls on the way', { cause: error }) // prettier-ignore
  const what = code.startsWith('HPE_') ? 'no HTTP is spoken there' : message === 'aborted' ? 'the connection broke off' : message // prettier-ignore
  return new FeedError('failed', `${hostOf(url)}: ${what}`, 'tried again by itself; see `url`', { cause: error }) // prettier-ignore
}

/** The code of `error`, or of what it came from. */
function causeCode(error: unknown): string {
  const { code = '', cause } = error as NodeJS.ErrnoException
  return `${code} ${(cause as NodeJS.ErrnoException | undefined)?.code ?? ''}`
}
