/** The machine's own addresses and those of its upstreams, read anew for each build. */
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Settings } from '../config/settings.ts'
import type { GuardedAddresses } from './guards.ts'

export function findGuardedAddresses(
  settings: Pick<Settings, 'upstreams' | 'forward' | 'listen'>,
): GuardedAddresses {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const configured = [settings.upstreams, ...settings.forward].flatMap(({ servers }) => servers)
  const fromHost = settings.upstreams.servers.length > 0 ? [] : hostServers(settings.upstreams.resolvConf)
  return {
    own: [...interfaces, ...settings.listen].map(({ address }) => address),
    upstreams: [...configured.map(({ address }) => address), ...fromHost],
  }
}

/** The `nameserver` lines of a resolv.conf; none where it cannot be read. */
function hostServers(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8')
    return [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)].map((match) => match[1]!)
  } catch {
    return []
  }
}
