/** What the tests of alerts share: channels, events, receivers that remember, an Alerts on a clock that is set. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { subjectOf, type Alert } from '../../../src/alerts/alert.ts'
import { Alerts, type AlertSettings, type AlertsOptions } from '../../../src/alerts/alerts.ts'
import type { AlertLog } from '../../../src/alerts/log.ts'
import { composeMessage, contentOf, type Message } from '../../../src/alerts/message.ts'
import type { StoreEvent, StoreEvents } from '../../../src/alerts/store-event.ts'
import type { Attempt, Transport } from '../../../src/alerts/transport.ts'
import type { Clock } from '../../../src/clock.ts'
import type {
  AlertChannelSettings,
  EmailSettings,
  SyslogSettings,
  WebhookSettings,
} from '../../../src/config/settings.ts'
import { FakeClock } from '../../support/fake-clock.ts'

export const NOON = Date.UTC(2026, 10, 21, 12)
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

const SHARED = {
  on: [
    'case-new',
    'case-reinfected',
    'priority-unit-hit',
    'list-stale',
    'list-failed',
    'upstreams-down',
    'store-trouble',
    'node-away',
  ],
  detail: 'full',
  minIntervalMs: HOUR_MS,
  perHour: 36_000,
  // Longer than the steps in which tests let time pass.
  timeoutMs: 300_000,
  address: null,
  caFile: null,
} as const

export function webhook(parts: Partial<WebhookSettings> = {}): WebhookSettings {
  return { ...SHARED, id: 'soc', type: 'webhook', url: 'http://127.0.0.1:9/', secretFile: null, ...parts }
}

export function email(parts: Partial<EmailSettings> = {}): EmailSettings {
  return {
    ...SHARED,
    id: 'duty',
    type: 'email',
    host: '127.0.0.1',
    port: 25,
    security: 'none',
    from: 'thanhloc@so.example',
    to: ['duty@so.example'],
    username: null,
    passwordFile: null,
    ...parts,
  }
}

export function syslog(parts: Partial<SyslogSettings> = {}): SyslogSettings {
  return { ...SHARED, id: 'siem', type: 'syslog', host: '127.0.0.1', port: 514, transport: 'udp', facility: 16, ...parts } // prettier-ignore
}

export function settingsWith(...channels: readonly AlertChannelSettings[]): AlertSettings {
  return {
    alerts: { channels },
    units: [
      {
        id: 'so-yt',
        name: 'Sở Y tế',
        networks: ['10.1.0.0/16'],
        parent: null,
        contact: '',
        wan: [],
        code: '',
      },
    ],
    campaigns: [
      { id: '2022', title: 'Làm sạch mã độc', document: '1298/CATTT-NCSC', issuer: '', from: null, to: null },
    ],
    server: { id: 'dns1', version: '', nsid: false },
  }
}

export function event(id: number, parts: Partial<StoreEvent> = {}): StoreEvent {
  return {
    id,
    at: NOON,
    kind: 'case-opened',
    caseId: 7,
    clientId: 42,
    campaign: '2022',
    unit: 'so-yt',
    hostName: 'KETOAN-01',
    address: '10.1.2.3',
    indicator: 'evil.test',
    list: 'apt32',
    state: 'new',
    actor: null,
    ...parts,
  }
}

export function alert(parts: Partial<Alert> = {}): Alert {
  return { kind: 'case-new', atMs: NOON, event: 1, state: null, key: 'client:42', subject: subjectOf({}), ...parts } // prettier-ignore
}

/** A message as a channel would send it. */
export function message(parts: Partial<Alert> = {}, detail: 'full' | 'counts' = 'full'): Message {
  return composeMessage(contentOf(alert(parts)), { id: 'abc-1', server: 'dns1', detail })
}

/** A receiver: remembers what it is sent, and fails while `fault` says why. */
export class FakeReceiver implements Transport {
  readonly sent: Message[] = []
  readonly attempts: Message[] = []
  fault: Error | null = null
  /** Set: nothing is answered. */
  isSilent = false

  send(message: Message, { signal }: Attempt): Promise<void> {
    this.attempts.push(message)
    if (this.isSilent)
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    if (this.fault !== null) return Promise.reject(this.fault)
    this.sent.push(message)
    return Promise.resolve()
  }

  /** Alerts told of. */
  get told(): number {
    return this.sent.reduce((sum, { count }) => sum + count, 0)
  }
}

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export class FakeLog {
  readonly lines: LogLine[] = []
  readonly log: AlertLog = {
    info: (fields, message) => this.#add('info', fields, message),
    warn: (fields, message) => this.#add('warn', fields, message),
    error: (fields, message) => this.#add('error', fields, message),
  }

  of(part: string): LogLine[] {
    return this.lines.filter(({ message }) => message.includes(part))
  }

  #add(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, fields: fields as Record<string, unknown> })
  }
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-alerts-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function secretFile(text: string): string {
  const path = join(temporaryDirectory(), 'secret')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** Alerts on a fake clock, with a fake receiver for each channel. `restart` is kill -9 and the next start. */
export class AlertsBench {
  readonly directory: string
  readonly clock = new FakeClock(NOON)
  readonly log = new FakeLog()
  readonly receivers = new Map<string, FakeReceiver>()
  settings: AlertSettings
  alerts!: Alerts
  #options: Partial<AlertsOptions>
  #kill = (): void => {}

  constructor(settings: AlertSettings, options: Partial<AlertsOptions> = {}) {
    this.directory = options.directory ?? temporaryDirectory()
    this.settings = settings
    this.#options = options
    this.restart()
    onTestFinished(async () => {
      const closed = this.alerts.close()
      await this.pass(3000)
      await closed
    })
  }

  restart(options: Partial<AlertsOptions> = this.#options): void {
    this.#kill()
    let isAlive = true
    this.#kill = () => (isAlive = false)
    const clock: Clock = {
      monotonicMs: () => this.clock.monotonicMs(),
      wallMs: () => this.clock.wallMs(),
      every: (ms, tick) => this.clock.every(ms, () => isAlive && tick()),
    }
    this.alerts = new Alerts({
      settings: this.settings,
      directory: this.directory,
      version: '1.0',
      clock,
      log: this.log.log,
      openTransport: ({ id }) => this.receiver(id),
      ...options,
    })
  }

  receiver(id = 'soc'): FakeReceiver {
    const known = this.receivers.get(id) ?? new FakeReceiver()
    this.receivers.set(id, known)
    return known
  }

  /** Events of the log `a`, which is followed where none is yet. */
  take(...events: readonly StoreEvent[]): boolean {
    return this.takePage({ log: 'a', events, next: events.at(-1)!.id })
  }

  takePage(page: StoreEvents): boolean {
    const position = this.alerts.position()
    if (position !== null && position.log === null) this.alerts.follow(page.log, position.cursor)
    return this.alerts.take(page)
  }

  /** Lets time pass, a second at a time, and sends end. */
  async pass(ms: number, stepMs = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left))
      await settle()
    }
  }

  status(id = 'soc') {
    return this.alerts.status().channels.find((channel) => channel.id === id)!
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A port of loopback at which nobody answers. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
