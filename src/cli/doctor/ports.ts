/** Can the addresses under `listen` be served? Where the server runs: is it the one that has them? */
import { createSocket } from 'node:dgram'
import { createServer, isIPv6 } from 'node:net'
import { formatEndpoint, isWildcard } from '../../config/address.ts'
import type { Endpoint } from '../../config/settings.ts'
import { isSystemdResolved, portHolders, type PortHolder } from '../../net/port-holder.ts'
import { findingsOf, type Find, type Finding } from './finding.ts'

/** `serverPid`: process of the running server; null: none runs. */
export async function checkPorts(listen: readonly Endpoint[], serverPid: number | null): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const endpoint of listen) findings.push(await checkPort(endpoint, serverPid))
  return findings
}

async function checkPort(endpoint: Endpoint, serverPid: number | null): Promise<Finding> {
  const find = findingsOf(`port ${formatEndpoint(endpoint)}`)
  if (serverPid !== null) return checkServed(endpoint, serverPid, find)
  const error = await tryToBind(endpoint)
  if (error === null) return find('ok', ['còn trống', 'is free'])
  return explain(endpoint, error, find)
}

function checkServed({ port, address }: Endpoint, serverPid: number, find: Find): Finding {
  const holders = [...portHolders('udp', port), ...portHolders('tcp', port)]
  const ours = holders.filter(({ pid }) => pid === serverPid)
  const others = [...new Set(holders.filter((holder) => holder.pid !== serverPid && holder.process !== null).map(holderText))] // prettier-ignore
  // Names of processes of other users are hidden: then nothing can be said against it.
  if (ours.length === 0 && others.length > 0)
    return find(
      'fail',
      [
        `máy chủ đang chạy nhưng cổng do ${others.join(', ')} giữ`,
        `the server runs, but ${others.join(', ')} has it`,
      ],
      takenAdvice(holders[0]!),
    )
  if (others.length > 0 && isWildcard(address))
    return find(
      'ok',
      [`máy chủ đang phục vụ; ${others.join(', ')} giữ cùng cổng ở địa chỉ khác`, `served; ${others.join(', ')} has the port on another address`], // prettier-ignore
    )
  return find('ok', ['máy chủ đang phục vụ', 'served by the server'])
}

/** What keeps a server from listening there, or null. */
function tryToBind(endpoint: Endpoint): Promise<NodeJS.ErrnoException | null> {
  return tryUdp(endpoint).then((error) => error ?? tryTcp(endpoint))
}

function tryUdp({ address, port }: Endpoint): Promise<NodeJS.ErrnoException | null> {
  return new Promise((settle) => {
    const socket = createSocket(isIPv6(address) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
    socket.once('error', (error) => settle(error))
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => settle(null)))
  })
}

function tryTcp({ address, port }: Endpoint): Promise<NodeJS.ErrnoException | null> {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', (error) => settle(error))
    server.listen({ host: address, port, exclusive: true, ipv6Only: isIPv6(address) }, () =>
      server.close(() => settle(null)),
    )
  })
}

function explain({ address, port }: Endpoint, { code, message }: NodeJS.ErrnoException, find: Find): Finding {
  if (code === 'EADDRINUSE') {
    const holders = [...portHolders('udp', port), ...portHolders('tcp', port)]
    const holder = holders.find((one) => one.address === address) ?? holders[0]
    const who = holder === undefined ? null : holderText(holder)
    return find(
      'fail',
      [`đã bị ${who ?? 'chương trình khác'} chiếm`, `taken by ${who ?? 'another program'}`],
      holder === undefined ? undefined : takenAdvice(holder),
    )
  }
  if (code === 'EACCES')
    return find(
      'fail',
      ['người dùng này không được mở cổng dưới 1024', 'this user may not open a port below 1024'],
      [
        'chạy dịch vụ bằng systemd (có CAP_NET_BIND_SERVICE), hoặc chạy lệnh này bằng sudo để kiểm tra',
        'let systemd run the service (it grants CAP_NET_BIND_SERVICE), or run this with sudo to look again',
      ],
    )
  if (code === 'EADDRNOTAVAIL')
    return find(
      'fail',
      [`máy này không có địa chỉ ${address}`, `this machine does not have the address ${address}`],
      [
        'sửa `listen`, hoặc đặt địa chỉ cho card mạng (`ip addr`)',
        'mend `listen`, or give it to an interface (`ip addr`)',
      ],
    )
  return find('fail', [`không mở được: ${message}`, `cannot be opened: ${message}`])
}

function takenAdvice(holder: PortHolder): readonly [string, string] {
  if (isSystemdResolved(holder))
    return [
      'khai địa chỉ mạng nội bộ trong `listen` thay vì 0.0.0.0, hoặc tắt DNSStubListener của systemd-resolved',
      'name the LAN address under `listen` instead of 0.0.0.0, or switch off DNSStubListener of systemd-resolved',
    ]
  return [
    'dừng chương trình đó, hoặc chọn địa chỉ khác trong `listen`',
    'stop that program, or choose another address under `listen`',
  ]
}

function holderText({ process, address }: PortHolder): string {
  return `${process ?? 'a process of another user'} (${address})`
}
