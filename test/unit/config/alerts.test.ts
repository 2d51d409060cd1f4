import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const ALL = ['case-new', 'case-reinfected', 'priority-unit-hit', 'list-stale', 'list-failed', 'upstreams-down', 'store-trouble', 'node-away'] // prettier-ignore
const channel = (keys: string): string => `alerts: { channels: [ { id: a, ${keys} } ] }`

describe('alert channels', () => {
  it('are none unless some are configured', () => {
    expect(settingsFrom('').alerts).toEqual({ channels: [] })
  })

  it('have defaults by their type', () => {
    const { channels } = settingsFrom(`
alerts:
  channels:
    - { id: soc, type: webhook, url: "https://soc.example/hook", secretFile: secret/soc }
    - { id: duty, type: email, host: mail.so.example, from: thanhloc@so.example, to: [duty@so.example] }
    - { id: siem, type: syslog, host: 10.0.0.5 }
`).alerts
    const shared = { on: ALL, detail: 'counts', minIntervalMs: 3_600_000, perHour: 60, timeoutMs: 30_000, address: null, caFile: null } // prettier-ignore
    expect(channels).toEqual([
      {
        ...shared,
        id: 'soc',
        type: 'webhook',
        url: 'https://soc.example/hook',
        secretFile: '/srv/secret/soc',
      },
      {
        ...shared,
        id: 'duty',
        type: 'email',
        host: 'mail.so.example',
        port: 587,
        security: 'starttls',
        from: 'thanhloc@so.example',
        to: ['duty@so.example'],
        username: null,
        passwordFile: null,
      },
      { ...shared, id: 'siem', type: 'syslog', host: '10.0.0.5', port: 514, transport: 'udp', facility: 16 },
    ])
  })

  it.each([
    ['type: email, security: tls', 465],
    ['type: email, security: none', 25],
    ['type: email, security: none, port: 2525', 2525],
  ])('%s has port %i', (keys, port) => {
    const [one] = settingsFrom(channel(`${keys}, host: 10.0.0.6, from: a@b.example, to: [c@d.example]`))
      .alerts.channels
    expect(one).toMatchObject({ port })
  })

  it('are printed as they are read', () => {
    const settings = settingsFrom(`
alerts:
  channels:
    - { id: soc, type: webhook, url: "http://10.0.0.7:8080/x", on: [list-stale, case-new], detail: full, minInterval: 0s, perHour: 5, timeout: 2m }
    - { id: duty, type: email, host: mail.so.example, address: 10.0.0.6, caFile: ca.pem, security: tls, from: a@b.example, to: [c@d.example, e@f.example], username: u, passwordFile: p }
    - { id: siem, type: syslog, host: "fd00::5", transport: tls, facility: local7 }
`)
    expect(settingsFrom(describeSettings(settings))).toEqual(settings)
    expect(settings.alerts.channels[0]).toMatchObject({ on: ['case-new', 'list-stale'] })
    expect(settings.alerts.channels[2]).toMatchObject({ port: 6514, facility: 23 })
  })
})

describe('what is wrong with a channel is said where it stands', () => {
  const MAIL = 'type: email, host: mail.example, from: a@b.example, to: [c@d.example]'
  it.each([
    ['type: webhook', 'alert channel a: type webhook needs `url`'],
    ['type: email, host: mail.example', 'alert channel a: type email needs `from`'],
    ['type: syslog', 'alert channel a: type syslog needs `host`'],
    ['type: syslog, host: 10.0.0.5, url: "https://x.example/"', '`url` means nothing to a channel of type syslog'],
    [`${MAIL}, transport: tcp`, '`transport` means nothing to a channel of type email'],
    ['type: webhook, url: "http://soc.example/"', '`url` is plain http to a host that may be anywhere'],
    ['type: webhook, url: "http://8.8.8.8/"', '`url` is plain http to a host that may be anywhere'],
    ['type: webhook, url: "http://[2001:db8::1]/"', '`url` is plain http to a host that may be anywhere'],
    ['type: webhook, url: "ftp://10.0.0.1/"', '`url` is not one of https'],
    ['type: webhook, url: soc', '`url` is not one of https'],
    ['type: webhook, url: "https://u:p@soc.example/"', '`url` holds a user or a password'],
    ['type: webhook, url: "https://soc.example/#x"', '`url` has a part behind #'],
    ['type: webhook, url: "https://soc.example/", secret: hunter2', 'put it into a file of mode 0600 and name that file in `secretFile`'],
    [`${MAIL}, password: hunter2`, 'name that file in `passwordFile`'],
    [`${MAIL}, username: u`, '`username` and `passwordFile` go together'],
    [`${MAIL}, security: none, username: u, passwordFile: p`, 'a password would leave unencrypted'],
    ['type: email, host: mail.example, from: "a@b.example\\r\\nRCPT TO:<x@y.example>", to: [c@d.example]', 'is not a mail address of plain letters'],
    ['type: email, host: mail.example, from: a@b.example, to: ["c d@e.example"]', 'is not a mail address of plain letters'],
    ['type: email, host: mail.example, from: a@b.example, to: [duty]', 'is not a mail address of plain letters'],
    ['type: syslog, host: 10.0.0.5, on: [case-closed]', 'expects case-new'],
    ['type: syslog, host: 10.0.0.5, on: []', 'is empty'],
    ['type: syslog, host: 10.0.0.5, perHour: 0', 'expects a whole number from 1 to 36000'],
    ['type: syslog, host: "siem example"', 'which no host name can hold'],
    ['type: sms', 'expects webhook, email or syslog'],
  ])('%s', (keys, expected) => {
    const errors = errorsFrom(channel(keys))
    expect(errors.join('\n')).toContain(expected)
    for (const error of errors) expect(error).toMatch(/^c\.yaml:1:\d+: /)
    expect(errors.join('\n')).not.toContain('hunter2')
  }) // prettier-ignore

  it('two of one id', () => {
    const errors = errorsFrom('alerts: { channels: [ { id: a, type: syslog, host: 10.0.0.5 }, { id: a, type: syslog, host: 10.0.0.6 } ] }') // prettier-ignore
    expect(errors).toEqual(['c.yaml:1:70: alert channel a: the id is taken; give this one another'])
  })

  it.each(['http://127.0.0.1:8080/', 'http://localhost/', 'http://[::1]/', 'http://192.168.3.4/x', 'http://[fd00::1]:8080/'])('%s may be plain', (url) => {
    expect(errorsFrom(channel(`type: webhook, url: "${url}"`))).toEqual([])
  }) // prettier-ignore
})
