/** Which code speaks to which type of channel. */
import type { Clock } from '../clock.ts'
import type { AlertChannelSettings } from '../config/settings.ts'
import { Email } from './email.ts'
import type { AlertLog } from './log.ts'
import { Syslog } from './syslog.ts'
import type { Transport } from './transport.ts'
import { Webhook } from './webhook.ts'

interface Context {
  /** Of the program. */
  readonly version: string
  readonly clock: Clock
  readonly log: AlertLog
}

/** The way to the receiver of `settings`. Connects to nothing yet. */
export function openTransport(settings: AlertChannelSettings, { version, clock, log }: Context): Transport {
  let said = ''
  /** Once, not with each message. */
  const warn = (warning: string): void => {
    if (warning !== said) log.warn({ channel: settings.id }, warning)
    said = warning
  }
  switch (settings.type) {
    case 'webhook':
      return new Webhook(settings, version, clock, warn)
    case 'email':
      return new Email(settings, clock, warn)
    case 'syslog':
      return new Syslog(settings, version, clock)
  }
}
