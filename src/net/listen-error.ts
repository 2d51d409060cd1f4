/** Why an address cannot be listened on, for the one who wrote it under `listen`. */
import { isSystemdResolved, portHolder, portHolders, type PortHolder } from './port-holder.ts'

/** A listen address that cannot be had; the message says who has it and what to do. */
export class ListenError extends Error {
  readonly code = 'THANHLOC_LISTEN'
  /** Somebody else has it (`taken`), or the machine has it not, or not yet (`unavailable`). */
  readonly kind: 'taken' | 'unavailable' | 'other'

  constructor(message: string, kind: ListenError['kind'] = 'other') {
    super(message)
    this.kind = kind
  }
}

/** The error of a socket call, with its errno's name in `code`, in words. */
export function explain(error: unknown, address: string, port: number): ListenError {
  const code = (error as { code?: string }).code
  const where = `listen ${endpointText(address, port)}`
  if (code === 'EADDRINUSE') {
    const holder = portHolder(port, address)
    return new ListenError(`${where}: taken by ${holderText(holder)}; ${wayOut(holder, port)}`, 'taken')
  }
  if (code === 'EACCES' || code === 'EPERM') return new ListenError(`${where}: not permitted; ${PERMIT}`)
  // The second: a kernel without IPv6.
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return new ListenError(
      `${where}: this machine does not have that address; see the addresses with ip address`,
      'unavailable',
    )
  }
  return new ListenError(`${where}: ${(error as Error).message}`)
}

/** The three ways to a port below 1024 without being root. */
const PERMIT =
  'a port below 1024 needs CAP_NET_BIND_SERVICE: run it as the systemd service, or once as root ' +
  `\`setcap cap_net_bind_service=+ep ${process.execPath}\` or \`sysctl -w net.ipv4.ip_unprivileged_port_start=53\``

function holderText(holder: PortHolder | null): string {
  if (holder?.process != null) return holder.process
  return holder !== null && isSystemdResolved(holder) ? 'systemd-resolved' : 'another process'
}

function wayOut(holder: PortHolder | null, port: number): string {
  if (holder !== null && isSystemdResolved(holder)) return RESOLVED
  const anotherAddress = 'stop it or choose another address under listen'
  return holder?.process == null
    ? `${anotherAddress}; as root \`ss -lnutp sport = :${port}\` says which it is`
    : anotherAddress
}

/** It answers the machine's own programs at 127.0.0.53 and 127.0.0.54 alone. */
const RESOLVED =
  'name the addresses of the network under listen, which it leaves free, or write DNSStubListener=no under [Resolve] in ' +
  '/etc/systemd/resolved.conf.d/thanhloc.conf, point /etc/resolv.conf at /run/systemd/resolve/resolv.conf, and ' +
  '`systemctl restart systemd-resolved`'

/** Why a wildcard address cannot be had as one socket, and what is done instead; for the log. */
export function explainPartly(error: ListenError, address: string, port: number): string {
  const isOurs = (held: string): boolean => address === '::' || !held.includes(':') || held === '::'
  const holders = [...portHolders('udp', port), ...portHolders('tcp', port)].filter((one) =>
    isOurs(one.address),
  )
  const held = new Set(holders.map((one) => `${one.address} is taken by ${one.process ?? 'another process'}`))
  const reason =
    error.kind === 'taken' && held.size > 0
      ? `listen ${endpointText(address, port)}: ${[...held].slice(0, 4).join(', ')}`
      : error.message
  return `${reason}; each address of this machine gets a socket of its own, one that comes is served within seconds`
}

function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
