/**
 * The certificate the admin API shows: read again when its files change. A pair that cannot be used leaves the last good
 * one in place, in the log and in `degraded`; a renewal that went wrong must not lock the administrators out.
 */
import type { Clock } from '../clock.ts'
import type { CertificateFiles } from '../config/settings.ts'
import { FileWatcher, type WatchDirectory } from '../lists/watch.ts'
import type { Logger } from '../log/log.ts'
import { CertificateError, readCertificate, type CertificatePair } from './certificate.ts'

const DAY_MS = 86_400_000
/** Certificates of a year and of three months alike are renewed by then. */
const WARN_MS = 14 * DAY_MS

export class CertificateInForce {
  readonly #files: CertificateFiles
  readonly #clock: Clock
  readonly #log: Pick<Logger, 'info' | 'error'>
  readonly #watcher: FileWatcher
  #pair: CertificatePair | null = null
  /** Why the files as they are now cannot be used, or null. */
  #refused: string | null = null
  #onChange: (pair: CertificatePair) => void = () => {}

  constructor(
    files: CertificateFiles,
    clock: Clock,
    log: Pick<Logger, 'info' | 'error'>,
    watchDirectory?: WatchDirectory,
  ) {
    this.#files = files
    this.#clock = clock
    this.#log = log
    this.#watcher = new FileWatcher(() => this.#reread(), clock, watchDirectory)
  }

  /** Reads the pair and watches its files; `onChange` gets each good pair that follows. Never throws. */
  open(onChange: (pair: CertificatePair) => void): void {
    this.#onChange = onChange
    this.#watcher.watch([this.#files.certificate, this.#files.key])
    this.#reread()
  }

  /** The last good pair. Throws CertificateError where there was none yet. */
  get pair(): CertificatePair {
    if (this.#pair === null) throw new CertificateError(this.#refused ?? 'the certificate is not read yet')
    return this.#pair
  }

  /** When the pair in force ends, wall clock, milliseconds; null where there is none. */
  get endMs(): number | null {
    return this.#pair?.expiresAt ?? null
  }

  /** What is wrong while the pair in force goes on being shown. */
  get faults(): string[] {
    // Without a pair nothing listens, which is told there.
    if (this.#pair === null) return []
    const { expiresAt } = this.#pair
    const leftMs = expiresAt - this.#clock.wallMs()
    return [
      ...(this.#refused === null ? [] : [`${this.#refused}; the pair before is in force`]),
      ...(leftMs > WARN_MS
        ? []
        : [
            `the certificate of the admin API ${leftMs > 0 ? 'expires' : 'expired'} at ${new Date(expiresAt).toISOString()}`,
          ]),
    ]
  }

  close(): void {
    this.#watcher.close()
  }

  #reread(): void {
    try {
      const pair = readCertificate(this.#files, this.#clock.wallMs())
      this.#refused = null
      if (pair.cert === this.#pair?.cert && pair.key === this.#pair.key) return
      this.#pair = pair
      const { fingerprint, expiresAt } = pair
      this.#log.info(
        { fingerprint, expiresAt: new Date(expiresAt).toISOString() },
        'certificate of the admin API loaded',
      )
      this.#onChange(pair)
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error
      if (this.#refused !== error.message)
        this.#log.error(
          { reason: error.message, isOlderInForce: this.#pair !== null },
          'certificate of the admin API refused',
        )
      this.#refused = error.message
    }
  }
}
