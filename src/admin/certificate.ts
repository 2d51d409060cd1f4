/** A certificate and its private key from PEM files, checked before they are used: an error names the file and why. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { CertificateFiles } from '../config/settings.ts'

/** RFC 8996: TLS 1.0 and 1.1 are not to be used. */
export const MIN_TLS = 'TLSv1.2'
/** A chain has some kilobytes; a file larger than this is some other file. */
const MAX_FILE_BYTES = 1 << 20

const MAY_NOT_READ = `user ${process.geteuid?.() ?? -1}, as whom the server runs, may not read it: give it the right (chgrp, chmod g+r)`

/** A pair that can be used. */
export interface CertificatePair {
  /** PEM, with the certificates between it and the root. */
  readonly cert: string
  readonly key: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string
}

/** The pair cannot be used; the message says which file and why. */
export class CertificateError extends Error {
  readonly code = 'THANHLOC_CERTIFICATE'
}

/** Reads and checks a pair. Throws CertificateError. */
export function readCertificate(files: CertificateFiles, nowMs: number): CertificatePair {
  const cert = readPem('certificate', files.certificate)
  const key = readPem('key', files.key)
  const certificate = parse('certificate', files.certificate, () => new X509Certificate(cert))
  const privateKey = parse('key', files.key, () => createPrivateKey(key))
  checkMatch(files, certificate, privateKey)
  const expiresAt = certificate.validToDate.getTime()
  const beginsAt = certificate.validFromDate.getTime()
  if (expiresAt <= nowMs)
    throw wrong('certificate', files.certificate, `it expired at ${timeText(expiresAt)}`)
  if (beginsAt > nowMs)
    throw wrong(
      'certificate',
      files.certificate,
      `it is valid from ${timeText(beginsAt)} on; check the clock`,
    )
  try {
    createSecureContext({ cert, key, minVersion: MIN_TLS })
  } catch (error) {
    // A key too short for today, or a broken certificate further down the chain.
    throw wrong('certificate', files.certificate, (error as Error).message, error)
  }
  return { cert, key, expiresAt, fingerprint: certificate.fingerprint256 }
}

function checkMatch(files: CertificateFiles, certificate: X509Certificate, key: KeyObject): void {
  if (!certificate.checkPrivateKey(key))
    throw wrong('key', files.key, `it is not the key of the certificate in ${files.certificate}`)
}

function readPem(what: keyof CertificateFiles, file: string): string {
  try {
    const { size } = statSync(file)
    if (size > MAX_FILE_BYTES) throw wrong(what, file, `it has ${size} bytes, which is no ${what}`)
    return readFileSync(file, 'latin1')
  } catch (error) {
    if (error instanceof CertificateError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw wrong(
      what,
      file,
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? MAY_NOT_READ : message,
      error,
    )
  }
}

function parse<T>(what: keyof CertificateFiles, file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isLocked = code === 'ERR_MISSING_PASSPHRASE' || code === 'ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED'
    const form = what === 'key' ? 'private key' : 'certificate'
    const reason = isLocked ? 'it is locked with a password: store it without' : `it holds no PEM ${form}`
    throw wrong(what, file, reason, error)
  }
}

function wrong(
  what: keyof CertificateFiles,
  file: string,
  reason: string,
  cause?: unknown,
): CertificateError {
  return new CertificateError(`admin.tls.${what} ${file}: ${reason}`, { cause })
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
