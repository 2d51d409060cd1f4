/** Why an address cannot be listened on, for the one who wrote it under `listen`. */
import { portHolder, portHolders } from './port-holder.ts'

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
    const holder = portHolder('udp', port, address) ?? portHolder('tcp', port, address) ?? 'another process'
    return new ListenError(
      `${where}: taken by ${holder}; stop it or choose another address under listen`,
      'taken',
    )
  }
  if (code === 'EACCES' || code === 'EPERM')
    return new ListenError(`${where}: not permitted; ports below 1024 need CAP_NET_BIND_SERVICE`)
  // The second: a kernel without IPv6.
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return new ListenError(
      `${where}: this machine does not have that address; see the addresses with ip address`,
      'unavailable',
    )
  }
  return new ListenError(`${where}: ${(error as Error).message}`)
}

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
