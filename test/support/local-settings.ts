/** The settings LocalZones reads, with nothing of one's own unless said. */
import type { RecordSettings, Settings } from '../../src/config/settings.ts'

type LocalSettings = Pick<Settings, 'records' | 'forward' | 'special' | 'sinkhole'>

export function localSettings(settings: Partial<LocalSettings>): LocalSettings {
  return {
    records: [],
    forward: [],
    special: { firefoxCanary: true, privateRelay: true },
    sinkhole: { ipv4: '10.10.10.10', ipv6: 'fd00:10::10', ttlSeconds: 60 },
    ...settings,
  }
}

export function record(name: string, settings: Partial<RecordSettings>): RecordSettings {
  return {
    name,
    a: [],
    aaaa: [],
    sinkhole: false,
    cname: null,
    ptr: null,
    txt: [],
    ttlSeconds: 300,
    ...settings,
  }
}
