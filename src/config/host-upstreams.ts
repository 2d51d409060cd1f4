/** Settings that name no upstream get the host's: its resolv.conf, without our own addresses. Never a server nobody chose. */
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { isResolvedStub } from '../net/port-holder.ts'
import { dropOwn, parseResolvConf } from './resolv-conf.ts'
import type { Settings } from './settings.ts'

export interface HostUpstreams {
  readonly settings: Settings
  /** For the log: what was left out and why, and when nothing is left. */
  readonly warnings: readonly string[]
}

/** The same settings where they name servers. A file that cannot be read is a warning: local names and blocks still work. */
export function withHostUpstreams(settings: Settings): HostUpstreams {
  const { servers, resolvConf } = settings.upstreams
  if (servers.length > 0) return { settings, warnings: [] }
  let text: string
  try {
    text = readFileSync(resolvConf, 'utf8')
  } catch (error) {
    return {
      settings,
      warnings: [
        `upstreams: ${resolvConf}: ${(error as Error).message}; name servers under upstreams.servers`,
      ],
    }
  }
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  const parsed = parseResolvConf(text)
  const { kept, dropped } = dropOwn(parsed.servers, own, [...settings.listen, ...settings.bypass.listen])
  const warnings = [
    ...parsed.warnings.map((warning) => `upstreams: ${resolvConf}: ${warning}`),
    ...dropped.map(
      ({ endpoint, reason }) => `upstreams: ${resolvConf}: ${endpoint.address} left out: ${reason}`,
    ),
  ]
  if (kept.some(({ address }) => isResolvedStub(address)))
    warnings.push(
      `upstreams: ${resolvConf} names systemd-resolved, which must not ask this resolver in turn; ` +
        'upstreams.resolvConf: /run/systemd/resolve/resolv.conf asks its servers themselves',
    )
  if (kept.length === 0)
    warnings.push(`upstreams: ${resolvConf} names no server to ask; name some under upstreams.servers`)
  return { settings: { ...settings, upstreams: { ...settings.upstreams, servers: kept } }, warnings }
}
