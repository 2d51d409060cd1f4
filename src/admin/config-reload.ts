/**
 * The configuration while the server runs: read again when its file changes, on SIGHUP, by the API. One that has an
 * error changes nothing; one that has none is handed to main, which passes it on.
 */
import type { Clock } from '../clock.ts'
import type { LoadResult } from '../config/load.ts'
import type { Logger } from '../log/log.ts'
import type { Mail } from '../metrics/thread-status.ts'

/** What became of a reload: errors with their places, or what changed. */
export type Reloaded =
  | { readonly errors: readonly string[] }
  | {
      /** Top-level keys that took effect. */
      readonly applied: readonly string[]
      /** Top-level keys that differ from what runs and take effect at the next start. */
      readonly needsRestart: readonly string[]
    }

/** For status, metrics and `degraded`. */
export interface ConfigState {
  readonly file: string | null
  /** Wall clock, milliseconds; of the configuration in force. */
  readonly loadedAt: number
  readonly failures: number
  /** Of the last attempt; empty when it was good. */
  readonly errors: readonly string[]
  readonly needsRestart: readonly string[]
}

export interface ConfigReloadOptions {
  readonly file: string | null
  /** Reads file and command line anew; never throws. */
  readonly load: () => LoadResult
  readonly mail: Mail
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

export class ConfigReload {
  readonly #options: ConfigReloadOptions
  #state: ConfigState
  /** Reloads follow one another: the last file read is the one in force. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ConfigReloadOptions) {
    this.#options = options
    this.#state = {
      file: options.file,
      loadedAt: options.clock.wallMs(),
      failures: 0,
      errors: [],
      needsRestart: [],
    }
  }

  get state(): ConfigState {
    return this.#state
  }

  /** Reads and hands on. Rejects with MailError when main does not answer, which leaves all as it was. */
  reload(): Promise<Reloaded> {
    const next = this.#last.then(() => this.#reload())
    this.#last = next.catch(() => {})
    return next
  }

  async #reload(): Promise<Reloaded> {
    const { load, mail, clock, log, file } = this.#options
    const loaded = load()
    if ('errors' in loaded) {
      const { errors } = loaded
      this.#state = { ...this.#state, errors, failures: this.#state.failures + 1 }
      for (const reason of errors)
        log.error({ file, reason }, 'configuration refused: the one before stays in force')
      return { errors }
    }
    const reply = await mail.request<{ applied: string[]; needsRestart: string[] }>(
      'main',
      'supervisor/settings',
      {
        settings: loaded.settings,
      },
    )
    this.#state = {
      ...this.#state,
      loadedAt: clock.wallMs(),
      errors: [],
      needsRestart: reply.needsRestart,
    }
    if (reply.applied.length > 0 || reply.needsRestart.length > 0)
      log.info({ file, ...reply }, 'configuration reloaded')
    if (reply.needsRestart.length > 0)
      log.warn({ keys: reply.needsRestart }, 'these changes take effect at the next start')
    return reply
  }
}
