/** What the notice service is told of the settings: where to listen, and who is told what. No list, no client, no secret. */
import type { NoticeServiceSettings, Settings } from '../../config/settings.ts'
import type { NoticeSettings } from '../../notice/letters.ts'

/** Whether anything is to be listened on at the sinkhole's address. */
export function isNoticeWanted({ http, tls, tcp, tproxy }: NoticeServiceSettings): boolean {
  return tproxy !== null || http.length + tls.length + tcp.length > 0
}

export function noticeSettings({ notice, units }: Pick<Settings, 'notice' | 'units'>): NoticeSettings {
  const { http, tls, tcp, tproxy, firstBytes, organisation, contact } = notice
  return {
    type: 'settings',
    http,
    tls,
    tcp,
    tproxy,
    firstBytes,
    organisation,
    contact,
    units: units.map(({ networks, name, contact: ofUnit }) => ({ networks, name, contact: ofUnit })),
  }
}
