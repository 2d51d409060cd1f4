/** The part of the settings that lists are made from. */
import type { AllowSettings, ListSettings, Settings } from '../../../src/config/settings.ts'

export function listSettings(id: string, path: string, more: Partial<ListSettings> = {}): ListSettings {
  return {
    id, path, feed: null, primary: null, approved: false, format: 'auto', campaign: null, basis: '', document: '', issuer: '', issued: null, from: null, until: null, action: 'sinkhole', ttlSeconds: null, maxAgeMs: null, match: 'subtree',
    accept: [], ...more,
  } // prettier-ignore
}

/** A file of names that pass, of which nothing more is said unless given. */
export function allowSettings(path: string, more: Partial<AllowSettings> = {}): AllowSettings {
  return { path, owner: '', reason: '', until: null, ...more }
}

export function settingsOf(lists: readonly ListSettings[], more: Partial<Settings> = {}): Settings {
  const settings: Partial<Settings> = {
    listen: [],
    workers: 1,
    lists,
    allow: [],
    records: [],
    forward: [],
    groups: [],
    sinkhole: { ipv4: '10.10.10.10', ipv6: 'fd00:10::10', ttlSeconds: 60 },
    upstreams: {
      servers: [{ address: '192.0.2.53', port: 53 }],
      strategy: 'fastest',
      resolvConf: '/nonexistent',
    },
    ...more,
  }
  return settings as Settings
}
