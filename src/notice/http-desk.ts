/** What a request over HTTP gets: the notice, the check of the visiting machine, the end of a report, or nothing. */
import { isBrowserRequest } from './browser-like.ts'
import { checkPage } from './check-page.ts'
import { evidenceText } from './evidence-text.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { RequestHead } from './http-request.ts'
import { CONTACT_TEXT, MAX_REPORT_TEXT, type Checked, type Reported } from './letters.ts'
import { CHECK_PATH, noticePage, REPORT_PATH } from './notice-page.ts'
import type { Speaker } from './page-frame.ts'
import { readReference, referenceOf } from './reference.ts'
import { reportPage } from './report-page.ts'

/** Longest report that is read: what the form can send, each character in three percent signs and six digits. */
export const MAX_BODY_BYTES = 12 << 10
/** A page may lie open on a screen for so long before its form is sent. */
const FORM_MS = 24 * 60 * 60 * 1000

export interface DeskParts {
  readonly speakerOf: (client: string) => Speaker
  readonly check: (client: string) => Promise<Checked | null>
  readonly report: (client: string, name: string, text: string) => Promise<Reported | null>
}

/** A request and who sent it. */
export interface Visit {
  readonly client: string
  readonly request: RequestHead
  readonly atMs: number
}

/** Bytes of body that the answer depends on: those of a report, else none. */
export function bodyLength({ method, path, headers }: RequestHead): number {
  if (method !== 'POST' || path !== REPORT_PATH || headers.has('transfer-encoding')) return 0
  const length = headers.get('content-length') ?? ''
  return /^\d{1,9}$/.test(length) ? Number(length) : 0
}

/**
 * Whether it is talk with the page itself rather than a way to what is blocked: then it is no contact. Only of what
 * looks like a browser: a bot that asks for `/check` is still one.
 */
export function isTalk({ method, path, headers }: RequestHead): boolean {
  return (path === CHECK_PATH || (path === REPORT_PATH && method === 'POST')) && isBrowserRequest(headers)
}

/** The answer to `visit`; `body` has `bodyLength` bytes, or less where it broke off. */
export async function answerVisit(visit: Visit, body: Uint8Array, parts: DeskParts): Promise<HttpAnswer> {
  const { client, request, atMs } = visit
  const { method, path } = request
  if (!request.isWhole) return { status: 431, page: null }
  if (bodyLength(request) > MAX_BODY_BYTES) return { status: 413, page: null }
  const speaker = parts.speakerOf(client)
  if (path === CHECK_PATH && (method === 'GET' || method === 'HEAD')) {
    const checked = method === 'HEAD' ? null : await parts.check(client)
    return {
      status: 200,
      page: checkPage({ speaker, client, checked }),
    }
  }
  if (path === REPORT_PATH && method === 'POST') {
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'))
    if (isOfThePage(visit, form)) return report(client, form, speaker, parts)
  }
  if (!wantsPage(request)) return { status: 403, page: null }
  const host = evidenceText(request.host ?? '', CONTACT_TEXT.host)
  return { status: 403, page: noticePage({ speaker, host, reference: referenceOf(client, atMs), atMs }) }
}

async function report(
  client: string,
  form: URLSearchParams,
  speaker: Speaker,
  parts: DeskParts,
): Promise<HttpAnswer> {
  const name = evidenceText((form.get('name') ?? '').trim(), CONTACT_TEXT.host)
  const text = evidenceText((form.get('text') ?? '').replace(/\s+/g, ' ').trim(), MAX_REPORT_TEXT)
  const reported = name === '' ? null : await parts.report(client, name, text)
  const outcome = name === '' ? 'invalid' : (reported?.outcome ?? 'unavailable')
  return { status: 200, page: reportPage({ speaker, outcome, reference: reported?.reference ?? null }) }
}

/**
 * A form of a page that was shown to this client today, and not one that a web page elsewhere, or a bot that posts to a
 * path of that name, has sent from this machine.
 */
function isOfThePage({ client, request, atMs }: Visit, form: URLSearchParams): boolean {
  const origin = request.headers.get('origin')
  if (origin !== undefined && URL.parse(origin)?.host !== request.headers.get('host')?.toLowerCase())
    return false
  const code = readReference(form.get('code') ?? '')
  return code !== null && code.matches(client) && code.fromMs <= atMs && atMs - code.fromMs < FORM_MS
}

/**
 * Pictures, scripts and styles inside another page are for no reader. Browsers say so by Sec-Fetch-Dest, which they
 * leave out without TLS, and by what they accept. Programs other than browsers get the page: somebody may read a log.
 */
function wantsPage({ method, headers }: RequestHead): boolean {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return false
  const destination = headers.get('sec-fetch-dest')
  if (destination !== undefined) return destination === 'document'
  const accept = headers.get('accept') ?? '*/*'
  if (accept.includes('text/html')) return true
  return accept.includes('*/*') && !isBrowserRequest(headers)
}
