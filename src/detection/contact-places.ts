/** Which addresses are our own: whoever came to another one wanted that, and the firewall brought it here. */
import type { Settings } from '../config/settings.ts'
import { addressText, parseAddress } from '../net/address.ts'

/** Whether an address (text) that was connected to is none that answers name and none that is listened on. */
export function routedBy({
  notice,
  sinkhole,
}: Pick<Settings, 'notice' | 'sinkhole'>): (local: string) => boolean {
  if (notice.tproxy === null) return () => false
  const listened = [...notice.http, ...notice.tls, ...notice.tcp, notice.tproxy].map(({ address }) => address)
  const own = new Set([sinkhole.ipv4, sinkhole.ipv6, ...listened].map(textOf))
  return (local) => !own.has(textOf(local))
}

function textOf(address: string): string {
  const bytes = new Uint8Array(16)
  return parseAddress(address, bytes) ? addressText(bytes) : address
}
