/** An HTTP/1.1 answer as bytes. Each ends its connection: a visitor who has read the page needs it no more. */
import { STYLE_SOURCE } from './page-style.ts'

/**
 * 403 for what was asked for: people see the page all the same, and programs take it for a failure. With 200 an updater
 * would take the page for its file and a bot for its orders; 451 (RFC 7725) says the same as 403 to those who know it,
 * and may be kept by caches. 431: the head is longer than any browser's (RFC 6585 §5).
 */
export type Status = 200 | 403 | 413 | 431

const REASONS: Readonly<Record<Status, string>> = {
  200: 'OK',
  403: 'Forbidden',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
}

/** Nothing is loaded, run or framed; the form goes back to where it came from. */
const POLICY = `default-src 'none'; style-src ${STYLE_SOURCE}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`

export interface HttpAnswer {
  readonly status: Status
  /** HTML; null: no content. */
  readonly page: string | null
}

/** The whole answer; to HEAD the same without the page. */
export function httpBytes({ status, page }: HttpAnswer, method: string, atMs: number): Buffer {
  const body = page === null ? Buffer.alloc(0) : Buffer.from(page)
  // No Strict-Transport-Security and nothing that is kept: the name belongs to somebody else, and may be let through.
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    `Date: ${new Date(atMs).toUTCString()}`,
    'Connection: close',
    'Cache-Control: no-store',
    `Content-Length: ${body.length}`,
    'X-Content-Type-Options: nosniff',
    // Not no-referrer: with it a browser would not say where a report comes from.
    'Referrer-Policy: same-origin',
    ...(page === null
      ? []
      : [
          'Content-Type: text/html; charset=utf-8',
          'Content-Language: vi, en',
          `Content-Security-Policy: ${POLICY}`,
        ]),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
  return method === 'HEAD' ? head : Buffer.concat([head, body])
}
