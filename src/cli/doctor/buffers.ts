/** Do queries get lost before the server reads them? From the kernel's own counts (proc(5)). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOf, type Finding } from './finding.ts'

/** What the server asks for. */
const WANTED_BYTES = 4 << 20

/** `proc`: where the kernel's tables are. `serverDrops`: those of the running server; null: none runs. */
export function checkBuffers(serverDrops: number | null, proc = '/proc'): Finding[] {
  const find = findingsOf('socket-buffers')
  const most = Number(read(join(proc, 'sys/net/core/rmem_max')))
  const lost = rcvbufErrors(read(join(proc, 'net/snmp'))) + rcvbufErrors6(read(join(proc, 'net/snmp6')))
  const size = Number.isNaN(most) || most === 0 ? '?' : `${Math.round(most / 1024)} KiB`
  const raise = [
    '`sysctl -w net.core.rmem_max=4194304` (ghi vào /etc/sysctl.d/ để giữ sau khi khởi động lại máy), rồi khởi động lại dịch vụ',
    '`sysctl -w net.core.rmem_max=4194304` (and into /etc/sysctl.d/, to keep it over a reboot), then restart the service',
  ] as const
  if (serverDrops !== null && serverDrops > 0)
    return [
      find(
        'warn',
        [`${serverDrops} truy vấn đã mất từ khi khởi động (rmem_max ${size})`, `${serverDrops} queries were lost since the start (rmem_max ${size})`], // prettier-ignore
        raise,
      ),
    ]
  if (serverDrops === null && lost > 0 && most < WANTED_BYTES)
    return [
      find(
        'warn',
        [`máy này đã bỏ ${lost} gói UDP vì bộ đệm đầy (rmem_max ${size})`, `this machine has dropped ${lost} datagrams for want of buffer (rmem_max ${size})`], // prettier-ignore
        raise,
      ),
    ]
  if (size === '?') return [find('unknown', ['không đọc được /proc', '/proc cannot be read'])]
  return [find('ok', [`không mất truy vấn nào (rmem_max ${size})`, `no query lost (rmem_max ${size})`])]
}

/** `Udp: … RcvbufErrors …` and, below it, `Udp: … 12 …`. */
export function rcvbufErrors(snmp: string): number {
  const [names = [], values = []] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(/\s+/))
  return count(values[names.indexOf('RcvbufErrors')])
}

/** `Udp6RcvbufErrors   12`. */
export function rcvbufErrors6(snmp6: string): number {
  return count(/^Udp6RcvbufErrors\s+(\d+)$/m.exec(snmp6)?.[1])
}

function count(text: string | undefined): number {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : 0
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Another system, or a container without it: told as not known.
    return ''
  }
}
