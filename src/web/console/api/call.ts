/** Calls of the admin API: JSON in and out, refusals as ApiProblem, the session's cookie and its proof. */
import { searchOf, type Query } from '../kit/router.ts'
import { Store } from '../kit/store.ts'

/** A refusal, as the server said it (RFC 9457), or `OFFLINE` where it was not reached at all. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly { readonly field: string; readonly message: string }[]
  /** Seconds until it is worth another try; null: the server said nothing. */
  readonly retryAfterS: number | null

  constructor(
    status: number,
    code: string,
    detail: string,
    errors: ApiProblem['errors'] = [],
    retryAfterS: number | null = null,
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.errors = errors
    this.retryAfterS = retryAfterS
  }
}

export interface CallOptions {
  readonly query?: Query
  readonly signal?: AbortSignal
  /** The page asks by itself: it keeps no session alive. */
  readonly isBackground?: boolean
}

/** A read that takes longer is given up: a server that does not answer is told of, not waited for. */
const READ_MS = 60_000

/** Told of every answer that says the session is over. */
let onSignedOut: () => void = () => {}
/** Told of every answer that says the cookie is of another session than the page. */
let onOtherSession: () => void = () => {}
let csrf: string | null = null

/** How often somebody has signed in: what a page could not load before is loaded again behind it. */
export const signIns = new Store(0)
let askedMs = Date.now()

/** When the server was last asked something that keeps the session alive, by the clock of the browser. */
export function lastAskedMs(): number {
  return askedMs
}

/** What the session gave; sent with every change. */
export function setCsrf(value: string | null): void {
  csrf = value
}

export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell
}

export function whenOtherSession(tell: () => void): void {
  onOtherSession = tell
}

/** An answer and its ETag; `null` data where the server answered that nothing has changed. */
export interface Answer<T> {
  readonly data: T | null
  readonly etag: string | null
}

/** `GET /api/v1{path}`. Throws ApiProblem. */
export async function get<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { data } = await ask<T>(path, null, options)
  return data as T
}

/** The same, if it is another answer than the one with that tag. Throws ApiProblem. */
export async function ask<T>(
  path: string,
  etag: string | null,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const headers = new Headers({ accept: 'application/json' })
  if (etag !== null) headers.set('if-none-match', etag)
  const response = await reach('GET', path, headers, null, options)
  if (response.status === 304) return { data: null, etag }
  return { data: (await response.json()) as T, etag: response.headers.get('etag') }
}

/** Changes something: JSON out, JSON back, null where there is none. Throws ApiProblem. */
export async function send<T>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  options: CallOptions = {},
): Promise<T> {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' })
  const response = await reach(method, path, headers, JSON.stringify(body), options)
  return (response.status === 204 ? null : await response.json()) as T
}

/** A file as the body. Throws ApiProblem. */
export async function upload<T>(path: string, file: Blob, options: CallOptions = {}): Promise<T> {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/octet-stream' })
  const response = await reach('POST', path, headers, file, options)
  return (await response.json()) as T
}

async function reach(
  method: string,
  path: string,
  headers: Headers,
  body: BodyInit | null,
  { query = {}, signal, isBackground = false }: CallOptions,
): Promise<Response> {
  if (method !== 'GET' && csrf !== null) headers.set('x-csrf-token', csrf)
  if (isBackground) headers.set('x-background', '1')
  let response: Response
  try {
    response = await fetch(`/api/v1${path}${searchOf(query)}`, {
      method,
      headers,
      body,
      signal: limited(method, signal),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiProblem(0, 'OFFLINE', error instanceof Error ? error.message : String(error))
  }
  if (!isBackground) askedMs = Date.now()
  if (response.ok || response.status === 304) return response
  const problem = await problemOf(response)
  if (isSessionOver(problem)) onSignedOut()
  if (problem.code === 'THANHLOC_ACCOUNT_CSRF') onOtherSession()
  throw problem
}

/** Changes are waited for: nobody knows whether one that was given up has been made. */
function limited(method: string, signal: AbortSignal | undefined): AbortSignal | null {
  if (method !== 'GET') return signal ?? null
  const end = AbortSignal.timeout(READ_MS)
  return signal === undefined ? end : AbortSignal.any([signal, end])
}

function isSessionOver({ code }: ApiProblem): boolean {
  return code === 'THANHLOC_API_TOKEN' || code === 'THANHLOC_ACCOUNT_SESSION'
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterS = Number.isFinite(retryAfter) ? retryAfter : null
  try {
    const { code, detail, errors } = (await response.json()) as {
      readonly code: string
      readonly detail: string
      readonly errors?: ApiProblem['errors']
    }
    return new ApiProblem(response.status, code, detail, errors, retryAfterS)
  } catch {
    // Not ours: a proxy in front answered.
    return new ApiProblem(response.status, 'OTHER', response.statusText, [], retryAfterS)
  }
}
