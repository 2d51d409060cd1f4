/**
 * The cookie of a session and the token beside it. A browser sends the cookie by itself, also when another page makes
 * it; the CSRF token only our own page can know and send in a header. It is derived from the cookie, so it needs no
 * storing and ends with it.
 */
import { createHmac } from 'node:crypto'
import type { Random } from '../random.ts'
import { isSameSecret, secretBytes } from './secret.ts'

const SECRET_BYTES = 32
const VALUE = /^[A-Za-z0-9_-]{43}$/
/** With this prefix browsers take the cookie only over TLS, for this host and the whole of it (RFC 6265bis §4.1.3.2). */
const SECURE_NAME = '__Host-thanhloc-session'
const PLAIN_NAME = 'thanhloc-session'
/** Header in which pages send the CSRF token. */
export const CSRF_HEADER = 'x-csrf-token'
const MAX_HEADER = 8192

/** A fresh cookie value: 256 bits. */
export function makeCookieValue(random: Random): string {
  return secretBytes(random, SECRET_BYTES).toString('base64url')
}

/** `value` in the form all of ours have. */
export function isCookieValue(value: string): boolean {
  return VALUE.test(value)
}

/** Set-Cookie for a session. `isSecure`: the request came over TLS; without it only loopback should be served. */
export function writeSessionCookie(value: string, isSecure: boolean): string {
  // Without Max-Age it ends with the browser; the server ends it before that.
  return isSecure
    ? `${SECURE_NAME}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict`
    : `${PLAIN_NAME}=${value}; Path=/; HttpOnly; SameSite=Strict`
}

/** Set-Cookie that makes the browser forget it. */
export function clearSessionCookie(isSecure: boolean): string {
  return `${writeSessionCookie('', isSecure)}; Max-Age=0`
}

/** The session's value in a Cookie header, or null where there is none of our form. The first counts. */
export function readSessionCookie(header: string | undefined, isSecure: boolean): string | null {
  if (header === undefined || header.length > MAX_HEADER) return null
  const name = isSecure ? SECURE_NAME : PLAIN_NAME
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    return isCookieValue(value) ? value : null
  }
  return null
}

/** The CSRF token of the session with cookie `value`. */
export function csrfToken(value: string): string {
  return createHmac('sha256', value).update('thanhloc csrf').digest('base64url')
}

/** Whether `presented` is that token. */
export function isCsrfToken(value: string, presented: string | undefined): boolean {
  return presented !== undefined && presented.length <= 64 && isSameSecret(csrfToken(value), presented)
}
