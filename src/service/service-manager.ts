/**
 * What the service manager is told, sd_notify(3): when the server answers, reads its settings again, ends, and that it
 * lives. A manager that does not read now gets it later, one that is not there gets nothing; neither costs anything.
 */
import type { Logger } from '../log/log.ts'
import { openNotifySocket, type NotifySocket } from './notify-socket.ts'

/** What waits for a manager that does not read; of more the oldest is dropped. */
const MAX_WAITING = 16
/** systemd keeps one line. */
const MAX_STATUS_CHARACTERS = 300

/** How a service manager says in the environment that it wants to be told. */
export interface ServiceEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
  readonly WATCHDOG_PID?: string | undefined
}

export class ServiceManager {
  /** After this long without a sign of life the manager ends the process; null: it does not. */
  readonly watchdogMs: number | null
  readonly #socket: NotifySocket
  readonly #log: Pick<Logger, 'warn'>
  readonly #waiting: string[] = []
  #failure = ''

  private constructor(socket: NotifySocket, watchdogMs: number | null, log: Pick<Logger, 'warn'>) {
    this.#socket = socket
    this.watchdogMs = watchdogMs
    this.#log = log
  }

  /** The manager that `environment` names, or null where there is none. */
  static of(environment: ServiceEnvironment, log: Pick<Logger, 'warn'>): ServiceManager | null {
    const { NOTIFY_SOCKET: address } = environment
    if (address === undefined || address === '') return null
    const socket = openNotifySocket(address)
    if (typeof socket === 'string') {
      log.warn({ reason: socket }, 'the service manager cannot be told anything')
      return null
    }
    return new ServiceManager(socket, watchdogMsOf(environment), log)
  }

  /** It answers; after `reloading`: with what it has read. */
  ready(status: string): void {
    this.#send(`READY=1\nSTATUS=${oneLine(status)}`)
  }

  /** The one line that `systemctl status` shows. */
  status(text: string): void {
    this.#send(`STATUS=${oneLine(text)}`)
  }

  /** `ready` is to follow. */
  reloading(): void {
    // CLOCK_MONOTONIC in microseconds: the one Node's high-resolution time is read from.
    this.#send(
      `RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}\nSTATUS=reading settings and lists again`,
    )
  }

  stopping(): void {
    this.#send('STOPPING=1\nSTATUS=answering what is under way, writing hits')
  }

  /** A sign of life. One that is not taken is not sent later: it would be a lie by then. */
  alive(): void {
    this.flush()
    if (this.#waiting.length === 0) this.#try('WATCHDOG=1')
  }

  /** Sends what was not taken before. To be called now and then. */
  flush(): void {
    while (this.#waiting.length > 0 && this.#try(this.#waiting[0]!)) this.#waiting.shift()
  }

  close(): void {
    this.flush()
    this.#socket.close()
  }

  #send(text: string): void {
    this.flush()
    if (this.#waiting.length === 0 && this.#try(text)) return
    this.#waiting.push(text)
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift()
  }

  /** False: it is to be tried again. */
  #try(text: string): boolean {
    const sent = this.#socket.send(text)
    const failure = typeof sent === 'string' ? '' : sent.error
    // Once for each reason, however long it lasts.
    if (failure !== '' && failure !== this.#failure)
      this.#log.warn({ reason: failure }, 'the service manager does not take what it is told')
    if (sent !== 'full') this.#failure = failure
    return sent === 'sent'
  }
}

function watchdogMsOf({
  WATCHDOG_USEC: interval,
  WATCHDOG_PID: process_,
}: ServiceEnvironment): number | null {
  // sd_watchdog_enabled(3): meant for another process where it names one.
  if (process_ !== undefined && process_ !== '' && Number(process_) !== process.pid) return null
  const ms = Number(interval ?? '') / 1000
  return Number.isFinite(ms) && ms > 0 ? ms : null
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, MAX_STATUS_CHARACTERS)
}
