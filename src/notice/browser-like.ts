/**
 * Whether a program that came looks like a person's browser. No proof of either: malware can send what a browser sends.
 * But who sees a browser-like contact alone asks the person first what was opened, and who sees one that is not looks
 * for the program. Each rule is something all current browsers do, and libraries do not do by themselves.
 */
import type { ClientHello } from './client-hello.ts'

/** Every browser since 2010 begins so and then names its system in brackets (RFC 9110 §10.1.5, history). */
const BROWSER_AGENT = /^Mozilla\/5\.0 \(/

/** Firefox sends 15 or more, Safari 13; what Windows, curl and Go send by themselves is below. */
const BROWSER_EXTENSIONS = 13

/**
 * By the headers of a request: a browser's User-Agent, and with it what a browser sends with every request and a
 * library only when it is told to: Accept (but to open a WebSocket), the languages its user reads, and gzip among the
 * encodings (but for sound and video, of which it asks for a range).
 */
export function isBrowserRequest(headers: ReadonlyMap<string, string>): boolean {
  const isWebSocket = (headers.get('upgrade') ?? '').toLowerCase() === 'websocket'
  return (
    BROWSER_AGENT.test(headers.get('user-agent') ?? '') &&
    (headers.has('accept') || isWebSocket) &&
    (headers.get('accept-language') ?? '') !== '' &&
    (/\bgzip\b/.test(headers.get('accept-encoding') ?? '') || headers.has('range'))
  )
}

/**
 * By the first message of a TLS connection: it names a server and offers TLS 1.3 and HTTP/2, as all browsers do, and
 * either carries GREASE (Chromium and Safari; RFC 8701) or as many extensions as Firefox.
 */
export function isBrowserHello(hello: ClientHello): boolean {
  return (
    hello.serverName !== null &&
    hello.offersTls13 &&
    hello.protocols.includes('h2') &&
    (hello.hasGrease || hello.extensions >= BROWSER_EXTENSIONS)
  )
}
