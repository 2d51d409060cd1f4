/** Where a new installation is to answer, and whether that can be had. */
import { formatEndpoint, isWildcard, parseEndpoint } from '../config/address.ts'
import type { Endpoint } from '../config/settings.ts'
import { isSystemdResolved, portHolders, type PortHolder } from '../net/port-holder.ts'
import { ownAddresses } from './own-addresses.ts'
import { Refusal } from './refusal.ts'

const DNS_PORT = 53

/** Those of `asked`, or port 53 of the machine's own addresses. Throws Refusal where there are none. */
export function listenAddresses(asked: readonly string[] | null, own = ownAddresses): readonly Endpoint[] {
  if (asked !== null) return asked.map((text) => readEndpoint('--listen', text))
  const found = own().map((address) => ({ address, port: DNS_PORT }))
  if (found.length > 0) return found
  throw new Refusal([
    'không rõ địa chỉ nào của máy này phục vụ mạng (không có tuyến mặc định): chỉ rõ bằng --listen, ví dụ --listen 10.1.0.53 · no default route tells which address of this machine the network asks: name it, such as --listen 10.1.0.53',
  ])
}

/** An endpoint of an option; without a port 53. Throws Refusal. */
export function readEndpoint(option: string, text: string): Endpoint {
  const parsed = parseEndpoint(text, DNS_PORT)
  if ('value' in parsed) return parsed.value
  throw new Refusal([`${option} ${text}: ${parsed.problem}`])
}

/** Who stands in the way of `listen`, a line each, Vietnamese first; `ownPid` does not. */
export function conflicts(
  listen: readonly Endpoint[],
  ownPid: number | null,
  holdersOf: (port: number) => readonly PortHolder[] = everyHolder,
): string[] {
  const lines = listen.flatMap((endpoint) =>
    holdersOf(endpoint.port)
      .filter((holder) => (holder.pid === null || holder.pid !== ownPid) && meets(holder.address, endpoint))
      .map((holder) => describe(endpoint, holder)),
  )
  return [...new Set(lines)]
}

function everyHolder(port: number): PortHolder[] {
  return [...portHolders('udp', port), ...portHolders('tcp', port)]
}

/** Whether a socket on `held` keeps `wanted` from being bound. A socket on :: may have all of IPv4 as well. */
function meets(held: string, { address }: Endpoint): boolean {
  if (held === address || held === '::') return true
  if (held === '0.0.0.0') return !address.includes(':')
  return isWildcard(address) && (address === '::' || !held.includes(':'))
}

function describe(endpoint: Endpoint, holder: PortHolder): string {
  const where = formatEndpoint(endpoint)
  if (isSystemdResolved(holder))
    return (
      `${where}: systemd-resolved giữ ${holder.address} để máy này tự hỏi tên miền; hãy chỉ rõ địa chỉ của mạng bằng --listen, không dùng ${endpoint.address} · ` +
      `systemd-resolved has ${holder.address}, by which this machine itself finds names: name the addresses of your network with --listen instead of ${endpoint.address}`
    )
  const who = holder.process ?? 'một chương trình khác · another program'
  return `${where}: cổng đang do ${who} giữ (${holder.address}); dừng nó, hoặc chọn địa chỉ khác bằng --listen · taken by ${who} on ${holder.address}: stop it, or choose another address with --listen`
}
