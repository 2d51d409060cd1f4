/**
 * One zone kept up with its primary: asked at the times its SOA gives (RFC 1035 §3.3.13), within bounds of ours, and at
 * once when the primary says that something has changed (RFC 1996). Whatever goes wrong, the copy here stays.
 */
import { backOffMs } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { PrimarySettings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import type { TransferLog } from './log.ts'
import { TransferError } from './transfer-error.ts'
import { isAboutDifferences, transferZone, type Transferred } from './transfer.ts'
import { wireName } from '../wire/name.ts'
import { readKey, type TsigKey } from './tsig-key.ts'
import { confirmCopy, readCopy, type ZoneCopy } from './zone-file.ts'
import { serverText, type ZoneState, type ZoneStatus } from './zone-status.ts'

export interface ZoneOptions {
  /** Id of the list. */
  readonly list: string
  readonly primary: PrimarySettings
  /** Of the zone file. */
  readonly path: string
  readonly clock: Clock
  readonly random: Random
  readonly log: TransferLog
  /** Has the lists take what came whatever they think of its size: a person wants it. */
  readonly forced: () => Promise<unknown>
}

/** A zone that asks to be asked for every second, or once a year, is asked for within these. */
const REFRESH = { leastMs: 60_000, mostMs: 86_400_000 }
const RETRY = { leastMs: 30_000, mostMs: 3_600_000 }
/** From an hour to the four weeks that BIND allows. */
const EXPIRE = { leastMs: 3_600_000, mostMs: 28 * 86_400_000 }
/** While nothing is here yet, there is nothing to protect by patience. */
const FIRST = { firstMs: 2000, longestMs: 60_000 }
/** Whoever says that something has changed, again and again, is asked twice a second. */
const LEAST_APART_MS = 500
/** The time of the file is moved no more often: whoever watches it reads all of it. */
const CONFIRM_MS = 30_000
/** A primary that sends nothing for so long is gone. */
const SILENCE_MS = 30_000
const TOTAL_MS = 900_000

export class Zone {
  readonly #options: ZoneOptions
  readonly #name: Uint8Array
  readonly #closing = new AbortController()
  #copy: ZoneCopy | null = null
  #isOpened = false
  #isBusy = false
  /** Told when a check is over that began after they asked. */
  #waiting: (() => void)[] = []
  /** Monotonic. */
  #nextMs: number
  #startedMs = -LEAST_APART_MS
  /** It is to be taken whole, with whatever serial. */
  #isForced = false
  #hasChecked = false
  #failuresInRow = 0
  #failure: TransferError | null = null
  #isExpirySaid = false
  #saidWarning: string | null = null
  #failures = 0
  #notifies = 0
  #bytes = 0
  readonly #transfers = { axfr: 0, ixfr: 0 }

  constructor(options: ZoneOptions) {
    this.#options = options
    this.#name = wireName(options.primary.zone)
    this.#nextMs = options.clock.monotonicMs()
  }

  get options(): ZoneOptions {
    return this.#options
  }

  /** Wire form, lower-case. */
  get name(): Uint8Array {
    return this.#name
  }

  get isDue(): boolean {
    return !this.#isBusy && !this.#closing.signal.aborted && this.#options.clock.monotonicMs() >= this.#nextMs
  }

  /** The key as the file has it now, or null. Throws TransferError. */
  readKey(): TsigKey | null {
    const { tsig } = this.#options.primary
    const key = tsig && readKey(tsig)
    this.#warn(key?.warning ?? null)
    return key
  }

  /** The primary says that the zone has changed: it is asked within a second, or when what is under way is over. */
  notified(): void {
    this.#notifies++
    const soonMs = Math.max(this.#options.clock.monotonicMs(), this.#startedMs + LEAST_APART_MS)
    this.#nextMs = Math.min(this.#nextMs, soonMs)
  }

  /**
   * Has the primary asked at once; `isForced`: and takes the zone whole, even where its serial is older than that here.
   * Resolves when that is over, however it went.
   */
  hasten(isForced: boolean): Promise<void> {
    this.#isForced ||= isForced
    this.#nextMs = Math.min(this.#nextMs, this.#options.clock.monotonicMs())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Looks what is here from before, once; it counts from the moment it was found current. */
  async open(): Promise<void> {
    if (this.#isOpened) return
    this.#isOpened = true
    const { path, primary } = this.#options
    this.#copy = await readCopy(path, `${primary.zone}.`)
  }

  /** Asks the primary, and takes what has changed. Never rejects. */
  async check(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    const waiting = this.#waiting
    this.#waiting = []
    this.#startedMs = this.#options.clock.monotonicMs()
    this.#nextMs = Infinity
    try {
      await this.open()
      const isForced = this.#isForced
      await this.#succeed(await this.#transfer(isForced))
      if (isForced) await this.#insist()
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#fail(error as TransferError)
    } finally {
      this.#isBusy = false
      this.#hasChecked = true
      for (const told of waiting) told()
    }
  }

  /** Cuts off what is under way; what is here stays. */
  close(): void {
    this.#closing.abort()
    for (const told of this.#waiting) told()
  }

  status(): ZoneStatus {
    const { list, primary, clock } = this.#options
    const untilMs = Number.isFinite(this.#nextMs) ? this.#nextMs - clock.monotonicMs() : 0
    return {
      list,
      zone: primary.zone,
      server: serverText(primary.server),
      key: primary.tsig?.name ?? null,
      state: this.#state(),
      serial: this.#copy?.soa.serial ?? null,
      records: this.#copy?.records ?? null,
      kind: this.#copy?.kind ?? null,
      transferredMs: this.#copy?.transferredMs ?? null,
      checkedMs: this.#copy?.checkedMs ?? null,
      expiresMs: this.#expiresMs(),
      nextCheckMs: clock.wallMs() + Math.max(0, untilMs),
      isTransferring: this.#isBusy,
      transfers: { ...this.#transfers },
      notifies: this.#notifies,
      failures: this.#failures,
      bytes: this.#bytes,
      error: this.#failure?.message ?? null,
      advice: this.#failure?.advice ?? null,
    }
  }

  /** Says once that a copy has expired; to be called now and then. */
  watchExpiry(): void {
    const isExpired = this.#state() === 'expired'
    const { list, primary, log } = this.#options
    if (isExpired && !this.#isExpirySaid)
      log.warn({ list, zone: primary.zone, server: serverText(primary.server), reason: this.#failure?.message }, 'a zone has expired: its primary has not confirmed it for too long; what is here stays in force') // prettier-ignore
    this.#isExpirySaid = isExpired
  }

  #state(): ZoneState {
    if (this.#failure === null) return this.#hasChecked ? 'current' : 'waiting'
    const expiresMs = this.#expiresMs()
    return expiresMs !== null && expiresMs < this.#options.clock.wallMs() ? 'expired' : 'failing'
  }

  #expiresMs(): number | null {
    if (this.#copy === null) return null
    const { soa, checkedMs } = this.#copy
    return checkedMs + within(soa.expire * 1000, EXPIRE)
  }

  /** What came by a person's will is not to be refused as too small behind their back. */
  async #insist(): Promise<void> {
    this.#isForced = false
    const { list, log, forced } = this.#options
    try {
      await forced()
    } catch (error) {
      log.warn({ list, error }, 'a zone was transferred by force, but the lists were not told so')
    }
  }

  async #transfer(isForced: boolean): Promise<Transferred> {
    const { primary, path, clock, random } = this.#options
    const request = {
      server: primary.server,
      zone: this.#name,
      key: this.readKey(),
      serial: isForced ? null : (this.#copy?.soa.serial ?? null),
      isWhole: false,
      path,
      limits: { maxBytes: primary.maxBytes, silenceMs: SILENCE_MS, totalMs: TOTAL_MS },
      clock,
      random,
      signal: this.#closing.signal,
    }
    try {
      return await transferZone(request)
    } catch (error) {
      if (request.serial === null || !isAboutDifferences(error)) throw error
      return await transferZone({ ...request, isWhole: true })
    }
  }

  async #succeed({ kind, soa, records, bytes }: Transferred): Promise<void> {
    const { list, primary, path, clock, random, log } = this.#options
    const nowMs = clock.wallMs()
    const tookMs = Math.round(clock.monotonicMs() - this.#startedMs)
    this.#bytes += bytes
    if (kind === null) {
      const copy = this.#copy!
      if (nowMs - copy.checkedMs >= CONFIRM_MS || copy.checkedMs > nowMs) await confirmCopy(path, nowMs)
      this.#copy = { ...copy, checkedMs: nowMs }
    } else {
      this.#transfers[kind]++
      const before = this.#copy?.soa.serial ?? null
      this.#copy = { soa, records: records!, kind, transferredMs: nowMs, checkedMs: nowMs }
      log.info({ list, zone: primary.zone, server: serverText(primary.server), kind, serial: soa.serial, before, records, bytes, ms: tookMs }, 'a zone was transferred') // prettier-ignore
    }
    if (this.#failure !== null) log.info({ list, zone: primary.zone }, 'a zone is transferred again')
    this.#failure = null
    this.#failuresInRow = 0
    const refreshMs = within(soa.refresh * 1000, REFRESH)
    // Up to a quarter sooner, so that those who came up together do not ask in step.
    this.#wait(refreshMs - random.below(Math.floor(refreshMs / 4)))
  }

  #fail(failure: TransferError): void {
    const { list, primary, random, log } = this.#options
    this.#failures++
    this.#failuresInRow++
    const retryMs = within((this.#copy?.soa.retry ?? 0) * 1000, RETRY)
    const isFirst = this.#copy === null
    this.#wait(
      isFirst
        ? backOffMs(this.#failuresInRow, FIRST, random)
        : retryMs + random.below(Math.floor(retryMs / 4)),
    )
    const isSaid = this.#failure?.message === failure.message
    this.#failure = failure
    if (isSaid) return
    const { message: reason, advice } = failure
    const stays = isFirst ? 'nothing of it is here yet' : 'what is here stays in force'
    log.warn({ list, zone: primary.zone, server: serverText(primary.server), reason, advice }, `a zone cannot be transferred: ${stays}, it is tried again`) // prettier-ignore
  }

  /** A word of the primary that came meanwhile comes first. */
  #wait(ms: number): void {
    this.#nextMs = Math.min(this.#nextMs, this.#options.clock.monotonicMs() + ms)
  }

  #warn(warning: string | null): void {
    const { list, log } = this.#options
    if (warning !== null && warning !== this.#saidWarning) log.warn({ list }, warning)
    this.#saidWarning = warning
  }
}

function within(
  ms: number,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
): number {
  return Math.min(Math.max(ms, leastMs), mostMs)
}
