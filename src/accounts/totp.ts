/** Time-based one-time passwords (RFC 6238): SHA-1, 30 seconds, 6 digits, which every authenticator app can do. */
import { createHmac } from 'node:crypto'
import { writeBase32 } from './base32.ts'
import { isSameSecret } from './secret.ts'

/** RFC 4226 §4 R6 recommends 160 bits. */
export const TOTP_SECRET_BYTES = 20
export const TOTP_DIGITS = 6
const STEP_MS = 30_000
/** Steps a clock may be off, either way (RFC 6238 §5.2). */
const SKEW_STEPS = 1

/** The time step of `atMs` (milliseconds since 1970). */
export function totpStep(atMs: number): number {
  return Math.floor(atMs / STEP_MS)
}

/** The code of a time step, `digits` long (RFC 4226 §5.3). */
export function totpCode(secret: Uint8Array, step: number, digits = TOTP_DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = mac[mac.length - 1]! & 0xf
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/**
 * The time step `code` belongs to, or null where it is none of the steps about `atMs` behind `lastStep`: each step is
 * taken once (RFC 6238 §5.2). All steps are compared, whichever fits.
 */
export function matchTotp(secret: Uint8Array, code: string, atMs: number, lastStep: number): number | null {
  const now = totpStep(atMs)
  let matched: number | null = null
  for (let step = Math.max(now - SKEW_STEPS, 0); step <= now + SKEW_STEPS; step++) {
    if (isSameSecret(totpCode(secret, step), code) && step > lastStep) matched ??= step
  }
  return matched
}

/** The URI that apps read from a QR code (Key URI Format of Google Authenticator; all apps take it). */
export function otpauthUri(secret: Uint8Array, issuer: string, account: string): string {
  // A colon divides issuer and account.
  const label = [issuer, account].map((part) => encodeURIComponent(part.replaceAll(':', ' '))).join(':')
  const parameters = `secret=${writeBase32(secret)}&issuer=${encodeURIComponent(issuer)}`
  return `otpauth://totp/${label}?${parameters}&algorithm=SHA1&digits=${TOTP_DIGITS}&period=${STEP_MS / 1000}`
}
