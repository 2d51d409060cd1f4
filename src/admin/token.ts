/**
 * The token that changing requests and client data need over TCP. From a file (read again when it changes, so that
 * it can be replaced while running) or from the environment; never from the configuration itself.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Logger } from '../log/log.ts'

/** A token file larger than this is some other file. */
const MAX_FILE_BYTES = 4096
const SHORT_CHARACTERS = 16
const OTHERS_MAY_READ = 0o004

/** Where a token stands. */
export interface TokenSource {
  /** False: nothing that is presented can be right. */
  readonly isConfigured: boolean
  /** Compares in a time that does not depend on where a wrong token differs. */
  accepts(presented: string): boolean
}

/** The token in `environment` (undefined or empty: none), else the first line of `file`. */
export function openToken(
  file: string | null,
  environment: string | undefined,
  log: Pick<Logger, 'warn'>,
): TokenSource {
  const fixed = environment?.trim() ?? ''
  return fixed !== '' || file === null ? new FixedToken(fixed) : new FileToken(file, log)
}

/** The token in force, whichever file new settings name. */
export class TokenInForce implements TokenSource {
  readonly #environment: string | undefined
  readonly #log: Pick<Logger, 'warn'>
  #file: string | null
  #source: TokenSource

  /** As `openToken`. */
  constructor(file: string | null, environment: string | undefined, log: Pick<Logger, 'warn'>) {
    this.#environment = environment
    this.#log = log
    this.#file = file
    this.#source = openToken(file, environment, log)
  }

  /** Takes the token of another file; one of the environment stays. */
  configure(file: string | null): void {
    if (file === this.#file) return
    this.#file = file
    this.#source = openToken(file, this.#environment, this.#log)
  }

  get isConfigured(): boolean {
    return this.#source.isConfigured
  }

  accepts(presented: string): boolean {
    return this.#source.accepts(presented)
  }
}

class FixedToken implements TokenSource {
  readonly #digest: Buffer | null

  constructor(token: string) {
    this.#digest = digestOf(token)
  }

  get isConfigured(): boolean {
    return this.#digest !== null
  }

  accepts(presented: string): boolean {
    return isSame(this.#digest, presented)
  }
}

class FileToken implements TokenSource {
  readonly #file: string
  readonly #log: Pick<Logger, 'warn'>
  #digest: Buffer | null = null
  /** What the file looked like when it was read; '' before that. */
  #seen = ''

  constructor(file: string, log: Pick<Logger, 'warn'>) {
    this.#file = file
    this.#log = log
    this.#refresh()
  }

  get isConfigured(): boolean {
    this.#refresh()
    return this.#digest !== null
  }

  accepts(presented: string): boolean {
    this.#refresh()
    return isSame(this.#digest, presented)
  }

  /** Reads the file when it is another one than last time. One that cannot be read lets nobody in. */
  #refresh(): void {
    try {
      const { ino, size, mtimeMs, ctimeMs, mode } = statSync(this.#file)
      const look = `${ino} ${size} ${mtimeMs} ${ctimeMs}`
      if (look === this.#seen) return
      this.#seen = look
      this.#digest = null
      if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, which is no token`)
      const token = (readFileSync(this.#file, 'utf8').split('\n', 1)[0] ?? '').trim()
      this.#digest = digestOf(token)
      const field = { file: this.#file }
      if (mode & OTHERS_MAY_READ)
        this.#log.warn(field, 'the token file can be read by everybody: chmod 600 it')
      if (token === '') this.#log.warn(field, 'the token file is empty: the API takes no token')
      else if (token.length < SHORT_CHARACTERS)
        this.#log.warn(field, 'the token is short: take one of 32 random characters')
    } catch (error) {
      this.#digest = null
      const reason = error instanceof Error ? error.message : String(error)
      if (this.#seen !== reason)
        this.#log.warn({ file: this.#file, reason }, 'the token file cannot be read: the API takes no token')
      this.#seen = reason
    }
  }
}

/** Hashes are of one length and cannot be steered byte by byte, whatever is presented. */
function isSame(digest: Buffer | null, presented: string): boolean {
  if (digest === null || presented === '') return false
  return timingSafeEqual(digest, createHash('sha256').update(presented).digest())
}

function digestOf(token: string): Buffer | null {
  return token === '' ? null : createHash('sha256').update(token).digest()
}
